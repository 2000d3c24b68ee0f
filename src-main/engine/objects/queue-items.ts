import type { QueueEvent } from '../../../src-preload/object-contract.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Tick } from '../tick.ts'
import type { Queue } from './queues.ts'
import { scriptSideOf } from './script-side.ts'
import type { Asker } from './script-side.ts'

const EVENTS_KEPT = 50

/** An item that an attempt has taken and is not done with. */
export type Delivery = { readonly queue: number; readonly task: number }

/** The attempt that has taken an item. */
export type TakenItem = Pick<Asker, 'run' | 'attempt' | 'task' | 'place'> & { readonly since: number }

/** Stores an item at the end of its line and returns its id. */
export function storeItem(
  state: EngineState,
  tick: Tick,
  queue: Queue,
  item: { value: string; priority: number; by: number | null },
): number {
  const id = state.counters.add('last_item', 1)
  const priority = queue.order === 'priority' ? item.priority : 0
  state.store.queues.putItem.run(id, queue.id, priority, id, tick.now, item.by, item.value)
  queue.ready += 1
  changed(state, tick, queue, { ins: 1, outs: 0 })
  return id
}

/** The next item, which belongs to the attempt from now on. Only while there is one. */
export function takeItem(state: EngineState, tick: Tick, queue: Queue, asker: Asker): { item: number; value: string } {
  const run = state.live.get(asker.run)
  const { takeFirst, takeLast } = state.store.queues
  const row = (queue.order === 'lifo' ? takeLast : takeFirst).get(tick.now, asker.run, asker.attempt, queue.id)
  if (run === undefined || row === undefined) throw new Error(`queue ${queue.name} counts items that it has not`)
  const { attempt, task, place } = asker
  scriptSideOf(run).items.set(row.id, { queue: queue.id, task })
  queue.deliveries.set(row.id, { run: run.id, attempt, task, place, since: tick.now })
  queue.ready -= 1
  queue.taken += 1
  changed(state, tick, queue, { ins: 0, outs: 1 })
  return { item: row.id, value: row.value }
}

/** Its taker is done with it. */
export function finishItem(state: EngineState, tick: Tick, queue: Queue, run: LiveRun, id: number): void {
  forget(run, id)
  queue.deliveries.delete(id)
  expectOne(state.store.queues.removeTaken.run(id).changes, id)
  queue.taken -= 1
  changed(state, tick, queue)
}

/** Its taker never came to know of it. */
export function undoTake(state: EngineState, tick: Tick, queue: Queue, run: LiveRun, id: number): void {
  forget(run, id)
  queue.deliveries.delete(id)
  if (isThrownAway(state, tick, queue, id)) return
  expectOne(state.store.queues.undoTake.run(id).changes, id)
  backInLine(state, tick, queue)
}

/**
 * Its taker has gone without being done: it is the next one again, or, after as many deliveries as its queue allows, a
 * dead letter. In a lifo queue, where newer ones were put on top of it since, it gets a new place.
 */
export function returnItem(state: EngineState, tick: Tick, queue: Queue, id: number): void {
  const { store, counters } = state
  queue.deliveries.delete(id)
  if (isThrownAway(state, tick, queue, id)) return
  const deliveries = store.queues.deliveriesOf.get(id) ?? 0
  if (queue.maxDeliveries !== null && deliveries >= queue.maxDeliveries) {
    expectOne(store.queues.buryItem.run(id).changes, id)
    queue.taken -= 1
    queue.dead += 1
    changed(state, tick, queue)
    noteEvent(tick, queue, 'dead_letter')
    return
  }
  const place = queue.order === 'lifo' ? counters.add('last_item', 1) : null
  expectOne(store.queues.returnItem.run(place, id).changes, id)
  backInLine(state, tick, queue)
}

/** After an immediate shutdown nothing comes back into the line. */
function isThrownAway(state: EngineState, tick: Tick, queue: Queue, id: number): boolean {
  if (queue.shutdown !== 'immediate') return false
  expectOne(state.store.queues.removeTaken.run(id).changes, id)
  queue.taken -= 1
  changed(state, tick, queue)
  return true
}

/** Call after every change of what a queue holds; `moved`: how many items were put and taken by it. */
export function changed(state: EngineState, tick: Tick, queue: Queue, moved = { ins: 0, outs: 0 }): void {
  state.objects.changedQueues.add(queue)
  queue.flow.record(tick.mono, moved.ins, moved.outs, queue.ready)
  queue.oldestAt = 'unknown'
  tick.changes.status = true
}

/** Keeps the last of them for whoever looks at the queue. */
export function noteEvent(tick: Tick, queue: Queue, what: QueueEvent['what'], count = 1): void {
  queue.events.unshift({ at: tick.now, what, count })
  if (queue.events.length > EVENTS_KEPT) queue.events.pop()
}

function backInLine(state: EngineState, tick: Tick, queue: Queue): void {
  queue.taken -= 1
  queue.ready += 1
  changed(state, tick, queue)
}

function forget(run: LiveRun, id: number): void {
  if (!scriptSideOf(run).items.delete(id)) throw new Error(`run ${run.id} has not taken item ${id}`)
}

function expectOne(changes: number, id: number): void {
  if (changes !== 1) throw new Error(`item ${id} is not taken`)
}
