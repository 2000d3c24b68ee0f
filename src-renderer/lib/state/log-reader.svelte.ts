import { tick, untrack } from 'svelte'
import type { LogLevel, LogLine, LogMessage } from '../../../src-preload/contract.ts'
import { plainText } from './ansi.ts'
import type { Connection } from './connection.svelte.ts'
import type { FeedStatus, Next } from './follow-feed.ts'
import { followFeed } from './follow-feed.ts'
import type { Live } from './live.svelte.ts'
import type { LogGap, LogItem, LogSkip } from './log-items.ts'
import { countSkipped, dropOldest, heldLines, mergeLines } from './log-items.ts'

/** Lines fetched at the opening and by one press on a gap. */
const pageLines = 1_000
/** Lines fetched before and after one that is gone to. */
const aroundLines = 300
/** Dropping is done in steps of this many, since each moves the whole list. */
const dropStep = 5_000

/** The log of one run: opens at its end, follows, and fetches what is missing when asked. */
export class LogReader {
  items: LogItem[] = $state.raw([])
  /** Lines that exist, here or not. */
  total = $state(0)
  /** The run has finished and all was sent. */
  hasEnded = $state(false)
  status: FeedStatus = $state.raw({ is: 'opening' })
  /** What the host left out while it followed, since it could not be shown so fast. */
  skips: readonly LogSkip[] = $state.raw([])
  /** Lines of those that were not fetched since. */
  skipped: number = $derived(countSkipped(this.items, this.skips))
  /** True for the one update in which items come or go at the start: the list then keeps its place from the end. */
  isShifting = $state(false)
  #held: LogLine[] = []
  #lastLine = 0
  #version: number | null = null
  #id: number
  #connection: Connection
  #live: Live

  constructor(connection: Connection, live: Live, id: number) {
    this.#connection = connection
    this.#live = live
    this.#id = id
  }

  start(): () => void {
    const leave = new AbortController()
    void followFeed<LogMessage>(
      {
        connection: this.#connection,
        open: (client) => {
          this.#version = null
          return client.feeds.logs({ id: this.#id, from: this.#lastLine > 0 ? this.#lastLine + 1 : -pageLines })
        },
        take: (message) => this.#take(message),
        say: (status) => (this.status = status),
      },
      leave.signal,
    )
    return () => leave.abort()
  }

  /** Shows the lines that arrived while values were paused. */
  async publish(): Promise<void> {
    if (this.items.length > heldLines + dropStep) await this.#atTheStart(dropOldest(this.items))
    const arrived = this.#held
    this.#held = []
    if (arrived.length > 0) this.items = mergeLines(this.items, arrived)
  }

  /** Fetches the end of a gap: the lines next to those that can be read. */
  async load(gap: LogGap): Promise<void> {
    const from = Math.max(gap.from, gap.to - pageLines + 1)
    const { lines, total } = await this.#connection.client.runs.logs({ id: this.#id, from, limit: gap.to - from + 1 })
    this.total = Math.max(this.total, total)
    const merged = mergeLines(this.items, lines)
    if (this.items[0] === gap) await this.#atTheStart(merged)
    else this.items = merged
  }

  /** Fetches the lines around line `n`, so that it can be shown. */
  async loadAround(n: number): Promise<void> {
    const from = Math.max(1, n - aroundLines)
    const { lines, total } = await this.#connection.client.runs.logs({ id: this.#id, from, limit: 2 * aroundLines })
    this.total = Math.max(this.total, total)
    await this.#atTheStart(mergeLines(this.items, lines))
  }

  /** The nearest line after `from`, or before it, that has one of the levels; null where there is none. */
  async find(from: number, direction: 'forward' | 'backward', levels: LogLevel[]): Promise<number | null> {
    for (let at = from; ;) {
      const { client } = this.#connection
      const { line, searchedTo, isEnd } = await client.logs.find({ id: this.#id, from: at, direction, levels })
      if (line !== null || isEnd) return line?.n ?? null
      at = searchedTo
    }
  }

  /** The texts of the lines `from` to `to`, fetched where they are not here. */
  async texts(from: number, to: number): Promise<string[]> {
    const texts: string[] = []
    while (from + texts.length <= to) {
      const limit = Math.min(10_000, to - from - texts.length + 1)
      const { lines } = await this.#connection.client.runs.logs({ id: this.#id, from: from + texts.length, limit })
      if (lines.length === 0) break
      texts.push(...lines.map(({ text }) => plainText(text)))
    }
    return texts
  }

  #take(message: LogMessage): Next {
    if (this.#version !== null && message.version !== this.#version + 1) return 'reopen'
    this.#version = message.version
    this.total = message.total
    this.#lastLine = message.lines.at(-1)?.n ?? this.#lastLine
    const first = message.lines[0]?.n
    if (message.skipped > 0 && first !== undefined)
      this.skips = [...this.skips, { from: first - message.skipped, to: first - 1, at: Date.now() }]
    this.#held.push(...message.lines)
    if (this.#live.isPaused && this.items.length > 0) this.#live.hold(message.lines.length)
    else void this.publish()
    if (message.end) this.hasEnded = true
    return message.end ? 'end' : 'continue'
  }

  async #atTheStart(items: LogItem[]): Promise<void> {
    this.isShifting = true
    this.items = items
    await tick()
    this.isShifting = false
  }
}

/** Keeps the log open while the component that calls this is there. */
export function useLog(reader: LogReader, live: Live): LogReader {
  $effect(() => untrack(() => reader.start()))
  $effect(() => {
    if (!live.isPaused) untrack(() => void reader.publish())
  })
  return reader
}
