import type { Page, PermitParty, SemaphoreDetail, SemaphoreRow } from '../../../src-preload/object-contract.ts'
import { afterAll, isBefore } from '../../core/admission.ts'
import type { Lane } from '../../core/admission.ts'
import { semaphoreNamed } from '../commands/semaphores.ts'
import type { EngineState } from '../state.ts'
import { pageOf } from './page.ts'
import { firstOf, partyOf } from './parties.ts'
import type { DurableSemaphore, HeldPermit, Wanting } from './semaphores.ts'

type Kind = DurableSemaphore['kind']

export function semaphorePage(state: EngineState, kind: Kind, after: string, limit: number): Page<SemaphoreRow> {
  const names = state.store.semaphores.names.all(kind, after, limit + 1)
  const total = state.objects.semaphores[kind].size
  return pageOf(names, limit, total, (name) => semaphoreRow(state, semaphoreNamed(state, kind, name)))
}

export const semaphoreRow = (state: EngineState, semaphore: DurableSemaphore): SemaphoreRow => ({
  kind: semaphore.kind,
  name: semaphore.name,
  permits: semaphore.settings.permits,
  isBounded: semaphore.settings.isBounded,
  perMs: semaphore.settings.perMs,
  free: semaphore.free,
  held: semaphore.settings.permits + semaphore.settings.extra - semaphore.free,
  holding: semaphore.leases.size,
  waiting: semaphore.waiting,
  waitingSince: firstOf(semaphore, 1)[0]?.since ?? null,
  crowd: semaphore.crowd.read(state.clock.monoMs()),
  queuedRuns: Math.min(
    QUEUED_RUNS_COUNTED,
    lanesAt(state, semaphore).reduce((sum, lane) => sum + lane.queued, 0),
  ),
})

/** How many runs that are held up are counted, and at most how many lanes of them are looked at. */
const QUEUED_RUNS_COUNTED = 1_000

function lanesAt({ gatekeeper }: EngineState, { kind, name }: DurableSemaphore): Lane[] {
  if (kind === 'lock') return []
  return firstOf(gatekeeper.parkedBefore(`semaphore ${name}`, afterAll), QUEUED_RUNS_COUNTED)
}

function firstQueuedAt(state: EngineState, semaphore: DurableSemaphore, limit: number): SemaphoreDetail['queued'] {
  return lanesAt(state, semaphore)
    .flatMap((lane) => state.store.runs.firstQueued.all(lane.id, limit))
    .sort((a, b) => (isBefore(a, b) ? -1 : 1))
    .slice(0, limit)
    .map((run) => ({ run: run.id, name: run.name, since: run.queued_at ?? run.created_at }))
}

export function semaphoreDetail(state: EngineState, kind: Kind, name: string, limit: number): SemaphoreDetail {
  const { semaphores } = state.store
  const semaphore = semaphoreNamed(state, kind, name)
  const withAmount = (who: HeldPermit | Wanting): PermitParty => ({ ...partyOf(state, who), amount: who.amount })
  return {
    ...semaphoreRow(state, semaphore),
    createdAt: semaphores.createdAt.get(kind, name) ?? 0,
    nextReturnAt: kind === 'lock' ? null : (semaphores.nextReturn.get(name) ?? null),
    holders: firstOf(semaphore.leases.values(), limit).map(withAmount),
    waiters: firstOf(semaphore, limit).map(withAmount),
    queued: firstQueuedAt(state, semaphore, limit),
  }
}
