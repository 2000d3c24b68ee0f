/** The lines of a log as they are held: in order, bounded, with every hole named. */
import type { LogLevel, LogLine } from '../../../src-preload/contract.ts'
import { plainText } from './ansi.ts'

/** Lines `from` to `to` exist and are not held here. */
export type LogGap = { from: number; to: number }
/** A gap that the host made, since lines came faster than a window can show; `at`: when. */
export type LogSkip = LogGap & { at: number }
export type LogItem = LogLine | LogGap

/** As many items a window keeps; older ones are fetched again when they are asked for. */
export const heldLines = 100_000

export const isGap = (item: LogItem): item is LogGap => 'to' in item
/** First line number an item stands for. */
export const numberOf = (item: LogItem): number => (isGap(item) ? item.from : item.n)

/** `items` with `lines` put where their numbers belong; holes before and between them become gaps. */
export function mergeLines(items: readonly LogItem[], lines: readonly LogLine[]): LogItem[] {
  const last = lastNumber(items)
  if (lines.every(({ n }) => n > last)) return [...items, ...withGaps(last, lines)]
  const known = new Map<number, LogLine>()
  for (const item of items) if (!isGap(item)) known.set(item.n, item)
  for (const line of lines) known.set(line.n, line)
  return withGaps(
    0,
    [...known.values()].sort((a, b) => a.n - b.n),
  )
}

/** The newest `limit` items; what was dropped becomes the gap at the start. */
export function dropOldest(items: LogItem[], limit = heldLines): LogItem[] {
  if (items.length <= limit) return items
  const kept = items.slice(items.length - limit)
  const first = kept.find((item) => !isGap(item))
  return first ? [...gapBetween(0, numberOf(first)), ...kept.slice(kept.indexOf(first))] : kept
}

/** What is still missing of a gap that the host made. */
export const isSkipped = (gap: LogGap, skips: readonly LogSkip[]): boolean =>
  skips.some(({ from, to }) => from <= gap.to && to >= gap.from)

/** How many lines of `skips` are not here. */
export function countSkipped(items: readonly LogItem[], skips: readonly LogSkip[]): number {
  if (skips.length === 0) return 0
  const overlap = (gap: LogGap) =>
    skips.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, gap.to) - Math.max(from, gap.from) + 1), 0)
  return items.reduce((sum, item) => sum + (isGap(item) ? overlap(item) : 0), 0)
}

/** The items whose level is wanted; gaps stay, since what they hide is not known. */
export const withLevels = (items: LogItem[], levels: ReadonlySet<LogLevel>): LogItem[] =>
  items.filter((item) => isGap(item) || levels.has(item.level))

/** Where line `n` stands, or where it would. */
export function indexOfLine(items: readonly LogItem[], n: number): number {
  let low = 0
  let high = items.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const item = items[middle]
    if (item && numberOf(item) <= n) low = middle
    else high = middle - 1
  }
  return low
}

/** Looks through appended lines only, as long as query and earlier items stay the same. */
export class LineSearch {
  #query = ''
  #seen: readonly LogItem[] = []
  #found: number[] = []

  /** Numbers of the lines which contain `query`, in order; case is ignored. */
  update(items: readonly LogItem[], query: string): number[] {
    const wanted = query.toLowerCase()
    const seen = this.#seen.length
    const isContinued =
      wanted === this.#query &&
      seen > 0 &&
      items.length >= seen &&
      items[0] === this.#seen[0] &&
      items[seen - 1] === this.#seen[seen - 1]
    const found = isContinued ? [...this.#found] : []
    if (wanted !== '') {
      for (const item of items.slice(isContinued ? seen : 0)) {
        if (!isGap(item) && plainText(item.text).toLowerCase().includes(wanted)) found.push(item.n)
      }
    }
    this.#query = wanted
    this.#seen = items
    this.#found = found
    return found
  }
}

function lastNumber(items: readonly LogItem[]): number {
  const last = items.at(-1)
  if (!last) return 0
  return isGap(last) ? last.to : last.n
}

/** Lines in order, with what is missing between them and after line `before`. */
function withGaps(before: number, lines: readonly LogLine[]): LogItem[] {
  const items: LogItem[] = []
  let last = before
  for (const line of lines) {
    items.push(...gapBetween(last, line.n), line)
    last = line.n
  }
  return items
}

const gapBetween = (before: number, next: number): LogGap[] =>
  next > before + 1 ? [{ from: before + 1, to: next - 1 }] : []
