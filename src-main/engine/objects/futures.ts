import { Line } from '../../core/line.ts'
import type { CallError, CallOn, FutureLook } from '../../interpreters/calls.ts'
import type { Settlement, StoredFuture } from '../../store/queries/futures.ts'
import { dueOf } from '../commands/submit.ts'
import type { When } from '../commands/submit.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { refuseValue } from './queues.ts'
import { checkRoom } from './room.ts'
import { answer, fail, refuse } from './script-side.ts'
import type { Asker } from './script-side.ts'

/** Upper bound of one turn's work with timers; the rest follows in the next turn. */
const BATCH = 1_000

/**
 * A named future: settled once, by whoever comes first, and stored, so that it can be awaited from anywhere and in the next
 * life too. That one of those who wait is cancelled does not cancel it, unlike asyncio's. Call inside the transaction.
 */
export function applyToFuture(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'future'>): void {
  const future = findFuture(state, tick, call.name)
  switch (call.do) {
    case 'wait':
      if (future.state === 'pending') waitersOf(state, call.name).join(asker)
      else tell(state, tick, asker, future)
      return
    case 'look':
      answer(state.live, tick, asker, lookAt(future))
      return
    case 'set_result': {
      const refusal = refuseValue(call.value)
      if (refusal === null) set(state, tick, asker, future, call, { state: 'done', value: call.value })
      else refuse(state.live, tick, asker, refusal.name, `future "${call.name}": ${refusal.message}`)
      return
    }
    case 'set_exception':
      set(state, tick, asker, future, call, { state: 'failed', value: JSON.stringify(call.error) })
      return
    case 'cancel': {
      const wasPending = future.state === 'pending'
      if (wasPending) settleFuture(state, tick, call.name, cancelled(call.message), `run ${asker.run}`)
      answer(state.live, tick, asker, wasPending)
      return
    }
    default:
      call satisfies never
  }
}

export function withdrawFromFuture({ objects }: EngineState, asker: Asker, { name }: CallOn<'future'>): void {
  const waiting = objects.futureWaits.get(name)
  waiting?.leave(asker)
  if (waiting?.size === 0) objects.futureWaits.delete(name)
}

/** Settles what its timer has settled by now. Returns how many; a full batch means there may be more. */
export function settleDueFutures(state: EngineState, tick: Tick): number {
  const due = state.store.futures.due.all(tick.now, BATCH)
  for (const { name, due_with } of due) {
    settleFuture(state, tick, name, JSON.parse(due_with) as Settlement, 'timer')
  }
  return due.length
}

/** False when it was settled before. */
export function settleFuture(
  state: EngineState,
  tick: Tick,
  name: string,
  settlement: Settlement,
  by: string,
): boolean {
  const settled = state.store.futures.settle.get(settlement.state, settlement.value, tick.now, by, name)
  if (settled === undefined) return false
  const waiting = state.objects.futureWaits.get(name)
  state.objects.futureWaits.delete(name)
  for (const waiter of waiting?.takeAll() ?? []) tell(state, tick, waiter, settlement)
  tick.changes.status = true
  return true
}

function set(
  state: EngineState,
  tick: Tick,
  asker: Asker,
  future: StoredFuture,
  { delayMs, at }: { delayMs?: number | undefined; at?: number | undefined },
  settlement: Settlement,
): void {
  const { name } = future
  if (future.state !== 'pending') {
    refuse(state.live, tick, asker, 'InvalidStateError', `future "${name}" is ${future.state} already`)
    return
  }
  planOrSettle(state, tick, name, { delayMs, at }, settlement, `run ${asker.run}`)
  answer(state.live, tick, asker, null)
}

/** Settles it now, or lets a timer do so. */
export function planOrSettle(
  state: EngineState,
  tick: Tick,
  name: string,
  when: Pick<When, 'delayMs' | 'at'>,
  settlement: Settlement,
  by: string,
): void {
  const { dueAt, isDelay } = dueOf(tick, when)
  if (dueAt === null) settleFuture(state, tick, name, settlement, by)
  else state.store.futures.plan.run(dueAt, isDelay ? 1 : 0, JSON.stringify(settlement), name)
  tick.changes.status = true
}

/** The one of that name, made when there is none. */
export function findFuture({ store, objects }: EngineState, tick: Tick, name: string): StoredFuture {
  const known = store.futures.byName.get(name)
  if (known !== undefined) return known
  checkRoom(objects, 'future')
  store.futures.insert.run(name, tick.now)
  objects.futureCount += 1
  tick.changes.status = true
  const made = store.futures.byName.get(name)
  if (made === undefined) throw new Error(`future ${name} was not stored`)
  return made
}

function waitersOf({ objects }: EngineState, name: string): Line<Asker> {
  const known = objects.futureWaits.get(name)
  if (known !== undefined) return known
  const made = new Line<Asker>()
  objects.futureWaits.set(name, made)
  return made
}

function tell(state: EngineState, tick: Tick, asker: Asker, future: Pick<StoredFuture, 'state' | 'value'>): void {
  const seen = lookAt(future)
  switch (seen.state) {
    case 'pending':
      throw new Error('a pending future has nothing to tell')
    case 'done':
      answer(state.live, tick, asker, seen.value)
      return
    case 'failed':
      fail(state.live, tick, asker, seen.error)
      return
    case 'cancelled':
      fail(state.live, tick, asker, { name: 'CancelledError', message: seen.message ?? 'the future was cancelled' })
      return
    default:
      seen satisfies never
  }
}

export function lookAt({ state, value }: Pick<StoredFuture, 'state' | 'value'>): FutureLook {
  const text = value ?? 'null'
  switch (state) {
    case 'pending':
      return { state }
    case 'done':
      return { state, value: text }
    case 'failed':
      return { state, error: JSON.parse(text) as CallError }
    case 'cancelled':
      return { state, message: JSON.parse(text) as string | null }
  }
}

export const cancelled = (message: string | null): Settlement => ({
  state: 'cancelled',
  value: JSON.stringify(message),
})
