import { problem } from '../../../src-preload/problem.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** Notes that somebody has looked at what an abandoned run has done. To say it again is no fault. */
export function lookedAt(state: EngineState, tick: Tick, id: number): void {
  const run = state.store.runs.get.get(id)
  if (run === undefined) throw problem('RUN_NOT_FOUND', { id })
  if (run.outcome !== 'abandoned')
    throw problem('BAD_INPUT', { details: `run ${id} was not abandoned: nothing of it is open` })
  tick.event(id, 'looked_at', {})
  tick.changes.runs.add(id)
}
