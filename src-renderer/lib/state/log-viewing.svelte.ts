import type { LogLevel, LogLine } from '../../../src-preload/contract.ts'
import { plainText } from './ansi.ts'
import type { LogItem } from './log-items.ts'
import { isGap, LineSearch, withLevels } from './log-items.ts'

/** Levels in the order of the filter's buttons, and what they are called there. */
export const levelWords: Record<LogLevel, string> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  out: 'stdout',
  err: 'stderr',
  mark: 'marks',
}
export const allLevels = Object.keys(levelWords) as LogLevel[]

/** How a log is looked at: levels, search, chosen lines. Everything is derived from the reader's items. */
export class LogViewing {
  query = $state('')
  levels: ReadonlySet<LogLevel> = $state.raw(new Set(allLevels))
  /** Chosen by clicks on line numbers: where it began and where it ended, in either order. */
  range: { anchor: number; head: number } | null = $state.raw(null)
  /** Line of the match that was gone to last. */
  match: number | null = $state(null)
  #search = new LineSearch()
  #items: () => LogItem[]
  shown: LogItem[] = $derived.by(() =>
    this.levels.size === allLevels.length ? this.#items() : withLevels(this.#items(), this.levels),
  )
  /** Numbers of the lines that contain the query. */
  matches: number[] = $derived.by(() => this.#search.update(this.shown, this.query))
  matchIndex: number = $derived(this.match === null ? -1 : this.matches.indexOf(this.match))

  constructor(items: () => LogItem[]) {
    this.#items = items
  }

  toggleLevel(level: LogLevel): void {
    const levels = new Set(this.levels)
    if (!levels.delete(level)) levels.add(level)
    this.levels = levels
  }

  /** The next match after the last one, or before it; wraps around. Null without a match. */
  step(by: 1 | -1): number | null {
    const { length } = this.matches
    if (length === 0) return null
    const from = this.matchIndex < 0 && by < 0 ? 0 : this.matchIndex
    this.match = this.matches[(from + by + length) % length] ?? null
    return this.match
  }

  clearSearch(): void {
    this.query = ''
    this.match = null
  }

  choose(line: number, isExtending: boolean): void {
    this.range = isExtending && this.range ? { anchor: this.range.anchor, head: line } : { anchor: line, head: line }
  }

  isChosen(line: number): boolean {
    if (!this.range) return false
    return line >= Math.min(this.range.anchor, this.range.head) && line <= Math.max(this.range.anchor, this.range.head)
  }

  /** The text of the chosen lines, of all that are shown when none are. */
  text(): string {
    const lines = this.shown.filter(
      (item): item is LogLine => !isGap(item) && (this.range === null || this.isChosen(item.n)),
    )
    return lines.map((line) => plainText(line.text)).join('\n')
  }
}
