import type { FeedMessage, LogMessage } from '../../src-preload/contract.ts'
import type { Clock } from './clock.ts'
import type { Engine } from './engine.ts'
import type { Changes } from './tick.ts'
import { countLogLines, logLines } from './views.ts'

/** A table that a window shows live: how to read it, and which changes can touch it. */
export type View<Row, Meta> = {
  /** In the order they are shown. Bounded by the view. */
  rows: () => { key: string; row: Row }[]
  meta: () => Meta
  isTouchedBy: (changes: Changes) => boolean
  /** Read again at least this often, for values that change without an event. Default: never. */
  refreshMs?: number
}

const TABLE_INTERVAL_MS = 250
const LOG_INTERVAL_MS = 100
const LINES_PER_MESSAGE = 500
/** A log that is further behind than this jumps to its end and says how much it left out. */
const LINES_BEHIND = 2_000

/** One reader of one feed: what it was last sent, and whether it may be sent more. */
class Subscription {
  readonly id: string
  version = 0
  isDirty = true
  #acked = 0
  #readAt = -Infinity
  #wake: (() => void) | null = null

  constructor(id: string) {
    this.id = id
  }

  touch(): void {
    this.isDirty = true
    this.#wake?.()
  }

  ack(version: number): void {
    this.#acked = Math.max(this.#acked, version)
    this.#wake?.()
  }

  /** Call right before reading: what changes from now on, also while a message waits to be taken, is news. */
  readAt(atMs: number): void {
    this.#readAt = atMs
    this.isDirty = false
  }

  /** Resolves when there is news, the reader has taken the last message, and the interval has passed; or on abort. */
  async waitForTurn(clock: Clock, intervalMs: number, refreshMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const sinceRead = clock.monoMs() - this.#readAt
      const isReady = this.#acked >= this.version && (this.isDirty || sinceRead >= refreshMs)
      if (signal.aborted || (isReady && sinceRead >= intervalMs)) return
      const napMs = isReady ? intervalMs - sinceRead : Math.max(refreshMs - sinceRead, intervalMs)
      const woken = Promise.withResolvers<void>()
      const wake = () => woken.resolve()
      const cancelNap = Number.isFinite(napMs) ? clock.after(Math.ceil(napMs), wake) : null
      this.#wake = wake
      signal.addEventListener('abort', wake)
      await woken.promise
      signal.removeEventListener('abort', wake)
      cancelNap?.()
      this.#wake = null
    }
  }
}

/**
 * Streams of snapshots and patches. A patch is the difference between what the view reads now and what this reader was
 * last sent, so changes between two messages fall together, and a reader that does not acknowledge costs nothing.
 */
export class Feeds {
  readonly #engine: Engine
  readonly #clock: Clock
  #subscriptions = new Map<string, { subscription: Subscription; isTouchedBy: (changes: Changes) => boolean }>()
  #lastId = 0

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
    engine.onChanges((changes) => {
      for (const { subscription, isTouchedBy } of this.#subscriptions.values()) {
        if (!subscription.isDirty && isTouchedBy(changes)) subscription.touch()
      }
    })
  }

  /** An unknown feed is one that has just been closed: nothing to do. */
  ack(feed: string, version: number): void {
    this.#subscriptions.get(feed)?.subscription.ack(version)
  }

  async *table<Row, Meta>(view: View<Row, Meta>, signal: AbortSignal): AsyncGenerator<FeedMessage<Row, Meta>> {
    const subscription = this.#open(view.isTouchedBy)
    try {
      let sent = new Map<string, string>()
      let sentMeta = ''
      while (!signal.aborted) {
        subscription.readAt(this.#clock.monoMs())
        const rows = view.rows()
        const now = new Map(rows.map(({ key, row }) => [key, JSON.stringify(row)]))
        const meta = view.meta()
        const metaText = JSON.stringify(meta)
        const message = difference(subscription, sent, now, rows, meta, metaText !== sentMeta)
        if (message !== null) {
          subscription.version += 1
          yield { ...message, version: subscription.version }
        }
        sent = now
        sentMeta = metaText
        await subscription.waitForTurn(this.#clock, TABLE_INTERVAL_MS, view.refreshMs ?? Infinity, signal)
      }
    } finally {
      this.#subscriptions.delete(subscription.id)
    }
  }

  /** Lines of one run from line `from` on (negative: that many before the end), until it has finished. */
  async *logs(run: number, from: number, signal: AbortSignal): AsyncGenerator<LogMessage> {
    const subscription = this.#open((changes) => changes.logs.has(run) || changes.runs.has(run))
    try {
      const total = this.#engine.read((state) => countLogLines(state, run))
      let next = from < 0 ? Math.max(1, total + from + 1) : Math.max(1, from)
      while (!signal.aborted) {
        subscription.readAt(this.#clock.monoMs())
        const message = this.#readLog(subscription, run, next)
        next += message.skipped + message.lines.length
        const hasNews = message.lines.length > 0 || message.end || subscription.version === 0
        if (next <= message.total) subscription.isDirty = true
        if (hasNews) {
          subscription.version += 1
          yield { ...message, version: subscription.version }
        }
        if (message.end) return
        await subscription.waitForTurn(this.#clock, LOG_INTERVAL_MS, Infinity, signal)
      }
    } finally {
      this.#subscriptions.delete(subscription.id)
    }
  }

  #readLog(subscription: Subscription, run: number, next: number): LogMessage {
    return this.#engine.read((state) => {
      const total = countLogLines(state, run)
      const behind = total - next + 1
      const skipped = behind > LINES_BEHIND ? behind - LINES_PER_MESSAGE : 0
      const { lines } = logLines(state, run, next + skipped, LINES_PER_MESSAGE)
      const isOver = state.store.runs.get.get(run)?.lifecycle === 'finished'
      const end = isOver && next + skipped + lines.length > total
      return { type: 'lines', feed: subscription.id, version: 0, lines, skipped, total, end }
    })
  }

  #open(isTouchedBy: (changes: Changes) => boolean): Subscription {
    this.#lastId += 1
    const subscription = new Subscription(`f${this.#lastId}`)
    this.#subscriptions.set(subscription.id, { subscription, isTouchedBy })
    return subscription
  }
}

/** Null when nothing that the reader sees has changed. */
function difference<Row, Meta>(
  subscription: Subscription,
  sent: Map<string, string>,
  now: Map<string, string>,
  rows: { key: string; row: Row }[],
  meta: Meta,
  isMetaNew: boolean,
): FeedMessage<Row, Meta> | null {
  const { id: feed, version } = subscription
  if (version === 0) return { type: 'snapshot', feed, version, rows, meta }
  const upserts = rows.filter(({ key }) => sent.get(key) !== now.get(key))
  const removed = [...sent.keys()].filter((key) => !now.has(key))
  const order = [...now.keys()]
  const isMoved = removed.length > 0 || !isSameOrder(order, [...sent.keys()])
  // A patch that says nearly everything anew is longer than saying it.
  if (upserts.length > 20 && upserts.length * 2 > rows.length) return { type: 'snapshot', feed, version, rows, meta }
  if (upserts.length === 0 && !isMoved && !isMetaNew) return null
  return { type: 'patch', feed, version, upserts, removed, order: isMoved ? order : null, meta }
}

const isSameOrder = (a: string[], b: string[]): boolean =>
  a.length === b.length && a.every((key, index) => key === b[index])
