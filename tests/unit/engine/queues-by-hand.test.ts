import { describe, expect, test } from 'vitest'
import {
  dropItems,
  putByHand,
  removeQueue,
  reviveDead,
  setQueuePaused,
  shutDownQueue,
} from '../../../src-main/engine/commands/queues.ts'
import type { PutByHand } from '../../../src-main/engine/commands/queues.ts'
import { queueDetail, queueItem, queuePage } from '../../../src-main/engine/objects/queue-views.ts'
import type { Call, CallOn } from '../../../src-main/interpreters/calls.ts'
import { objectLimits } from '../../../src-preload/objects.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

type World = Awaited<ReturnType<typeof openRuns>>
type Spec = CallOn<'queue'>['spec']

const specOf = (more: Partial<NonNullable<Spec>> = {}): NonNullable<Spec> => ({
  maxsize: 0,
  order: 'fifo',
  maxDeliveries: null,
  ...more,
})
const put = (world: World, value: unknown, more: Partial<PutByHand> = {}): Promise<number> =>
  world.command((state, tick) =>
    putByHand(state, tick, { name: 'q', value: JSON.stringify(value), priority: null, create: null, ...more }),
  )
const call = (what: object, spec: Spec = null): Call => ({ on: 'queue', name: 'q', spec, ...what }) as Call
const get = call({ do: 'get', done: [] })
const scriptPut = (value: unknown): Call => call({ do: 'put', item: JSON.stringify(value), priority: 0 })
const detail = (world: World, limit = 100) => world.engine.read((state) => queueDetail(state, 'q', limit))
const previews = (items: { preview: string }[]) => items.map(({ preview }) => JSON.parse(preview) as unknown)
const valueOf = (outcome: unknown) => JSON.parse((outcome as { value: string }).value) as unknown

/** A queue with so many dead letters, 'a', 'b', …: each was taken by a run that failed. */
async function openWithDead(count: number): Promise<World> {
  const world = await openRuns(2)
  for (let n = 0; n < count; n += 1) {
    await put(world, 'abcdef'[n], { create: specOf({ maxDeliveries: 1 }) })
    await world.get(0, get)
    await world.replace(0, 'threw')
  }
  return world
}

