import { Line } from '../../core/line.ts'
import { QueueFlow } from '../../core/queue-flow.ts'
import type { CallOn, QueueLook } from '../../interpreters/calls.ts'
import type { QueueEvent } from '../../../src-preload/object-contract.ts'
import { objectLimits } from '../../../src-preload/objects.ts'
import type { QueueOrder, QueueSpec } from '../../../src-preload/objects.ts'
import type { StoredQueue } from '../../store/queries/queues.ts'
import type { Store } from '../../store/store.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Tick } from '../tick.ts'
import { changed, finishItem, noteEvent, returnItem, storeItem, takeItem, undoTake } from './queue-items.ts'
import type { Delivery, TakenItem } from './queue-items.ts'
import { noteQueueUse } from './queue-uses.ts'
import { depthInWords, faultOfJson } from './json-text.ts'
import { checkRoom } from './room.ts'
import { answer, refuse } from './script-side.ts'
import type { Asker } from './script-side.ts'

type Putting = Asker & { readonly value: string; readonly priority: number }

/** A queue of scripts, as asyncio.Queue. Its items are in the store; how many there are and who waits is in memory. */
export type Queue = {
  readonly id: number
  readonly name: string
  readonly order: QueueOrder
  /** 0: unbounded. Only what is ready counts. */
  readonly maxsize: number
  readonly maxDeliveries: number | null
  pausedAt: number | null
  shutdown: StoredQueue['shutdown']
  ready: number
  taken: number
  dead: number
  readonly getting: Line<Asker>
  readonly putting: Line<Putting>
  readonly joining: Line<Asker>
  /** Who has taken what, by item; the oldest first. */
  readonly deliveries: Map<number, TakenItem>
  readonly flow: QueueFlow
  /** When the oldest was put that is ready; looked up when it is asked for. */
  oldestAt: number | null | 'unknown'
  /** The newest first. */
  readonly events: QueueEvent[]
  /** Whether producers were waiting when it was last settled. */
  isFull: boolean
}

/** Those of the last life; nobody waits. */
export function loadQueues(store: Store): Map<string, Queue> {
  return new Map(store.queues.all.all().map((row) => [row.name, fromRow(row)]))
}

/** What the attempts of the last life had taken goes back. Call once, inside the transaction. */
export function returnTakenItems(state: EngineState, tick: Tick): void {
  const byId = new Map([...state.objects.queues.values()].map((queue) => [queue.id, queue]))
  for (const { id, queue_id } of state.store.queues.allTaken.all()) {
    const queue = byId.get(queue_id)
    if (queue === undefined) throw new Error(`item ${id} belongs to no queue`)
    returnItem(state, tick, queue, id)
  }
}

/** Writes what the turn has counted. Call inside the transaction. */
export function flushQueues({ store, objects }: EngineState): void {
  for (const { ready, taken, dead, id } of objects.changedQueues) store.queues.setCounts.run(ready, taken, dead, id)
  objects.changedQueues.clear()
}

/** Call inside the transaction. */
export function applyToQueue(state: EngineState, tick: Tick, run: LiveRun, asker: Asker, call: CallOn<'queue'>): void {
  const queue = state.objects.queues.get(call.name) ?? createQueue(state, tick, call.name, call.spec)
  switch (call.do) {
    case 'put':
    case 'try_put':
      noteQueueUse(run, queue.name, false)
      put(state, tick, queue, { ...asker, value: call.item, priority: call.priority }, call.do === 'put')
      break
    case 'get':
      noteQueueUse(run, queue.name, true)
      if (finishItems(state, tick, queue, run, asker, call.done)) get(state, tick, queue, asker, true)
      break
    case 'try_get':
      noteQueueUse(run, queue.name, true)
      get(state, tick, queue, asker, false)
      break
    case 'done': {
      const items = call.items.length > 0 ? call.items : oldestOf(queue, run, asker)
      if (items.length === 0) refuse(state.live, tick, asker, 'RangeError', `queue "${queue.name}": ${NOTHING_TAKEN}`)
      else if (finishItems(state, tick, queue, run, asker, items)) answer(state.live, tick, asker, null)
      break
    }
    case 'give_back':
      if (run.script?.items.get(call.item)?.queue === queue.id) undoTake(state, tick, queue, run, call.item)
      answer(state.live, tick, asker, null)
      break
    case 'join':
      queue.joining.join(asker)
      break
    case 'shutdown':
      shutDown(state, tick, queue, call.isImmediate)
      answer(state.live, tick, asker, null)
      break
    case 'pause':
    case 'resume':
      setPaused(state, tick, queue, call.do === 'pause')
      answer(state.live, tick, asker, null)
      break
    case 'look':
      answer(state.live, tick, asker, look(queue))
      break
    default:
      call satisfies never
  }
  settleQueue(state, tick, queue)
}

