import type { Json } from '../../../src-preload/json.ts'
import type { FutureDetail, FutureRow, Page } from '../../../src-preload/object-contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { ListedFuture } from '../../store/queries/futures.ts'
import type { EngineState } from '../state.ts'
import { lookAt } from './futures.ts'
import { firstOf, partyOf } from './parties.ts'

type Wanted = {
  state?: FutureRow['state'] | undefined
  before?: { id: number; isPending: boolean } | undefined
  limit: number
}

/** Pending ones first, then the others; the newest first of each. */
export function futurePage(state: EngineState, { state: wanted, before, limit }: Wanted): Page<FutureRow> {
  const { futures } = state.store
  const beforeId = (isPending: boolean) => (before?.isPending === isPending ? before.id : Number.MAX_SAFE_INTEGER)
  const found: ListedFuture[] = []
  if ((wanted ?? 'pending') === 'pending' && before?.isPending !== false)
    found.push(...futures.pending.all(beforeId(true), limit + 1))
  if (wanted !== 'pending' && found.length <= limit)
    found.push(
      ...futures.settled.all({ state: wanted ?? null, before: beforeId(false), limit: limit + 1 - found.length }),
    )
  const rows = found.slice(0, limit).map((future) => futureRow(state, future))
  return { rows, more: found.length > limit, total: state.objects.futureCount }
}

export const futureRow = ({ objects }: EngineState, future: ListedFuture): FutureRow => ({
  id: future.id,
  name: future.name,
  state: future.state,
  createdAt: future.created_at,
  settledAt: future.settled_at,
  settledBy: future.settled_by,
  dueAt: future.due_at,
  waiting: objects.futureWaits.get(future.name)?.size ?? 0,
})

export function futureDetail(state: EngineState, name: string, limit: number): FutureDetail {
  const { futures } = state.store
  const listed = futures.listed.get(name)
  const stored = futures.byName.get(name)
  if (listed === undefined || stored === undefined) throw problem('FUTURE_NOT_FOUND', { name })
  const look = lookAt(stored)
  return {
    ...futureRow(state, listed),
    value: look.state === 'done' ? (JSON.parse(look.value) as Json) : null,
    error: look.state === 'failed' ? { stack: null, hint: null, ...look.error } : null,
    message: look.state === 'cancelled' ? look.message : null,
    waiters: firstOf(state.objects.futureWaits.get(name) ?? [], limit).map((asker) => partyOf(state, asker)),
  }
}
