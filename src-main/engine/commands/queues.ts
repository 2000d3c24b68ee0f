import { objectLimits } from '../../../src-preload/objects.ts'
import type { QueueSpec } from '../../../src-preload/objects.ts'
import { problem } from '../../../src-preload/problem.ts'
import { changed, noteEvent, storeItem } from '../objects/queue-items.ts'
import { barOfPut, createQueue, settleQueue, setPaused, shutDown } from '../objects/queues.ts'
import type { Queue } from '../objects/queues.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** What a person puts; null `priority`: none was given; null `create`: only into a queue that exists. */
export type PutByHand = {
  name: string
  /** A JSON text. */
  value: string
  priority: number | null
  create: QueueSpec | null
}

/** Returns the item's id. */
export function putByHand(state: EngineState, tick: Tick, put: PutByHand): number {
  const { name, value, priority } = put
  if (put.create === null) queueNamed(state, name)
  const queue = state.objects.queues.get(name) ?? createQueue(state, tick, name, put.create)
  if (priority !== null && queue.order !== 'priority')
    throw problem('BAD_INPUT', { details: `the queue "${name}" is ${queue.order} and knows no priorities` })
  refuseBarred(queue)
  const id = storeItem(state, tick, queue, { value, priority: priority ?? 0, by: null })
  settleQueue(state, tick, queue)
  return id
}

export function setQueuePaused(state: EngineState, tick: Tick, name: string, isPaused: boolean): void {
  const queue = queueNamed(state, name)
  setPaused(state, tick, queue, isPaused)
  settleQueue(state, tick, queue)
}

export function shutDownQueue(state: EngineState, tick: Tick, name: string, isImmediate: boolean): void {
  const queue = queueNamed(state, name)
  shutDown(state, tick, queue, isImmediate)
  settleQueue(state, tick, queue)
}

/** As items that a taker gives back, dead letters may come into a queue that is full; null: the first. Returns how many came. */
export function reviveDead(state: EngineState, tick: Tick, name: string, items: number[] | null): number {
  const { counters, store } = state
  const queue = queueNamed(state, name)
  if (items !== null) {
    const strange = store.queueItems.notDead.get(JSON.stringify(items), queue.id)
    if (strange !== undefined) throw problem('ITEM_NOT_FOUND', { queue: name, wanted: `dead letter ${strange}` })
  }
  if (queue.shutdown !== 'no') throw problem('QUEUE_SHUT_DOWN', { name })
  const count = items === null ? Math.min(queue.dead, objectLimits.bulkItems) : new Set(items).size
  const firstPlace = counters.add('last_item', count) - count + 1
  const { changes } =
    items === null
      ? store.queueItems.reviveFirst.run({ firstPlace, queue: queue.id, limit: count })
      : store.queueItems.revive.run({ firstPlace, items: JSON.stringify(items) })
  if (changes !== count) throw new Error(`queue ${name} counts ${count} dead letters, but ${changes} came back`)
  queue.dead -= count
  queue.ready += count
  changed(state, tick, queue)
  noteEvent(tick, queue, 'revived', count)
  settleQueue(state, tick, queue)
  return count
}

/** Throws away those items, or the first of all that are in that state. Returns how many. */
export function dropItems(state: EngineState, tick: Tick, name: string, items: number[] | 'ready' | 'dead'): number {
  const { store } = state
  const queue = queueNamed(state, name)
  const before = queue.ready + queue.dead
  if (items === 'ready') {
    queue.ready -= store.queueItems.removeFirstReady.run(queue.id, objectLimits.bulkItems).changes
  } else if (items === 'dead') {
    queue.dead -= store.queueItems.removeFirstDead.run(queue.id, objectLimits.bulkItems).changes
  } else {
    const ids = JSON.stringify(items)
    const strange = store.queueItems.notFree.get(ids, queue.id)
    if (strange !== undefined)
      throw problem('ITEM_NOT_FOUND', { queue: name, wanted: `item ${strange} that nobody has taken` })
    for (const was of store.queueItems.remove.all(ids)) queue[was === 'dead' ? 'dead' : 'ready'] -= 1
  }
  const dropped = before - queue.ready - queue.dead
  changed(state, tick, queue)
  noteEvent(tick, queue, 'dropped', dropped)
  settleQueue(state, tick, queue)
  return dropped
}

export function removeQueue(state: EngineState, tick: Tick, name: string, mayDropItems: boolean): void {
  const { store, objects } = state
  const queue = queueNamed(state, name)
  const waiting = queue.getting.size + queue.putting.size + queue.joining.size
  if (waiting + queue.taken > 0) {
    const by = `${waiting} ${waiting === 1 ? 'task waits' : 'tasks wait'} at it, and ${queue.taken} of its items are taken`
    throw problem('OBJECT_IN_USE', { what: `queue "${name}"`, by })
  }
  const { ready, dead } = queue
  if (!mayDropItems && ready + dead > 0) throw problem('QUEUE_NOT_EMPTY', { name, ready, dead })
  store.queues.removeReady.run(queue.id)
  store.queueItems.removeDead.run(queue.id)
  store.queues.remove.run(queue.id)
  objects.queues.delete(name)
  objects.changedQueues.delete(queue)
  tick.changes.status = true
}

export function queueNamed({ objects }: EngineState, name: string): Queue {
  const queue = objects.queues.get(name)
  if (queue === undefined) throw problem('QUEUE_NOT_FOUND', { name })
  return queue
}

function refuseBarred(queue: Queue): void {
  const { name, ready, maxsize, putting } = queue
  const bar = barOfPut(queue)
  if (bar === 'shut down') throw problem('QUEUE_SHUT_DOWN', { name })
  if (bar === 'full') throw problem('QUEUE_FULL', { name, ready, maxsize, putting: putting.size })
}