export function withdrawFromQueue(state: EngineState, asker: Asker, { name }: CallOn<'queue'>): void {
  const queue = state.objects.queues.get(name)
  for (const line of [queue?.getting, queue?.putting, queue?.joining]) line?.leave(asker)
}

/** The attempt is over: one that succeeded has consumed what it took; otherwise it is for the next, in its old order. */
export function endDeliveries(
  state: EngineState,
  tick: Tick,
  items: ReadonlyMap<number, Delivery>,
  hasSucceeded: boolean,
): void {
  const touched = new Set<Queue>()
  const byId = new Map([...state.objects.queues.values()].map((queue) => [queue.id, queue]))
  for (const [id, delivery] of [...items].reverse()) {
    const queue = byId.get(delivery.queue)
    if (queue === undefined) throw new Error(`item ${id} belongs to no queue`)
    touched.add(queue)
    if (hasSucceeded) {
      state.store.queues.removeTaken.run(id)
      queue.deliveries.delete(id)
      queue.taken -= 1
      changed(state, tick, queue)
    } else returnItem(state, tick, queue, id)
  }
  for (const queue of touched) settleQueue(state, tick, queue)
}

const NOTHING_TAKEN = 'taskDone() was called more often than items were taken'

function put(state: EngineState, tick: Tick, queue: Queue, item: Putting, mayWait: boolean): void {
  const refusal = refuseValue(item.value)
  if (refusal !== null) {
    refuse(state.live, tick, item, refusal.name, `queue "${queue.name}": ${refusal.message}`)
    return
  }
  const bar = barOfPut(queue)
  if (bar === 'shut down') refuseShutDown(state, tick, queue, item)
  else if (bar === null) accept(state, tick, queue, item)
  else if (mayWait) queue.putting.join(item)
  else refuse(state.live, tick, item, 'QueueFull', `queue "${queue.name}" is full: it holds ${queue.ready} items`)
}

/** Why nothing can be put right now; null when it can. Nobody gets ahead of those who wait to put. */
export function barOfPut(queue: Queue): 'shut down' | 'full' | null {
  if (queue.shutdown !== 'no') return 'shut down'
  return hasRoom(queue) && queue.putting.size === 0 ? null : 'full'
}

function get(state: EngineState, tick: Tick, queue: Queue, asker: Asker, mayWait: boolean): void {
  if (queue.shutdown !== 'no' && queue.ready === 0) refuseShutDown(state, tick, queue, asker)
  else if (queue.ready > 0 && queue.getting.size === 0 && queue.pausedAt === null) deliver(state, tick, queue, asker)
  else if (mayWait) queue.getting.join(asker)
  else refuse(state.live, tick, asker, 'QueueEmpty', `queue "${queue.name}" has no item to give`)
}

/** Everything that can go on, goes on: items to getters, slots to putters, and joiners when nothing is unfinished. */
export function settleQueue(state: EngineState, tick: Tick, queue: Queue): void {
  for (;;) {
    const getter = queue.ready > 0 && queue.pausedAt === null ? queue.getting.takeFirst() : undefined
    if (getter !== undefined) {
      deliver(state, tick, queue, getter)
      continue
    }
    const putter = queue.shutdown === 'no' && hasRoom(queue) ? queue.putting.takeFirst() : undefined
    if (putter === undefined) break
    accept(state, tick, queue, putter)
  }
  if (queue.shutdown !== 'no') {
    for (const putter of queue.putting.takeAll()) refuseShutDown(state, tick, queue, putter)
    if (queue.ready === 0) for (const getter of queue.getting.takeAll()) refuseShutDown(state, tick, queue, getter)
  }
  if (queue.putting.size > 0 !== queue.isFull) {
    queue.isFull = !queue.isFull
    noteEvent(tick, queue, queue.isFull ? 'full' : 'has_room', queue.putting.size)
  }
  if (queue.ready + queue.taken > 0) return
  for (const joiner of queue.joining.takeAll()) answer(state.live, tick, joiner, null)
}

function accept(state: EngineState, tick: Tick, queue: Queue, { value, priority, ...asker }: Putting): void {
  answer(state.live, tick, asker, { item: storeItem(state, tick, queue, { value, priority, by: asker.run }) })
}

function deliver(state: EngineState, tick: Tick, queue: Queue, asker: Asker): void {
  answer(state.live, tick, asker, takeItem(state, tick, queue, asker))
}

