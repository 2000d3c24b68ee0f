import type { Canceller } from '../../../src-preload/contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { EngineState } from '../state.ts'
import { requestKill, requestStop } from '../stopping.ts'
import type { Tick } from '../tick.ts'
import { finishUnstarted } from '../unstarted.ts'

/** A run that waits is cancelled at once; one that runs begins to stop. A second cancel changes nothing. */
export function cancel(state: EngineState, tick: Tick, id: number, reason: string | null): void {
  if (cancelUnfinished(state, tick, id, reason)) return
  const run = state.store.runs.get.get(id)
  if (run === undefined) throw problem('RUN_NOT_FOUND', { id })
  throw problem('RUN_FINISHED', { id, outcome: run.outcome ?? run.lifecycle })
}

/** Ends a run that is being stopped before its grace period is over. A second one changes nothing. */
export function kill(state: EngineState, tick: Tick, id: number): void {
  const live = state.live.get(id)
  if (live?.state.lifecycle === 'stopping') {
    requestKill(state, tick, live)
    return
  }
  const run = state.store.runs.get.get(id)
  if (run === undefined) throw problem('RUN_NOT_FOUND', { id })
  if (run.outcome !== null) throw problem('RUN_FINISHED', { id, outcome: run.outcome })
  throw problem('RUN_NOT_STOPPING', { id })
}

/** The same for any run; false when it has finished, or there is none. */
export function cancelUnfinished(
  state: EngineState,
  tick: Tick,
  id: number,
  reason: string | null,
  by?: Canceller,
): boolean {
  const live = state.live.get(id)
  if (live !== undefined) {
    requestStop(state, tick, live, 'cancel', reason, { by })
    return true
  }
  const error = { name: 'CancelledError', message: reason ?? 'cancelled while it waited', stack: null, hint: null }
  return finishUnstarted(state, tick, id, 'cancelled', error, by)
}
