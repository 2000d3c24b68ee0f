import type { Canceller, Outcome, RunError } from '../../src-preload/contract.ts'
import { runEnded } from './objects/run-ends.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/** Ends a run that has no attempt under way. False when it is not scheduled or queued. */
export function finishUnstarted(
  state: EngineState,
  tick: Tick,
  id: number,
  outcome: Extract<Outcome, 'timed_out' | 'cancelled' | 'skipped'>,
  error: RunError,
  by?: Canceller,
): boolean {
  const row = state.store.runs.finishUnstarted.get(outcome, tick.now, JSON.stringify(error), id)
  if (row === undefined) return false
  // A scheduled run is not in the queue, also when it has been; one that was interrupted is.
  if (row.queued_at === null) state.counters.add('is_scheduled', -1)
  else {
    state.counters.add('is_queued', -1)
    state.lanes.left(state.lanes.get(row.lane_id))
  }
  state.counters.add('is_finished', 1)
  state.counters.add(`was_${outcome}`, 1)
  tick.event(id, 'finished', { outcome, attempt: row.attempt, ...(by === undefined ? {} : { by }) })
  tick.changes.runs.add(id)
  runEnded(state, tick, { id, parent: row.parent, group: row.group }, { outcome, result: null, error })
  return true
}
