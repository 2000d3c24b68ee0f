import type { Retention, Storage } from '../../../src-preload/history-contract.ts'
import type { RemovableRun } from '../../store/queries/retention.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { forgetFailure } from './failures.ts'
import { forget } from './indexer.ts'

const STEP_RUNS = 200
/** Log chunks that one step removes of one run: a log of 50 MB goes in several. */
const STEP_CHUNKS = 20
const MOST_COUNTED = 10_000

/**
 * Removes the oldest finished runs that are beyond the limits until `isOver`; true when there may be more. A run that is
 * still needed is left out until the next look. Each step is a transaction: a kill between two leaves whole runs, or one whose
 * log has begun to go and which is the next to go on with.
 */
export function retentionStep(state: EngineState, tick: Tick, isOver: () => boolean): boolean {
  const { history, store } = state
  const limits = [history.retention, ...(history.prune === null ? [] : [history.prune])]
  const removal = (history.removal ??= { at: -1, run: 0, since: tick.mono })
  for (let looked = 0; looked < STEP_RUNS; looked += 1) {
    const run = store.retention.oldest.get(removal.at, removal.run)
    if (run === undefined || !isBeyond(state, tick, run, limits)) return endLook(state)
    if (isNeeded(state, run) || removeRun(state, tick, run))
      Object.assign(removal, { at: run.finished_at, run: run.id })
    if (isOver()) return true
  }
  return true
}

function endLook({ history }: EngineState): false {
  history.removal = null
  history.prune = null
  return false
}

function isBeyond(state: EngineState, tick: Tick, run: RemovableRun, limits: Retention[]): boolean {
  const finished = state.counters.get('is_finished')
  const usedBytes = state.store.retention.usedBytes.get() ?? 0
  return limits.some(
    ({ maxAgeMs, maxRuns, maxBytes }) =>
      (maxAgeMs !== null && run.finished_at < tick.now - maxAgeMs) ||
      (maxRuns !== null && finished > maxRuns) ||
      (maxBytes !== null && usedBytes > maxBytes),
  )
}

/** Its parent may still ask for its result, or children of it are still to be counted. */
export const isNeeded = (state: EngineState, run: RemovableRun): boolean =>
  run.is_needed === 1 || state.objects.childCounts.has(run.id)

/** Removes a finished run with all that hangs on it; false while more of its log is left than one step takes. */
export function removeRun(state: EngineState, tick: Tick, run: RemovableRun): boolean {
  const { counters, store } = state
  const chunks = store.retention.removeChunks.all(run.id, STEP_CHUNKS)
  for (const bytes of chunks) counters.add('log_bytes', -bytes)
  if (chunks.length === STEP_CHUNKS) return false
  forget(state, run)
  if (counters.get('indexed_run') === run.id) counters.set('indexing_line', 0)
  store.retention.removeEvents.run(run.id)
  store.retention.removeAttempts.run(run.id)
  if (store.retention.removeRun.run(run.id).changes !== 1) throw new Error(`run ${run.id} is not there to be removed`)
  counters.add('is_finished', -1)
  counters.add(`was_${run.outcome}`, -1)
  forgetFailure(state, run.outcome)
  counters.add('removed_runs', 1)
  counters.set('removed_at', tick.now)
  tick.changes.runs.add(run.id)
  tick.changes.status = true
  return true
}

export function setRetention(state: EngineState, tick: Tick, retention: Retention): void {
  state.store.settings.set.run('retention', JSON.stringify(retention))
  state.history.retention = retention
  state.history.removal = null
  state.history.retentionDue = tick.mono
}

export function prune(state: EngineState, limits: Retention): void {
  state.history.prune = limits
  state.history.removal = null
}

/** How many runs the limits by age and by count would remove now, counted up to 10,000. */
export function countOverdue(state: EngineState, now: number, { maxAgeMs, maxRuns }: Retention): number {
  const older = maxAgeMs === null ? 0 : (state.store.retention.countOlder.get(now - maxAgeMs, MOST_COUNTED) ?? 0)
  const beyond = maxRuns === null ? 0 : Math.max(0, state.counters.get('is_finished') - maxRuns)
  return Math.min(MOST_COUNTED, Math.max(older, beyond))
}

export function storageOf(state: EngineState, now: number): Storage {
  const { counters, history, store } = state
  const usedBytes = store.retention.usedBytes.get() ?? 0
  const { maxBytes } = history.retention
  return {
    retention: history.retention,
    finishedRuns: counters.get('is_finished'),
    oldestAt: store.retention.oldestAt.get() ?? null,
    fileBytes: store.databaseBytes.get() ?? 0,
    usedBytes,
    logBytes: counters.get('log_bytes'),
    overdue: maxBytes !== null && usedBytes > maxBytes ? null : countOverdue(state, now, history.retention),
    removed: { runs: counters.get('removed_runs'), at: counters.get('removed_at') || null },
  }
}