/** False, and nothing has changed, when one of them is not this attempt's. */
function finishItems(
  state: EngineState,
  tick: Tick,
  queue: Queue,
  run: LiveRun,
  asker: Asker,
  items: number[],
): boolean {
  const own = new Set(items)
  if (own.size !== items.length || items.some((id) => run.script?.items.get(id)?.queue !== queue.id)) {
    refuse(state.live, tick, asker, 'RangeError', `queue "${queue.name}": ${NOTHING_TAKEN}`)
    return false
  }
  for (const id of items) finishItem(state, tick, queue, run, id)
  return true
}

/** The item that this task took first, else one of another task of the attempt. */
function oldestOf(queue: Queue, run: LiveRun, asker: Asker): number[] {
  const own = [...(run.script?.items ?? [])].filter(([, delivery]) => delivery.queue === queue.id)
  const found = own.find(([, { task }]) => task === asker.task) ?? own[0]
  return found === undefined ? [] : [found[0]]
}

export function shutDown(state: EngineState, tick: Tick, queue: Queue, isImmediate: boolean): void {
  const shutdown = isImmediate || queue.shutdown === 'immediate' ? 'immediate' : 'graceful'
  queue.shutdown = shutdown
  state.store.queues.setShutdown.run(shutdown, queue.id)
  if (isImmediate) {
    state.store.queues.removeReady.run(queue.id)
    queue.ready = 0
  }
  changed(state, tick, queue)
  noteEvent(tick, queue, 'shut_down')
}

export function setPaused(state: EngineState, tick: Tick, queue: Queue, isPaused: boolean): void {
  if ((queue.pausedAt !== null) === isPaused) return
  queue.pausedAt = isPaused ? tick.now : null
  state.store.queues.setPaused.run(queue.pausedAt, queue.id)
  changed(state, tick, queue)
  noteEvent(tick, queue, isPaused ? 'paused' : 'resumed')
}

export function createQueue(state: EngineState, tick: Tick, name: string, spec: QueueSpec | null): Queue {
  checkRoom(state.objects, 'queue')
  const { order, maxsize, maxDeliveries } = spec ?? { order: 'fifo', maxsize: 0, maxDeliveries: null }
  const id = state.store.queues.insert.get(name, order, maxsize, maxDeliveries, tick.now)
  if (id === undefined) throw new Error('the store gave the new queue no id')
  const empty = { paused_at: null, shutdown: 'no', ready: 0, taken: 0, dead: 0 } as const
  const queue = fromRow({ id, name, item_order: order, maxsize, max_deliveries: maxDeliveries, ...empty })
  state.objects.queues.set(name, queue)
  noteEvent(tick, queue, 'created')
  tick.changes.status = true
  return queue
}

const fromRow = (row: StoredQueue): Queue => ({
  id: row.id,
  name: row.name,
  order: row.item_order,
  maxsize: row.maxsize,
  maxDeliveries: row.max_deliveries,
  pausedAt: row.paused_at,
  shutdown: row.shutdown,
  ready: row.ready,
  taken: row.taken,
  dead: row.dead,
  getting: new Line(),
  putting: new Line(),
  joining: new Line(),
  deliveries: new Map(),
  flow: new QueueFlow(row.ready),
  oldestAt: 'unknown',
  events: [],
  isFull: false,
})

const hasRoom = ({ maxsize, ready }: Queue): boolean => maxsize === 0 || ready < maxsize

function refuseShutDown(state: EngineState, tick: Tick, { name }: Queue, asker: Asker): void {
  refuse(state.live, tick, asker, 'QueueShutDown', `queue "${name}" was shut down`)
}

/** Why a value that a script sent is not stored; null when it can be. Everything that shows it parses it. */
export function refuseValue(value: string): { name: string; message: string } | null {
  switch (faultOfJson(value, objectLimits.valueBytes)) {
    case 'larger':
      return { name: 'RangeError', message: `a value is larger than ${objectLimits.valueBytes} bytes` }
    case 'deeper':
      return { name: 'RangeError', message: `a value is ${depthInWords}` }
    case 'not JSON':
      return { name: 'TypeError', message: 'a value is not JSON' }
    default:
      return null
  }
}

const look = (queue: Queue): QueueLook => ({
  size: queue.ready,
  maxsize: queue.maxsize,
  unfinished: queue.ready + queue.taken,
  taken: queue.taken,
  dead: queue.dead,
  getting: queue.getting.size,
  putting: queue.putting.size,
  isPaused: queue.pausedAt !== null,
  shutdown: queue.shutdown,
})
