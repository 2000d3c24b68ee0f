import type { LogLevel, LogLine } from '../../../src-preload/contract.ts'
import type { StoredChunk } from '../../store/queries/logs.ts'
import type { EngineState } from '../state.ts'
import { parseLine } from '../views.ts'

/** Text that one call looks through; the caller asks again from where it ended. */
const MOST_CHARS = 4 * 1024 * 1024

const loud: ReadonlySet<LogLevel> = new Set(['warn', 'error', 'err'])
const bits: Record<LogLevel, number> = { debug: 1, info: 2, warn: 4, error: 8, out: 16, err: 32, mark: 64 }

/** What a chunk holds, as it is stored beside it. */
export const levelBits = (lines: readonly (readonly [number, LogLevel, string])[]): number =>
  lines.reduce((all, [, level]) => all | bits[level], 0)

export type LogQuery = {
  id: number
  /** A line number; the search begins after it, or before. */
  from: number
  direction: 'forward' | 'backward'
  levels?: LogLevel[] | undefined
  text: string
}

/** The nearest line that fits. Warnings and errors are found by an index, however long the log. */
export function findInLog(
  state: EngineState,
  query: LogQuery,
): { line: LogLine | null; searchedTo: number; isEnd: boolean } {
  const isForward = query.direction === 'forward'
  const levels = query.levels === undefined ? null : new Set(query.levels)
  const isLoudOnly = levels !== null && [...levels].every((level) => loud.has(level))
  let searchedTo = query.from
  let chars = 0
  for (const chunk of isLoudOnly ? loudChunks(state, query) : everyChunk(state, query)) {
    const line = inChunk(chunk, query, levels)
    if (line !== null) return { line, searchedTo: line.n, isEnd: false }
    searchedTo = isForward ? chunk.first_line + chunk.lines - 1 : chunk.first_line
    chars += chunk.body.length
    if (chars >= MOST_CHARS) return { line: null, searchedTo, isEnd: false }
  }
  return { line: null, searchedTo, isEnd: true }
}

const everyChunk = ({ store }: EngineState, { id, from, direction }: LogQuery): Iterable<StoredChunk> =>
  direction === 'forward' ? store.logs.from.iterate(id, id, from + 1) : store.logs.backFrom.iterate(id, from - 1)

/** The chunk in which the search begins, and from there on those that may hold a warning or an error. */
function* loudChunks({ store }: EngineState, { id, from, direction }: LogQuery): Generator<StoredChunk> {
  const isForward = direction === 'forward'
  let chunk = isForward ? store.logs.from.get(id, id, from + 1) : store.logs.backFrom.get(id, from - 1)
  while (chunk !== undefined) {
    yield chunk
    const next: number | undefined = (isForward ? store.logs.nextLoud : store.logs.previousLoud).get(
      id,
      chunk.first_line,
    )
    chunk = next === undefined ? undefined : store.logs.backFrom.get(id, next)
  }
}

function inChunk(chunk: StoredChunk, query: LogQuery, levels: ReadonlySet<LogLevel> | null): LogLine | null {
  const isForward = query.direction === 'forward'
  const wanted = query.text.toLowerCase()
  const lines = chunk.body.split('\n')
  for (let step = 0; step < lines.length; step += 1) {
    const index = isForward ? step : lines.length - 1 - step
    const n = chunk.first_line + index
    if (isForward ? n <= query.from : n >= query.from) continue
    const line = parseLine(n, chunk.attempt, lines[index] ?? '')
    if (levels !== null && !levels.has(line.level)) continue
    if (wanted === '' || line.text.toLowerCase().includes(wanted)) return line
  }
  return null
}
