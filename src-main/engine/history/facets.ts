import { outcomes } from '../../../src-preload/contract.ts'
import type { Facets, Outcome } from '../../../src-preload/contract.ts'
import type { RunConditions } from '../../../src-preload/run-filter.ts'
import type { EngineState } from '../state.ts'
import { eachFound, searchOf, tableFilter } from './find.ts'
import { countUnindexed, hourOf } from './indexer.ts'

const HOUR_MS = 3_600_000
const JOBS_SHOWN = 50
const MOST_COUNTED = 10_000

/** Runs of one kind that were submitted in one hour. */
type Cell = { at: number; job: number; outcome: Outcome; runs: number }

/**
 * How many finished runs fit, by outcome, job and time. Each facet leaves its own condition out, so that it shows what else
 * could be chosen. Without words the hours say it, which are counted as runs come into the index; with words the newest
 * 10,000 runs that have them are looked at.
 */
export function facetsOf(state: EngineState, conditions: RunConditions, bars: number): Facets {
  const jobId = conditions.job === undefined ? null : (state.store.jobs.byName.get(conditions.job)?.id ?? -1)
  const { cells, isPartial } = conditions.text === undefined ? hoursOf(state, conditions) : cellsOf(state, conditions)
  const isOutcome = ({ outcome }: Cell) => conditions.outcome === undefined || conditions.outcome.includes(outcome)
  const isJob = ({ job }: Cell) => jobId === null || job === jobId
  const byOutcome = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>
  const byJob = new Map<number, number>()
  let total = 0
  for (const cell of cells) {
    if (isJob(cell)) byOutcome[cell.outcome] += cell.runs
    if (isOutcome(cell)) byJob.set(cell.job, (byJob.get(cell.job) ?? 0) + cell.runs)
    if (isJob(cell) && isOutcome(cell)) total += cell.runs
  }
  return {
    outcomes: byOutcome,
    jobs: namedJobs(state, byJob),
    ...barsOf(
      cells.filter((cell) => isJob(cell) && isOutcome(cell)),
      bars,
    ),
    total,
    isPartial,
    unindexed: countUnindexed(state, MOST_COUNTED),
  }
}

/** All that fit, counted. Reads every run that is not from the index. */
export function countRuns(state: EngineState, conditions: RunConditions): number {
  const filter = tableFilter(state, conditions, { before: Infinity })
  const isOfFinished = conditions.lifecycle === undefined || conditions.lifecycle.every((each) => each === 'finished')
  if (
    !isOfFinished ||
    conditions.parent !== undefined ||
    (conditions.lifecycle === undefined && conditions.outcome === undefined)
  ) {
    return state.store.history.count(filter)
  }
  const { counters, store } = state
  let runs = store.history.tail(filter, counters.get('indexed_at'), counters.get('indexed_run')).length
  const search = searchOf(state, conditions, filter)
  if (search !== null) runs += eachFound(state, search).reduce((sum) => sum + 1, 0)
  return runs
}

function hoursOf({ store }: EngineState, { since, until }: RunConditions): { cells: Cell[]; isPartial: boolean } {
  const rows = store.search.hours.all(since === undefined ? 0 : hourOf(since), until ?? Number.MAX_SAFE_INTEGER)
  return {
    cells: rows.map(({ hour, job_id, outcome, runs }) => ({ at: hour, job: job_id, outcome, runs })),
    isPartial: false,
  }
}

/** With words the job and the outcome are conditions of the facets only, as in `hoursOf`. */
function cellsOf(state: EngineState, conditions: RunConditions): { cells: Cell[]; isPartial: boolean } {
  const { text, since, until } = conditions
  const words = { text, since, until }
  const search = searchOf(state, words, tableFilter(state, words, { before: Infinity }))
  const cells: Cell[] = []
  if (search === null) return { cells, isPartial: false }
  for (const { id } of eachFound(state, search)) {
    if (cells.length >= MOST_COUNTED) return { cells, isPartial: true }
    const run = state.store.runs.get.get(id)
    if (run === undefined || run.outcome === null) continue
    cells.push({ at: hourOf(run.created_at), job: run.job_id ?? 0, outcome: run.outcome, runs: 1 })
  }
  return { cells, isPartial: false }
}

function namedJobs(state: EngineState, byJob: Map<number, number>): Facets['jobs'] {
  const names = new Map(state.store.jobs.all.all().map(({ id, name }) => [id, name]))
  return [...byJob]
    .flatMap(([id, runs]) =>
      id === 0 ? [{ job: null, runs }] : names.has(id) ? [{ job: names.get(id) ?? null, runs }] : [],
    )
    .sort((a, b) => b.runs - a.runs)
    .slice(0, JOBS_SHOWN)
}

function barsOf(cells: Cell[], most: number): Pick<Facets, 'bars' | 'barMs'> {
  const [first, last] = [cells[0]?.at, cells.at(-1)?.at]
  if (first === undefined || last === undefined) return { bars: [], barMs: HOUR_MS }
  const oldest = Math.min(...[first, last])
  const newest = Math.max(...[first, last])
  const hoursPerBar = Math.max(1, Math.ceil((newest - oldest + HOUR_MS) / HOUR_MS / most))
  const barMs = hoursPerBar * HOUR_MS
  const bars = new Map<number, { at: number; runs: number; unhappy: number }>()
  for (const { at, runs, outcome } of cells) {
    const start = oldest + Math.floor((at - oldest) / barMs) * barMs
    const bar = bars.get(start) ?? { at: start, runs: 0, unhappy: 0 }
    bar.runs += runs
    if (outcome !== 'succeeded') bar.unhappy += runs
    bars.set(start, bar)
  }
  return { bars: [...bars.values()].sort((a, b) => a.at - b.at), barMs }
}
