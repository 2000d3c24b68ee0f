import { implement } from '@orpc/server'
import { objectContract } from '../../../src-preload/object-contract.ts'
import { cancelFuture, rejectFuture, removeFuture, resolveFuture } from '../commands/futures.ts'
import {
  dropItems,
  putByHand,
  queueNamed,
  removeQueue,
  reviveDead,
  setQueuePaused,
  shutDownQueue,
} from '../commands/queues.ts'
import { removeSemaphore, setSemaphore } from '../commands/semaphores.ts'
import type { Engine } from '../engine.ts'
import { barrierDetail, barrierPage, conditionPage, eventDetail, eventPage } from './meeting-views.ts'
import { futureDetail, futurePage } from './future-views.ts'
import { queueDetail, queueItem, queuePage, queueRow } from './queue-views.ts'
import { semaphoreDetail, semaphorePage, semaphoreRow } from './semaphore-views.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** Answers the calls about durable objects. What a command answers is read in its own transaction. */
export function createObjectRouter(engine: Engine) {
  const on = implement(objectContract)
  const changeQueue = <T>(name: string, change: (state: EngineState, tick: Tick) => T) =>
    engine.command((state, tick) => ({ changed: change(state, tick), queue: queueRow(state, queueNamed(state, name)) }))

  return on.router({
    queues: {
      list: on.queues.list.handler(({ input }) => engine.read((state) => queuePage(state, input.after, input.limit))),
      get: on.queues.get.handler(({ input }) => engine.read((state) => queueDetail(state, input.name, input.limit))),
      item: on.queues.item.handler(({ input }) => engine.read((state) => queueItem(state, input.name, input.item))),
      put: on.queues.put.handler(async ({ input }) => {
        const put = { ...input, value: JSON.stringify(input.value) }
        const { changed, queue } = await changeQueue(input.name, (state, tick) => putByHand(state, tick, put))
        return { item: changed, queue }
      }),
      pause: on.queues.pause.handler(async ({ input: { name } }) => {
        const { queue } = await changeQueue(name, (state, tick) => setQueuePaused(state, tick, name, true))
        return queue
      }),
      resume: on.queues.resume.handler(async ({ input: { name } }) => {
        const { queue } = await changeQueue(name, (state, tick) => setQueuePaused(state, tick, name, false))
        return queue
      }),
      shutdown: on.queues.shutdown.handler(async ({ input: { name, immediate } }) => {
        const { queue } = await changeQueue(name, (state, tick) => shutDownQueue(state, tick, name, immediate))
        return queue
      }),
      reviveDead: on.queues.reviveDead.handler(async ({ input: { name, items } }) => {
        const { changed, queue } = await changeQueue(name, (state, tick) => reviveDead(state, tick, name, items))
        return { revived: changed, queue }
      }),
      dropItems: on.queues.dropItems.handler(async ({ input: { name, items } }) => {
        const { changed, queue } = await changeQueue(name, (state, tick) => dropItems(state, tick, name, items))
        return { dropped: changed, queue }
      }),
      remove: on.queues.remove.handler(async ({ input }) => {
        await engine.command((state, tick) => removeQueue(state, tick, input.name, input.dropItems))
        return { removed: true as const }
      }),
    },
    semaphores: {
      list: on.semaphores.list.handler(({ input }) =>
        engine.read((state) => semaphorePage(state, input.kind, input.after, input.limit)),
      ),
      get: on.semaphores.get.handler(({ input }) =>
        engine.read((state) => semaphoreDetail(state, input.kind, input.name, input.limit)),
      ),
      set: on.semaphores.set.handler(({ input }) =>
        engine.command((state, tick) => semaphoreRow(state, setSemaphore(state, tick, input))),
      ),
      remove: on.semaphores.remove.handler(async ({ input }) => {
        await engine.command((state, tick) => removeSemaphore(state, tick, input.kind, input.name))
        return { removed: true as const }
      }),
    },
    futures: {
      list: on.futures.list.handler(({ input }) => engine.read((state) => futurePage(state, input))),
      get: on.futures.get.handler(({ input }) => engine.read((state) => futureDetail(state, input.name, input.limit))),
      resolve: on.futures.resolve.handler(({ input }) => {
        const value = JSON.stringify(input.value)
        return engine.command((state, tick) => resolveFuture(state, tick, input.name, value, input))
      }),
      reject: on.futures.reject.handler(({ input: { name, message, error } }) =>
        engine.command((state, tick) => rejectFuture(state, tick, name, { name: error, message })),
      ),
      cancel: on.futures.cancel.handler(({ input }) =>
        engine.command((state, tick) => cancelFuture(state, tick, input.name, input.message)),
      ),
      remove: on.futures.remove.handler(async ({ input }) => {
        await engine.command((state, tick) => removeFuture(state, tick, input.name))
        return { removed: true as const }
      }),
    },
    events: {
      list: on.events.list.handler(({ input }) => engine.read((state) => eventPage(state, input.after, input.limit))),
      get: on.events.get.handler(({ input }) => engine.read((state) => eventDetail(state, input.name, input.limit))),
    },
    barriers: {
      list: on.barriers.list.handler(({ input }) =>
        engine.read((state) => barrierPage(state, input.after, input.limit)),
      ),
      get: on.barriers.get.handler(({ input }) =>
        engine.read((state) => barrierDetail(state, input.name, input.limit)),
      ),
    },
    conditions: {
      list: on.conditions.list.handler(({ input }) =>
        engine.read((state) => conditionPage(state, input.after, input.limit)),
      ),
    },
  })
}
