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

/** What is typed into the search of a log: `level:` words choose levels, the rest is searched for. */
export function parseLogQuery(typed: string): { query: string; levels: LogLevel[] | null; fault: string | null } {
  const levels: LogLevel[] = []
  const faults: string[] = []
  const query = typed
    .replace(/(?:^|\s)level:(\S*)/gi, (_token, values: string) => {
      for (const value of values.toLowerCase().split(',').filter(Boolean)) {
        const level = allLevels.find((each) => each === value || levelWords[each] === value)
        if (level === undefined) faults.push(value)
        else levels.push(level)
      }
      return ''
    })
    .trim()
  const fault =
    faults.length === 0
      ? null
      : `There is no level "${faults.join('", "')}". There are: ${allLevels.map((level) => levelWords[level]).join(', ')}.`
  return { query, levels: levels.length === 0 ? null : levels, fault }
}

/** How a log is looked at: levels, search, chosen lines. Everything is derived from the reader's items. */
export class LogViewing {
  typed = $state('')
  /** By the buttons; `level:` in what is typed goes before them. */
  pressed: ReadonlySet<LogLevel> = $state.raw(new Set(allLevels))
  #parsed = $derived(parseLogQuery(this.typed))
  query: string = $derived(this.#parsed.query)
  fault: string | null = $derived(this.#parsed.fault)
  levels: ReadonlySet<LogLevel> = $derived(this.#parsed.levels === null ? this.pressed : new Set(this.#parsed.levels))
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
    const levels = new Set(this.pressed)
    if (!levels.delete(level)) levels.add(level)
    this.pressed = levels
  }

  showAllLevels(): void {
    this.pressed = new Set(allLevels)
    this.typed = this.query
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
    this.typed = ''
    this.match = null
  }

  choose(line: number, isExtending: boolean): void {
    this.range = isExtending && this.range ? { anchor: this.range.anchor, head: line } : { anchor: line, head: line }
  }

  isChosen(line: number): boolean {
    if (!this.range) return false
    return line >= Math.min(this.range.anchor, this.range.head) && line <= Math.max(this.range.anchor, this.range.head)
  }

  /** Numbers of the first and the last chosen line. */
  get chosenSpan(): { from: number; to: number } | null {
    if (this.range === null) return null
    const { anchor, head } = this.range
    return { from: Math.min(anchor, head), to: Math.max(anchor, head) }
  }

  /** Every chosen line is here: none of them is in a gap. */
  get isRangeLoaded(): boolean {
    const span = this.chosenSpan
    return span === null || !this.#items().some((item) => isGap(item) && item.from <= span.to && item.to >= span.from)
  }

  /** The text of the chosen lines, of all that are shown when none are. */
  text(): string {
    const lines = this.shown.filter(
      (item): item is LogLine => !isGap(item) && (this.range === null || this.isChosen(item.n)),
    )
    return lines.map((line) => plainText(line.text)).join('\n')
  }
}
