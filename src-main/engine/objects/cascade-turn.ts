import { cancelUnfinished } from '../commands/cancel.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import type { Cascade } from './cascades.ts'

/** Runs that one turn cancels at most; the rest follows in the next turns. */
const BATCH = 500

/** Carries cancels on to children and groups. True when more is left to do; nothing may be admitted before. */
export function advanceCascades(state: EngineState, tick: Tick): boolean {
  const { cascades } = state.objects
  let left = BATCH
  for (const cascade of cascades) {
    if (left === 0) return true
    const limit = left
    const ids = nextOf(state, cascade, limit)
    for (const id of ids) cancelUnfinished(state, tick, id, cascade.reason, cascade.by)
    cascade.after = ids.at(-1) ?? cascade.upTo
    // One that reaches nobody costs its look.
    left -= Math.max(1, ids.length)
    if (ids.length < limit) cascades.delete(cascade)
  }
  return cascades.size > 0
}

function nextOf({ store }: EngineState, { to, of, after, upTo }: Cascade, limit: number): number[] {
  return to === 'children'
    ? store.children.bound.all(of, after, upTo, limit)
    : store.groups.unfinishedRuns.all(of, after, upTo, limit)
}
