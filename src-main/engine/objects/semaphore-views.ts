import type { Page, PermitParty, SemaphoreDetail, SemaphoreRow } from '../../../src-preload/object-contract.ts'
import { semaphoreNamed } from '../commands/semaphores.ts'
import type { EngineState } from '../state.ts'
import { pageOf } from './page.ts'
import { firstOf, partyOf } from './parties.ts'
import type { DurableSemaphore, HeldPermit, Wanting } from './semaphores.ts'

type Kind = DurableSemaphore['kind']

export function semaphorePage(state: EngineState, kind: Kind, after: string, limit: number): Page<SemaphoreRow> {
  const names = state.store.semaphores.names.all(kind, after, limit + 1)
  const total = state.objects.semaphores[kind].size
  return pageOf(names, limit, total, (name) => semaphoreRow(semaphoreNamed(state, kind, name)))
}

export const semaphoreRow = (semaphore: DurableSemaphore): SemaphoreRow => ({
  kind: semaphore.kind,
  name: semaphore.name,
  permits: semaphore.settings.permits,
  isBounded: semaphore.settings.isBounded,
  perMs: semaphore.settings.perMs,
  free: semaphore.free,
  holding: semaphore.leases.size,
  waiting: semaphore.waiting,
})

export function semaphoreDetail(state: EngineState, kind: Kind, name: string, limit: number): SemaphoreDetail {
  const { semaphores } = state.store
  const semaphore = semaphoreNamed(state, kind, name)
  const withAmount = (who: HeldPermit | Wanting): PermitParty => ({ ...partyOf(state, who), amount: who.amount })
  return {
    ...semaphoreRow(semaphore),
    createdAt: semaphores.createdAt.get(kind, name) ?? 0,
    nextReturnAt: kind === 'lock' ? null : (semaphores.nextReturn.get(name) ?? null),
    holders: firstOf(semaphore.leases.values(), limit).map(withAmount),
    waiters: firstOf(semaphore, limit).map(withAmount),
  }
}
