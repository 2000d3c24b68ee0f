import type { Outcome, Stop } from '../../../src-preload/contract.ts'
import type { RunEnded } from '../../interpreters/calls.ts'
import { noteEnd } from '../history/indexer.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { cancelChildrenOf, endInWords } from './cascades.ts'
import { abortGroup } from './groups.ts'
import { answer } from './script-side.ts'

/** Without the result of such a run the others of its group have lost their purpose. */
const endsGroup: readonly Outcome[] = ['failed', 'timed_out', 'abandoned']

/** What hangs on the end of a run: the search index, its schedule, who watches it, its parent's count, its own children, its group. */
export function runEnded(
  state: EngineState,
  tick: Tick,
  run: { id: number; parent: number | null; group: number | null },
  ended: RunEnded & { outcome: Outcome },
  stop: Stop | null = null,
): void {
  noteEnd(state, tick)
  state.schedules.runEnded(run.id)
  const { watches, childCounts } = state.objects
  const watching = watches.get(run.id)
  if (watching !== undefined) {
    watches.delete(run.id)
    const { outcome, result, error } = ended
    for (const asker of watching.takeAll()) answer(state.live, tick, asker, { outcome, result, error })
  }
  if (run.parent !== null) countOut(state, tick, run.parent)
  if (childCounts.has(run.id)) cancelChildrenOf(state, run.id, ...endInWords(ended.outcome, stop))
  if (run.group !== null && endsGroup.includes(ended.outcome)) {
    abortGroup(state, run.group, run.id, endInWords(ended.outcome, stop)[0])
  }
}

/** An attempt ended that does not count: the next one spawns anew. */
export function attemptCutOff(state: EngineState, run: number, why: string): void {
  cancelChildrenOf(state, run, `was interrupted: ${why}`)
}

/** An attempt failed and another one follows, which spawns anew. */
export function attemptRetried(state: EngineState, run: number, outcome: 'failed' | 'timed_out'): void {
  cancelChildrenOf(state, run, `has ${outcome.replace('_', ' ')} and is tried again`)
}

function countOut({ objects }: EngineState, tick: Tick, parent: number): void {
  const count = objects.childCounts.get(parent)
  if (count === undefined) throw new Error(`run ${parent} has no unfinished child`)
  if (count === 1) objects.childCounts.delete(parent)
  else objects.childCounts.set(parent, count - 1)
  tick.changes.runs.add(parent)
}