describe('an item put by hand', () => {
  test('goes at once to the one who has waited for it, and is stored as put by nobody else', async () => {
    const world = await openRuns(1)
    const waiting = await world.call(0, get)
    const item = await put(world, { page: 1 })
    expect(world.outcome(waiting)).toEqual({ item, value: '{"page":1}' })
    expect(world.db.prepare('SELECT put_by, taken_by FROM queue_items').get()).toEqual({
      put_by: null,
      taken_by: world.runOf(0),
    })
  })

  test('makes a queue only when told how', async () => {
    const world = await openRuns(0)
    await expect(put(world, 1)).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' })
    await put(world, 1, { create: specOf({ order: 'priority', maxsize: 5 }) })
    await put(world, 2, { create: specOf({ order: 'lifo' }) })
    expect(detail(world)).toMatchObject({ order: 'priority', maxsize: 5, ready: 2 })
  })

  test('is refused while the queue is full, and gets ahead of nobody who waits to put', async () => {
    const world = await openRuns(1)
    await put(world, 'a', { create: specOf({ maxsize: 1 }) })
    await expect(put(world, 'b')).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      message: 'The queue "q" is full: 1 of 1 places are taken, and 0 tasks wait to put.',
    })
    await world.call(0, scriptPut('c'))
    await expect(put(world, 'b')).rejects.toMatchObject({ message: expect.stringContaining('1 task waits') as string })
    expect(detail(world)).toMatchObject({ ready: 1, putting: 1 })
  })

  test('has a priority only where the queue goes by it, and the lower is taken first', async () => {
    const world = await openRuns(1)
    const create = specOf({ order: 'priority' })
    await put(world, 'late', { create, priority: 2 })
    await put(world, 'early', { priority: -1.5 })
    await put(world, 'none')
    expect(previews(detail(world).items.ready)).toEqual(['early', 'none', 'late'])
    await put(world, 1, { name: 'plain', create: specOf() })
    await expect(put(world, 2, { name: 'plain', priority: 1 })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})

describe('by hand', () => {
  test('a queue is paused and resumed, which gives those who wait what is there', async () => {
    const world = await openRuns(1)
    const waiting = await world.call(0, get)
    await world.command((state, tick) => setQueuePaused(state, tick, 'q', true))
    await put(world, 'a')
    expect(world.outcome(waiting)).toBe('waits')
    expect(detail(world)).toMatchObject({ pausedAt: expect.any(Number) as number, ready: 1, getting: 1 })
    await world.command((state, tick) => setQueuePaused(state, tick, 'q', false))
    expect(valueOf(world.outcome(waiting))).toBe('a')
  })

  test('a queue is shut down, which ends the waits and refuses what comes later', async () => {
    const world = await openRuns(2)
    await put(world, 'a', { create: specOf({ maxsize: 1 }) })
    const putting = await world.call(0, scriptPut('b'))
    await world.command((state, tick) => shutDownQueue(state, tick, 'q', false))
    expect([world.outcome(putting), valueOf(await world.get(1, get)), await world.get(1, get)]).toEqual([
      'QueueShutDown',
      'a',
      'QueueShutDown',
    ])
    await expect(put(world, 'c')).rejects.toMatchObject({ code: 'QUEUE_SHUT_DOWN' })
  })

  test('an immediate shutdown throws away what is ready', async () => {
    const world = await openRuns(0)
    await put(world, 'a', { create: specOf() })
    await world.command((state, tick) => shutDownQueue(state, tick, 'q', true))
    expect(detail(world)).toMatchObject({ ready: 0, shutdown: 'immediate', items: { ready: [] } })
  })

  test('dead letters get in line again, behind what is there, each with all of its deliveries', async () => {
    const world = await openWithDead(3)
    await put(world, 'z')
    expect(previews(detail(world).items.dead)).toEqual(['a', 'b', 'c'])
    expect(await world.command((state, tick) => reviveDead(state, tick, 'q', null))).toBe(3)
    expect(previews(detail(world).items.ready)).toEqual(['z', 'a', 'b', 'c'])
    expect(detail(world)).toMatchObject({ ready: 4, dead: 0 })
    expect(detail(world).items.ready.map(({ deliveries }) => deliveries)).toEqual([0, 0, 0, 0])
  })

  test('one dead letter is given to the one who waits, and others stay', async () => {
    const world = await openWithDead(2)
    const [first] = detail(world).items.dead
    const waiting = await world.call(1, get)
    await world.command((state, tick) => reviveDead(state, tick, 'q', [first?.id ?? 0]))
    expect([valueOf(world.outcome(waiting)), previews(detail(world).items.dead)]).toEqual(['a', ['b']])
    const next = await nextLife(world)
    expect(detail(next)).toMatchObject({ ready: 0, taken: 0, dead: 2 })
  })

  test('of very many items a part is done at a time, the first of them first', async () => {
    const count = objectLimits.bulkItems + 5
    const before = await openRuns(0)
    before.db.exec(
      `INSERT INTO queues (id, name, item_order, maxsize, dead, created_at) VALUES (1, 'q', 'fifo', 0, ${count}, 0);
       INSERT INTO queue_items (id, queue_id, priority, place, state, put_at, value)
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${count})
         SELECT n, 1, 0, n, 'dead', 0, n FROM n`,
    )
    const world = await nextLife(before)
    const revive = () => world.command((state, tick) => reviveDead(state, tick, 'q', null))
    expect([await revive(), previews(detail(world).items.dead)[0], await revive(), await revive()]).toEqual([
      objectLimits.bulkItems,
      objectLimits.bulkItems + 1,
      5,
      0,
    ])
    const drop = () => world.command((state, tick) => dropItems(state, tick, 'q', 'ready'))
    expect([await drop(), previews(detail(world).items.ready)[0], await drop()]).toEqual([
      objectLimits.bulkItems,
      objectLimits.bulkItems + 1,
      5,
    ])
  })

  test('what is no dead letter is not revived, and nothing else of the request happens', async () => {
    const world = await openWithDead(1)
    const ready = await put(world, 'z')
    const dead = detail(world).items.dead.map(({ id }) => id)
    const revive = (...items: number[]) => world.command((state, tick) => reviveDead(state, tick, 'q', items))
    await expect(revive(...dead, ready)).rejects.toMatchObject({
      message: `The queue "q" has no dead letter ${ready}.`,
    })
    expect(detail(world)).toMatchObject({ ready: 1, dead: 1 })
    expect(await revive(...dead, ...dead)).toBe(1)
  })

  test('items are thrown away one by one or all, but none that is taken; those who wait go on', async () => {
    const world = await openWithDead(1)
    const taken = await put(world, 'x')
    await world.get(0, get)
    const items = [await put(world, 'y'), await put(world, 'z')]
    const drop = (what: number[] | 'ready' | 'dead') =>
      world.command((state, tick) => dropItems(state, tick, 'q', what))
    await expect(drop([taken])).rejects.toMatchObject({ code: 'ITEM_NOT_FOUND' })
    const joining = await world.call(1, call({ do: 'join' }))
    expect([await drop(items.slice(0, 1)), await drop('dead'), await drop('ready')]).toEqual([1, 1, 1])
    expect([detail(world).ready, detail(world).dead, world.outcome(joining)]).toEqual([0, 0, 'waits'])
    await world.get(0, call({ do: 'done', items: [taken] }))
    expect(world.outcome(joining)).toBeNull()
  })

  test('a place that becomes free by throwing away goes to the one who waits to put', async () => {
    const world = await openRuns(1)
    const item = await put(world, 'a', { create: specOf({ maxsize: 1 }) })
    await world.call(0, scriptPut('b'))
    await world.command((state, tick) => dropItems(state, tick, 'q', [item]))
    expect(previews(detail(world).items.ready)).toEqual(['b'])
  })

  test('a queue is removed when nobody uses it and nothing is lost unasked', async () => {
    const world = await openRuns(1)
    const remove = (mayDrop: boolean) => world.command((state, tick) => removeQueue(state, tick, 'q', mayDrop))
    await expect(remove(true)).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' })
    const waiting = await world.call(0, get)
    await expect(remove(true)).rejects.toMatchObject({ code: 'OBJECT_IN_USE' })
    await put(world, 'a')
    expect(valueOf(world.outcome(waiting))).toBe('a')
    await expect(remove(true)).rejects.toMatchObject({
      message: 'The queue "q" is in use: 0 tasks wait at it, and 1 of its items are taken.',
    })
    await world.endRun(0, 'threw')
    await expect(remove(false)).rejects.toMatchObject({ code: 'QUEUE_NOT_EMPTY' })
    await remove(true)
    expect(
      world.db.prepare('SELECT (SELECT count(*) FROM queues) + (SELECT count(*) FROM queue_items)').pluck().get(),
    ).toBe(0)
    await put(world, 'b', { create: specOf() })
    expect(previews(detail(world).items.ready)).toEqual(['b'])
  })
})

describe('a look at queues', () => {
  test('names who waits in their order and who has taken what', async () => {
    const world = await openRuns(3)
    const item = await put(world, 'a', { create: specOf() })
    await world.get(2, get)
    await world.call(1, get)
    await world.pass(500)
    await world.call(0, get)
    const { waiting, items } = detail(world)
    expect(waiting.getting.map(({ run, name, task, taskName }) => ({ run, name, task, taskName }))).toEqual(
      [1, 0].map((index) => ({ run: world.runOf(index), name: 'work', task: 0, taskName: null })),
    )
    expect(items.taken).toMatchObject([
      { id: item, deliveries: 1, takenBy: { run: world.runOf(2), attempt: 1, task: 0 } },
    ])
    expect(detail(world, 1).waiting.getting).toHaveLength(1)
  })

  test('shows the beginning of a large value, and all of it when asked for one', async () => {
    const world = await openRuns(0)
    const item = await put(world, 'ä'.repeat(1_000), { create: specOf() })
    expect(detail(world).items.ready).toMatchObject([{ preview: `"${'ä'.repeat(199)}`, bytes: 2_002 }])
    const whole = world.engine.read((state) => queueItem(state, 'q', item))
    expect(whole).toMatchObject({ id: item, state: 'ready', value: 'ä'.repeat(1_000) })
    expect(() => world.engine.read((state) => queueItem(state, 'q', item + 1))).toThrow('no item')
  })

  test('goes through them by name, page by page', async () => {
    const world = await openRuns(0)
    for (const name of ['c', 'a', 'b']) await put(world, 1, { name, create: specOf() })
    const page = (after: string) => world.engine.read((state) => queuePage(state, after, 2))
    expect(page('')).toMatchObject({ rows: [{ name: 'a' }, { name: 'b' }], more: true, total: 3 })
    expect(page('b')).toMatchObject({ rows: [{ name: 'c', ready: 1 }], more: false, total: 3 })
  })
})

test.each(['fifo', 'lifo', 'priority'] as const)(
  'the oldest item of a %s queue is known, whoever is next',
  async (order) => {
    const world = await openRuns(1)
    const put = (priority: number) =>
      world.command((state, tick) =>
        putByHand(state, tick, {
          name: 'q',
          value: '1',
          priority: order === 'priority' ? priority : null,
          create: { maxsize: 0, order, maxDeliveries: null },
        }),
      )
    const oldestAt = () => world.engine.read((state) => queuePage(state, '', 1).rows[0]?.oldestAt)
    const first = world.engine.now
    await put(9)
    await world.pass(1_000)
    await put(1)
    await world.pass(1_000)
    await put(5)
    expect(oldestAt()).toBe(first)
    await world.command((state, tick) => dropItems(state, tick, 'q', 'ready'))
    expect(oldestAt()).toBeNull()
  },
)
