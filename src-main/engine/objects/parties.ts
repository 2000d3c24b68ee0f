import type { Party } from '../../../src-preload/object-contract.ts'
import type { EngineState } from '../state.ts'
import type { Permit } from './script-side.ts'

type Who = Pick<Permit, 'task' | 'since' | 'place'> & { readonly run: number; readonly attempt: number }

/** Who holds or waits, as callers see it. */
export function partyOf(state: EngineState, { run, attempt, task, since, place }: Who): Party {
  const stored = state.store.runs.get.get(run)
  if (stored === undefined) throw new Error(`run ${run} uses an object but is not stored`)
  const taskName = task === null ? null : (state.live.get(run)?.script?.tasks.get(task)?.name ?? null)
  return { run, name: stored.name, attempt, task, taskName, since, place }
}

/** The first `limit` of those who hold or wait, in their order. */
export function firstOf<Each>(line: { [Symbol.iterator](): Iterator<Each> }, limit: number): Each[] {
  const first: Each[] = []
  for (const each of line) {
    if (first.length >= limit) break
    first.push(each)
  }
  return first
}
