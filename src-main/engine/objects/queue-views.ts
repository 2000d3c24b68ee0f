import type { Json } from '../../../src-preload/json.ts'
import type { Page, QueueDetail, QueueItem, QueueRow } from '../../../src-preload/object-contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { Line } from '../../core/line.ts'
import { hasMovedLately, queueState, ratePerSecond } from '../../core/queue-flow.ts'
import type { StoredItem } from '../../store/queries/queue-items.ts'
import { queueNamed } from '../commands/queues.ts'
import type { EngineState } from '../state.ts'
import { pageOf } from './page.ts'
import { firstOf, partyOf } from './parties.ts'
import type { Queue } from './queues.ts'
import type { Asker } from './script-side.ts'

export function queuePage(state: EngineState, after: string, limit: number): Page<QueueRow> {
  const names = state.store.queues.names.all(after, limit + 1)
  return pageOf(names, limit, state.objects.queues.size, (name) => queueRow(state, queueNamed(state, name)))
}

export function queueRow(state: EngineState, queue: Queue): QueueRow {
  const mono = state.clock.monoMs()
  const { ins, outs, depths } = queue.flow.minute(mono)
  return {
    ...countsOf(queue),
    state: queueState({
      ...countsOf(queue),
      isShutDown: queue.shutdown !== 'no',
      isPaused: queue.pausedAt !== null,
      unfinished: queue.ready + queue.taken,
      hasComeLately: hasMovedLately(ins),
      hasGoneLately: hasMovedLately(outs),
    }),
    inPerSecond: ratePerSecond(ins),
    outPerSecond: ratePerSecond(outs),
    highWater: queue.flow.highWater,
    oldestAt: oldestOf(state, queue),
    depths,
  }
}

function oldestOf({ store }: EngineState, queue: Queue): number | null {
  if (queue.oldestAt === 'unknown') {
    const { firstPutAt, oldestReady } = store.queueItems
    const found = queue.order === 'priority' ? oldestReady.get({ queue: queue.id }) : firstPutAt.get(queue.id)
    queue.oldestAt = found ?? null
  }
  return queue.oldestAt
}

const countsOf = (queue: Queue) => ({
  name: queue.name,
  order: queue.order,
  maxsize: queue.maxsize,
  maxDeliveries: queue.maxDeliveries,
  pausedAt: queue.pausedAt,
  shutdown: queue.shutdown,
  ready: queue.ready,
  taken: queue.taken,
  dead: queue.dead,
  getting: queue.getting.size,
  putting: queue.putting.size,
  joining: queue.joining.size,
})

export function queueDetail(state: EngineState, name: string, limit: number): QueueDetail {
  const { queueItems, queues } = state.store
  const queue = queueNamed(state, name)
  const mono = state.clock.monoMs()
  const first = (line: Line<Asker>) => firstOf(line, limit).map((asker) => partyOf(state, asker))
  const inOrder = queue.order === 'lifo' ? queueItems.lastReady : queueItems.firstReady
  return {
    ...queueRow(state, queue),
    createdAt: queues.createdAt.get(queue.id) ?? 0,
    trends: { minute: queue.flow.minute(mono), tenMinutes: queue.flow.tenMinutes(mono) },
    events: queue.events,
    waiting: {
      getting: first(queue.getting),
      putting: first(queue.putting),
      joining: first(queue.joining),
    },
    items: {
      ready: inOrder.all(queue.id, limit).map(itemOf),
      taken: queueItems.taken.all(queue.id, limit).map((item) => ({
        ...itemOf(item),
        takenBy: partyOf(state, {
          run: item.taken_by,
          attempt: item.attempt,
          task: state.live.get(item.taken_by)?.script?.items.get(item.id)?.task ?? null,
          since: item.taken_at,
          place: null,
        }),
      })),
      dead: queueItems.dead.all(queue.id, limit).map(itemOf),
    },
  }
}

export function queueItem(state: EngineState, name: string, id: number): QueueItem & { state: string; value: Json } {
  const item = state.store.queueItems.get.get(id, queueNamed(state, name).id)
  if (item === undefined) throw problem('ITEM_NOT_FOUND', { queue: name, wanted: `item ${id}` })
  return { ...itemOf(item), state: item.state, value: JSON.parse(item.value) as Json }
}

const itemOf = (item: StoredItem): QueueItem => ({
  id: item.id,
  priority: item.priority,
  deliveries: item.deliveries,
  putAt: item.put_at,
  putBy: item.put_by,
  preview: item.preview,
  bytes: item.bytes,
})
