import type { Settled } from '../../../src-preload/object-contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { ListedFuture, Settlement } from '../../store/queries/futures.ts'
import { futureRow } from '../objects/future-views.ts'
import { cancelled, findFuture, planOrSettle } from '../objects/futures.ts'
import type { When } from './submit.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** `value` is a JSON text. With a time that is still to come, a timer does it then. */
export const resolveFuture = (
  state: EngineState,
  tick: Tick,
  name: string,
  value: string,
  when: Pick<When, 'delayMs' | 'at'> = {},
): Settled => settle(state, tick, name, { state: 'done', value }, when)

export function rejectFuture(
  state: EngineState,
  tick: Tick,
  name: string,
  error: { name: string; message: string },
): Settled {
  return settle(state, tick, name, { state: 'failed', value: JSON.stringify({ ...error, stack: null, hint: null }) })
}

export function cancelFuture(state: EngineState, tick: Tick, name: string, message: string | null): Settled {
  futureNamed(state, name)
  return settle(state, tick, name, cancelled(message))
}

export function removeFuture(state: EngineState, tick: Tick, name: string): void {
  const { dueAt, waiting } = futureRow(state, futureNamed(state, name))
  const what = `future "${name}"`
  if (waiting > 0)
    throw problem('OBJECT_IN_USE', { what, by: `${waiting} ${waiting === 1 ? 'task waits' : 'tasks wait'}` })
  if (dueAt !== null) throw problem('OBJECT_IN_USE', { what, by: 'a timer is about to settle it' })
  state.store.futures.remove.run(name)
  state.objects.futureCount -= 1
  tick.changes.status = true
}

function settle(
  state: EngineState,
  tick: Tick,
  name: string,
  settlement: Settlement,
  when: Pick<When, 'delayMs' | 'at'> = {},
): Settled {
  const known = state.store.futures.listed.get(name)
  if (known !== undefined && known.state !== 'pending')
    throw problem('FUTURE_SETTLED', { name, state: known.state, by: known.settled_by ?? 'nobody' })
  findFuture(state, tick, name)
  const waiting = state.objects.futureWaits.get(name)?.size ?? 0
  planOrSettle(state, tick, name, when, settlement, 'person')
  const future = futureRow(state, futureNamed(state, name))
  return { future, told: future.state === 'pending' ? 0 : waiting, isNew: known === undefined }
}

function futureNamed({ store }: EngineState, name: string): ListedFuture {
  const future = store.futures.listed.get(name)
  if (future === undefined) throw problem('FUTURE_NOT_FOUND', { name })
  return future
}
