import type { RunError } from '../../../src-preload/contract.ts'
import { distinctWords, tags } from '../../core/search-words.ts'
import { PARTS } from '../../store/queries/search.ts'
import type { UnindexedRun } from '../../store/queries/search.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** Runs that are fetched at once, and handled by one step at most. */
const BATCH = 50
const STEP_RUNS = 500
/** A part of a log: long enough that words repeat in it, short enough that it does not hold up a turn. */
const PART_CHARS = 64 * 1024
/** Of the log of one run its first and its last so many characters are taken; a flood must not cost hours. */
const HEAD_CHARS = 1024 * 1024
/** What a line costs besides its text, so that a million empty ones are not one part. */
const LINE_CHARS = 16
const TAIL_BYTES = 3 * 1024 * 1024
const HOUR_MS = 3_600_000

type Counted = Pick<UnindexedRun, 'id' | 'created_at' | 'job_id' | 'outcome' | 'log_lines'>

/**
 * Takes finished runs into the search index, in the order of their ends, until `isOver`. A run that ends costs the
 * transaction that ends it nothing but an entry in `runs_finished`; this runs in transactions of its own. The cursor is
 * stored with each step: `indexed_at` and `indexed_run` name the last run, `indexing_line` where its log goes on.
 */
export function indexStep(state: EngineState, tick: Tick, isOver: () => boolean): void {
  const { counters, store } = state
  let taken = 0
  while (!isOver() && taken < STEP_RUNS) {
    if (counters.get('indexing_line') > 0) {
      indexLogPart(state)
      taken += 10
      continue
    }
    const runs = store.search.unindexed.all(counters.get('indexed_at'), counters.get('indexed_run'), tick.now, BATCH)
    if (runs.length === 0) {
      const next = store.search.nextUnindexedAt.get(counters.get('indexed_at'), counters.get('indexed_run'))
      // Of this very millisecond, or of a time that the clock showed before it was set back.
      state.history.indexDue = next === undefined ? null : next + 1
      return
    }
    for (const run of runs) {
      indexRun(state, run)
      taken += 1
      if (counters.get('indexing_line') > 0 || isOver()) break
    }
  }
}

/** How many finished runs are not in the index, counted up to `limit`. */
export const countUnindexed = ({ counters, store }: EngineState, limit: number): number =>
  store.search.countUnindexed.get(counters.get('indexed_at'), counters.get('indexed_run'), limit) ?? 0

/** A clock that was set back lets runs end before the cursor: it goes back, and what is met again is replaced. */
export function noteEnd(state: EngineState, tick: Tick): void {
  state.history.indexDue = Math.min(state.history.indexDue ?? Infinity, tick.now)
  const { counters } = state
  const indexedAt = counters.get('indexed_at')
  if (tick.now > indexedAt) return
  counters.set('reindex_until', Math.max(indexedAt, counters.get('reindex_until')))
  counters.set('indexed_at', tick.now - 1)
  counters.set('indexed_run', 0)
  counters.set('indexing_line', 0)
}

/** Takes a run out of the index and the hours, if it is in them. */
export function forget({ store }: EngineState, run: Counted): void {
  const first = run.id * PARTS
  if (store.search.remove.run(first).changes === 0) return
  if (run.log_lines > 0) {
    for (const part of store.search.partsOf.all(first, first + PARTS)) {
      store.search.remove.run(part)
      store.search.removePart.run(part)
    }
  }
  const key = [hourOf(run.created_at), run.job_id ?? 0, run.outcome] as const
  if (store.search.lastOfHour.run(...key).changes === 0) store.search.takeFromHour.run(...key)
}

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS

function indexRun(state: EngineState, run: UnindexedRun): void {
  const { counters, store } = state
  if (run.finished_at <= counters.get('reindex_until')) forget(state, run)
  store.search.insert.run(run.id * PARTS, `${tagsOf(run)} ${distinctWords(textOf(run))}`)
  store.search.addToHour.run(hourOf(run.created_at), run.job_id ?? 0, run.outcome)
  counters.set('indexed_at', run.finished_at)
  counters.set('indexed_run', run.id)
  counters.set('indexing_line', run.log_lines > 0 ? 1 : 0)
  counters.set('indexing_part', 0)
  counters.set('indexing_chars', 0)
}

const tagsOf = ({ outcome, job_id }: Pick<UnindexedRun, 'outcome' | 'job_id'>): string =>
  `${tags.any} ${tags.outcome(outcome)} ${tags.job(job_id ?? 0)}`

function textOf({ id, name, error, input }: UnindexedRun): string {
  const { name: kind, message } = error === null ? { name: '', message: '' } : (JSON.parse(error) as RunError)
  return `${id} ${name} ${kind} ${message} ${input}`
}

/** The next part of the log of the run at the cursor. Its name stands in each, so that a search can name both. */
function indexLogPart(state: EngineState): void {
  const { counters, store } = state
  const id = counters.get('indexed_run')
  const from = counters.get('indexing_line')
  const run = store.runs.get.get(id)
  const { next, text } = run === undefined ? { next: 0, text: '' } : linesFrom(state, id, from)
  if (run === undefined || run.outcome === null || text === '') {
    counters.set('indexing_line', 0)
    return
  }
  const part = counters.add('indexing_part', 1)
  const words = distinctWords(`${run.name} ${text}`)
  store.search.insert.run(id * PARTS + part, `${tagsOf({ outcome: run.outcome, job_id: run.job_id })} ${words}`)
  store.search.addPart.run(id * PARTS + part, from)
  const before = counters.get('indexing_chars')
  const after = counters.add('indexing_chars', text.length)
  const isHeadOver = before < HEAD_CHARS && after >= HEAD_CHARS
  const goesOn = next <= run.log_lines && part < PARTS - 1
  counters.set('indexing_line', !goesOn ? 0 : isHeadOver ? Math.max(next, tailLine(state, id)) : next)
}

/** The texts of the lines from `from` on, about a part of them, and the number of the line after. */
function linesFrom({ store }: EngineState, run: number, from: number): { text: string; next: number } {
  const texts: string[] = []
  let length = 0
  let next = from
  for (const chunk of store.logs.from.iterate(run, run, from)) {
    for (const [index, line] of chunk.body.split('\n').entries()) {
      const n = chunk.first_line + index
      if (n < from) continue
      const text = line.slice(line.indexOf('\t', line.indexOf('\t') + 1) + 1)
      texts.push(text)
      length += text.length + LINE_CHARS
      next = n + 1
      if (length >= PART_CHARS) return { text: texts.join('\n'), next }
    }
  }
  return { text: texts.join('\n'), next }
}

function tailLine({ store }: EngineState, run: number): number {
  let bytes = 0
  for (const chunk of store.logs.sizesFromEnd.iterate(run)) {
    bytes += chunk.bytes
    if (bytes >= TAIL_BYTES) return chunk.first_line
  }
  return 1
}
