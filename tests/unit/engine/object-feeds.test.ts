import { call } from '@orpc/server'
import { expect, test } from 'vitest'
import { putByHand, removeQueue } from '../../../src-main/engine/commands/queues.ts'
import { setSemaphore } from '../../../src-main/engine/commands/semaphores.ts'
import { statusOf } from '../../../src-main/engine/feed-views.ts'
import { Feeds } from '../../../src-main/engine/feeds.ts'
import { createObjectFeeds } from '../../../src-main/engine/objects/feeds.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { openRuns } from '../../support/objects.ts'

const spec = { maxsize: 0, order: 'fifo', maxDeliveries: null } as const
const get = (name: string): Call => ({ on: 'queue', name, spec: null, do: 'get', done: [] })

async function openFeeds(runs: number) {
  const world = await openRuns(runs)
  const feeds = new Feeds(world.engine, world.clock)
  const routes = createObjectFeeds(world.engine, feeds)
  /** A function that gives the next message of a feed and acknowledges it. */
  const follow = async <Message extends { feed: string; version: number }>(
    opened: Promise<AsyncIterator<Message>>,
  ): Promise<() => Promise<Message>> => {
    const stream = await opened
    return async () => {
      let message: Message | undefined
      void stream.next().then(({ value }: IteratorResult<Message, unknown>) => (message = value as Message))
      for (let turn = 0; turn < 20 && message === undefined; turn += 1) await world.pass(250)
      if (message === undefined) throw new Error('the feed says nothing')
      feeds.ack(message.feed, message.version)
      return message
    }
  }
  const put = (name: string) =>
    world.command((state, tick) => putByHand(state, tick, { name, value: '1', priority: null, create: spec }))
  return { ...world, routes, follow, put }
}

test('a list of objects says all of them, then what changes, comes and goes', async () => {
  const world = await openFeeds(1)
  await world.put('b')
  const next = await world.follow(call(world.routes.queues, undefined))
  expect(await next()).toMatchObject({
    type: 'snapshot',
    rows: [{ key: 'b', row: { ready: 1 } }],
    meta: { total: 1 },
  })
  await world.put('a')
  await world.get(0, get('b'))
  expect(await next()).toMatchObject({
    type: 'patch',
    upserts: [
      { key: 'a', row: { ready: 1 } },
      { key: 'b', row: { ready: 0, taken: 1 } },
    ],
    order: ['a', 'b'],
    meta: { total: 2 },
  })
  await world.call(0, get('b'))
  // The second in which they were put and taken is over by now: their rates have changed, too.
  expect(await next()).toMatchObject({
    upserts: [
      { key: 'a', row: { inPerSecond: 0.1, outPerSecond: 0 } },
      { key: 'b', row: { getting: 1, inPerSecond: 0.1, outPerSecond: 0.1, state: 'flowing' } },
    ],
  })
  await world.command((state, tick) => removeQueue(state, tick, 'a', true))
  expect(await next()).toMatchObject({ removed: ['a'], meta: { total: 1 } })
})

test('a detail follows who waits, and is empty once its object is removed', async () => {
  const world = await openFeeds(2)
  await world.get(0, get('other'))
  await world.put('q')
  const next = await world.follow(call(world.routes.queue, { name: 'q' }))
  expect(await next()).toMatchObject({ type: 'snapshot', rows: [{ row: { ready: 1 } }] })
  await world.get(0, get('q'))
  await world.call(1, get('q'))
  expect(await next()).toMatchObject({
    upserts: [
      {
        row: {
          items: { ready: [], taken: [{ takenBy: { run: world.runOf(0) } }] },
          waiting: { getting: [{ run: world.runOf(1) }] },
        },
      },
    ],
  })
  await world.endRun(1, 'threw')
  await world.endRun(0, 'returned')
  await world.command((state, tick) => removeQueue(state, tick, 'q', true))
  expect(await next()).toMatchObject({ upserts: [], removed: ['q'] })
})

test('every kind has a list and a detail, and what does not exist is refused before the feed opens', async () => {
  const world = await openFeeds(1)
  const { routes } = world
  await world.command((state, tick) => setSemaphore(state, tick, { name: 's', permits: 2, create: true }))
  await world.get(0, { on: 'event', name: 'e', do: 'set' })
  await world.get(0, { on: 'barrier', name: 'b', spec: { parties: 2 }, do: 'look' })
  await world.get(0, { on: 'future', name: 'f', do: 'look' })
  const rows = async (opened: Parameters<typeof world.follow>[0]) => {
    const next = await world.follow(opened)
    const first = (await next()) as { rows?: { row: object }[] }
    return first.rows?.map(({ row }) => row)
  }
  expect(await rows(call(routes.semaphores, { kind: 'semaphore' }))).toMatchObject([{ name: 's', free: 2 }])
  expect(await rows(call(routes.semaphores, { kind: 'lock' }))).toEqual([])
  expect(await rows(call(routes.semaphore, { name: 's' }))).toMatchObject([{ permits: 2, holders: [], waiters: [] }])
  expect(await rows(call(routes.futures, undefined))).toMatchObject([{ name: 'f', state: 'pending' }])
  expect(await rows(call(routes.future, { name: 'f' }))).toMatchObject([{ value: null, waiters: [] }])
  expect(await rows(call(routes.events, undefined))).toMatchObject([{ name: 'e', isSet: true }])
  expect(await rows(call(routes.event, { name: 'e' }))).toMatchObject([{ isSet: true, waiters: [] }])
  expect(await rows(call(routes.barriers, undefined))).toMatchObject([{ name: 'b', parties: 2 }])
  expect(await rows(call(routes.barrier, { name: 'b' }))).toMatchObject([{ isBroken: false, waiters: [] }])
  for (const [opened, code] of [
    [call(routes.queue, { name: 'x' }), 'QUEUE_NOT_FOUND'],
    [call(routes.semaphore, { name: 'x' }), 'SEMAPHORE_NOT_FOUND'],
    [call(routes.future, { name: 'x' }), 'FUTURE_NOT_FOUND'],
    [call(routes.event, { name: 'x' }), 'EVENT_NOT_FOUND'],
    [call(routes.barrier, { name: 'x' }), 'BARRIER_NOT_FOUND'],
  ] as const)
    await expect(opened).rejects.toMatchObject({ code })
})

test('the status counts the objects of each kind', async () => {
  const world = await openFeeds(1)
  await world.put('q')
  await world.get(0, { on: 'lock', name: 'l', do: 'acquire' })
  await world.call(0, { on: 'condition', name: 'c', lock: 'l', do: 'wait' })
  const facts = { version: '1', home: '/', scriptsFolder: '/', startedAt: 0 }
  expect(statusOf(world.engine, facts, 0).objects).toEqual({
    semaphore: 0,
    lock: 1,
    event: 0,
    condition: 1,
    barrier: 0,
    queue: 1,
    future: 0,
  })
})
