import { problem } from '../../../src-preload/problem.ts'
import { changeSemaphore, findSemaphore } from '../objects/semaphores.ts'
import type { DurableSemaphore } from '../objects/semaphores.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** What is undefined stays as it is. */
type SetByHand = {
  name: string
  permits: number
  perMs?: number | null | undefined
  bounded?: boolean | undefined
  create: boolean
}

export function setSemaphore(state: EngineState, tick: Tick, set: SetByHand): DurableSemaphore {
  const { name, permits, perMs, bounded, create } = set
  if (!create) semaphoreNamed(state, 'semaphore', name)
  const semaphore = findSemaphore(state, tick, 'semaphore', name)
  const { settings } = semaphore
  changeSemaphore(state, tick, semaphore, {
    permits,
    isBounded: bounded ?? settings.isBounded,
    perMs: perMs === undefined ? settings.perMs : perMs,
    extra: 0,
  })
  return semaphore
}

/** What a rate limit has counted is forgotten with it. */
export function removeSemaphore(state: EngineState, tick: Tick, kind: DurableSemaphore['kind'], name: string): void {
  const { store, objects, timers } = state
  const semaphore = semaphoreNamed(state, kind, name)
  refuseInUse(state, semaphore)
  store.semaphores.remove.run(kind, name)
  objects.semaphores[kind].delete(name)
  if (kind === 'semaphore') store.semaphores.removeUsesOf.run(name)
  for (const [id, use] of objects.uses) {
    if (use.semaphore !== semaphore) continue
    objects.uses.delete(id)
    timers.cancel(`use:${id}`)
  }
  tick.changes.status = true
}

export function semaphoreNamed(
  { objects }: EngineState,
  kind: DurableSemaphore['kind'],
  name: string,
): DurableSemaphore {
  const semaphore = objects.semaphores[kind].get(name)
  if (semaphore === undefined) throw problem('SEMAPHORE_NOT_FOUND', { kind, name })
  return semaphore
}

/** Who waits at a condition comes back to its lock. */
function refuseInUse({ objects, lanes }: EngineState, { kind, name, leases, waiting }: DurableSemaphore): void {
  const what = `${kind} "${name}"`
  if (leases.size + waiting > 0) {
    const by = `it is held ${leases.size === 1 ? 'once' : `${leases.size} times`}, and ${waiting} ${waiting === 1 ? 'task waits' : 'tasks wait'} for it`
    throw problem('OBJECT_IN_USE', { what, by })
  }
  if (kind === 'semaphore' && lanes.isNeeded(name)) throw problem('OBJECT_IN_USE', { what, by: 'queued runs need it' })
  if (kind === 'lock' && objects.conditions.values().some(({ lock }) => lock === name))
    throw problem('OBJECT_IN_USE', { what, by: 'tasks wait at a condition that is built on it' })
}
