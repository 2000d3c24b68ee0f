import { Line } from '../../core/line.ts'
import type { CallOn } from '../../interpreters/calls.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Tick } from '../tick.ts'
import { checkRoom } from './room.ts'
import { answer, refuse } from './script-side.ts'
import type { Asker } from './script-side.ts'
import { acquire, findSemaphore, takeBack, withdrawFromSemaphore } from './semaphores.ts'

/** A condition of scripts, as asyncio.Condition. Only who waits makes it up, so nothing of it is stored. */
export type Condition = { readonly name: string; readonly lock: string; readonly waiting: Line<Waiting> }

/** A task that waits to be notified, and then for the lock. */
export type Waiting = Asker & { isNotified: boolean; isWithdrawn: boolean }

/** Call inside the transaction. */
export function applyToCondition(
  state: EngineState,
  tick: Tick,
  run: LiveRun,
  asker: Asker,
  call: CallOn<'condition'>,
): void {
  const condition = state.objects.conditions.get(keyOf(call))
  if (call.do === 'look') {
    answer(state.live, tick, asker, { waiting: condition?.waiting.size ?? 0 })
    return
  }
  const permit = run.script?.permits
    .values()
    .find(({ kind, name, task }) => kind === 'lock' && name === call.lock && task === asker.task)
  if (permit === undefined) {
    const message = `condition "${call.name}": ${call.do} needs the lock "${call.lock}", which this task does not hold`
    refuse(state.live, tick, asker, 'RuntimeError', message)
    return
  }
  switch (call.do) {
    case 'wait':
      join(state, tick, call, { ...asker, isNotified: false, isWithdrawn: false })
      takeBack(state, tick, findSemaphore(state, tick, 'lock', call.lock), run, permit.id, permit.amount)
      return
    case 'notify':
      answer(state.live, tick, asker, notify(state, tick, call, call.count ?? Infinity))
      return
    default:
      call satisfies never
  }
}

/**
 * A waiter that is cancelled must hold the lock again before it goes on, so it gets in line for it like one that was
 * notified; its one answer then says that it was withdrawn.
 */
export function withdrawFromCondition(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'condition'>): void {
  const waiting = leaveLine(state, tick, asker, call)
  if (waiting !== undefined) {
    waiting.isWithdrawn = true
    queueForLock(state, tick, call, waiting)
    return
  }
  const signalled = state.objects.semaphores.lock.get(call.lock)?.find(asker)?.signalled ?? null
  if (signalled === null) throw new Error(`a call that waits at ${call.name} stands in no line`)
  const wasNotified = signalled.isNotified && !signalled.isWithdrawn
  signalled.isWithdrawn = true
  if (wasNotified) notify(state, tick, call, 1)
}

/** The attempt is over. A notification that it can no longer follow goes to the next. */
export function endWaitAtCondition(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'condition'>): void {
  if (leaveLine(state, tick, asker, call) !== undefined) return
  const signalled = state.objects.semaphores.lock.get(call.lock)?.find(asker)?.signalled ?? null
  if (signalled === null) return
  const wasNotified = signalled.isNotified && !signalled.isWithdrawn
  withdrawFromSemaphore(state, tick, asker, 'lock', call.lock)
  if (wasNotified) notify(state, tick, call, 1)
}

/** Moves up to `count` waiters to the line of the lock; returns how many. */
function notify(state: EngineState, tick: Tick, call: CallOn<'condition'>, count: number): number {
  let notified = 0
  while (notified < count) {
    const first = state.objects.conditions.get(keyOf(call))?.waiting.first()
    if (first === undefined) break
    leaveLine(state, tick, first, call)
    first.isNotified = true
    queueForLock(state, tick, call, first)
    notified += 1
  }
  return notified
}

function queueForLock(state: EngineState, tick: Tick, call: CallOn<'condition'>, waiting: Waiting): void {
  const lock = findSemaphore(state, tick, 'lock', call.lock)
  const { run, attempt, task, call: id, since, place, givesUpAt, isAbortable } = waiting
  const asker: Asker = { run, attempt, task, call: id, since, place, givesUpAt, isAbortable }
  acquire(state, tick, lock, { ...asker, amount: 1, signalled: waiting })
}

function join({ objects }: EngineState, tick: Tick, call: CallOn<'condition'>, waiting: Waiting): void {
  const key = keyOf(call)
  const known = objects.conditions.get(key)
  if (known === undefined) checkRoom(objects, 'condition')
  const condition = known ?? { name: call.name, lock: call.lock, waiting: new Line<Waiting>() }
  condition.waiting.join(waiting)
  objects.conditions.set(key, condition)
  tick.changes.status = true
}

/** A condition at which nobody waits is forgotten. */
function leaveLine({ objects }: EngineState, tick: Tick, asker: Asker, call: CallOn<'condition'>): Waiting | undefined {
  const key = keyOf(call)
  const condition = objects.conditions.get(key)
  const waiting = condition?.waiting.leave(asker)
  if (condition?.waiting.size === 0) objects.conditions.delete(key)
  tick.changes.status = true
  return waiting
}

/** Built on another lock, it is another condition. */
export const keyOf = ({ name, lock }: CallOn<'condition'>): string => JSON.stringify([name, lock])
