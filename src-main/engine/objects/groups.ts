import { problem } from '../../../src-preload/problem.ts'
import type { CallOn } from '../../interpreters/calls.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { cancelInWords, cancelRunsOf } from './cascades.ts'
import { answer, refuse } from './script-side.ts'
import type { Asker } from './script-side.ts'

/** Groups of child runs, as asyncio.TaskGroup: when one fails, the others are cancelled. Call inside the transaction. */
export function applyToGroup(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'group'>): void {
  switch (call.do) {
    case 'open': {
      const id = state.store.groups.insert.get(
        call.name,
        asker.run,
        call.deadlineMs === undefined ? null : tick.now + call.deadlineMs,
        tick.now,
      )
      if (id === undefined) throw new Error('the store gave the new group no id')
      answer(state.live, tick, asker, { group: id })
      return
    }
    case 'cancel':
      if (state.store.groups.get.get(call.group)?.parent_run !== asker.run) {
        const { message, hint } = problem('GROUP_NOT_OURS', { group: call.group, run: asker.run })
        refuse(state.live, tick, asker, 'RuntimeError', message, hint)
        return
      }
      abort(state, call.group, asker.run, `the group ${cancelInWords(call.message)}`)
      answer(state.live, tick, asker, null)
      return
    default:
      call satisfies never
  }
}

/** A run of the group has failed, which is the end of the others, also when nobody waits for them any more. */
export function abortGroup(state: EngineState, group: number, run: number, what: string): void {
  abort(state, group, run, `run ${run} of the same group ${what}`)
}

/** Upper bound of one turn's work with deadlines; the rest follows in the next turn. */
const BATCH = 1_000

/** Cancels what runs in groups whose deadline has passed, also when the run that opened them is over. */
export function abortOverdueGroups(state: EngineState, tick: Tick): void {
  for (const group of state.store.groups.overdue.all(tick.now, BATCH))
    abort(state, group.id, group.parent_run, 'the deadline of its group has passed')
}

/** Refuses a run that group `id` does not take. */
export function checkGroup(state: EngineState, id: number, parent: number): void {
  const group = state.store.groups.get.get(id)
  if (group?.parent_run !== parent) throw problem('GROUP_NOT_OURS', { group: id, run: parent })
  if (group.is_aborted === 1) throw problem('GROUP_ABORTED', { group: id, why: group.abort_reason ?? '' })
}

/** A second failure changes nothing: the first one is the reason. */
function abort(state: EngineState, id: number, by: number, reason: string): void {
  const group = state.store.groups.abort.get(by, reason, id)
  if (group !== undefined) cancelRunsOf(state, group)
}
