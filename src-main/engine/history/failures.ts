import type { Outcome } from '../../../src-preload/contract.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** How many of the runs that went wrong, and are kept, nobody has seen in the history. */
export const unseenFailures = (state: EngineState): number =>
  Math.max(0, failures(state) - state.counters.get('seen_failures'))

/** Somebody looks at the history. */
export function seeFailures(state: EngineState, tick: Tick): void {
  if (unseenFailures(state) === 0) return
  state.counters.set('seen_failures', failures(state))
  tick.changes.status = true
}

/** A run is removed from the history. The oldest go first, so one that went wrong was seen if any was. */
export function forgetFailure({ counters }: EngineState, outcome: Outcome): void {
  if (isFailure(outcome) && counters.get('seen_failures') > 0) counters.add('seen_failures', -1)
}

/** Outcomes by which a run has gone wrong. */
const failed = ['failed', 'timed_out', 'abandoned'] as const satisfies Outcome[]

export const isFailure = (outcome: Outcome): boolean => failed.some((each) => each === outcome)

const failures = ({ counters }: EngineState): number =>
  failed.reduce((sum, outcome) => sum + counters.get(`was_${outcome}`), 0)
