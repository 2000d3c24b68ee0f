import type { Wait } from '../../../src-preload/contract.ts'
import type { StoredRun } from '../../store/queries/runs.ts'
import type { EngineState } from '../state.ts'
import { countScriptWaits, scriptWaits } from './script-waits.ts'
import { waitsOfUnstarted } from './unstarted-waits.ts'

/** How much of it is told: of waits, and of the holders of each. */
export type Bounds = { waits: number; holders: number }
/** A list has hundreds of rows and is read four times a second. */
export const inLists: Bounds = { waits: 4, holders: 4 }
export const inDetail: Bounds = { waits: 20, holders: 20 }

/** What the run waits for; nothing when it has finished. */
export function waitsOf(state: EngineState, run: StoredRun, bounds: Bounds): { waits: Wait[]; waitCount: number } {
  const live = state.live.get(run.id)
  if (live !== undefined) return { waits: scriptWaits(state, live, bounds), waitCount: countScriptWaits(live) }
  const waits = waitsOfUnstarted(state, run, bounds)
  return { waits, waitCount: waits.length }
}
