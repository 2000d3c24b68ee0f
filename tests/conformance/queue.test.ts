import { expect, test } from 'vitest'
import type { Script } from './support/script-machine.ts'
import { event, queue } from './support/signalbox.ts'
import { outcomeOf, waysToGo, World } from './support/world.ts'

const orders = ['fifo', 'lifo', 'priority'] as const
const q = (maxsize = 0) => queue<unknown>('q', { maxsize })
const size = () => q().size()
const get = () => q().get()
const tryGet = () => q().tryGet()

/** All items that are in it, in the order in which they come out. */
const drain = async () => {
  const items: unknown[] = []
  while (!(await q().empty())) items.push(await q().tryGet())
  return items
}

const putting =
  (item: string, log: unknown[], maxsize = 0): Script =>
  async (me) => {
    await q(maxsize).put(item)
    log.push(me.attempt === 1 ? `put ${item}` : `put ${item} again`)
    await me.told('end')
  }

const getting =
  (name: string, log: unknown[]): Script =>
  async (me) => {
    log.push([me.attempt === 1 ? name : `${name} again`, await get()])
    await me.told('end')
  }

test.each([
  { order: 'fifo', expected: [1, 3, 2] },
  { order: 'lifo', expected: [2, 3, 1] },
  { order: 'priority', expected: [1, 2, 3] },
] as const)('C125 the order $order, with size, empty and full right after each step', async ({ order, expected }) => {
  const world = await World.open()
  const of = () => queue<number>('q', { maxsize: 3, order })
  const look = async () => [await of().size(), await of().empty(), await of().full()]
  const seen = await world.see(async () => {
    const looks = [await look()]
    for (const item of [1, 3, 2]) {
      await of().put(item, { priority: item })
      looks.push(await look())
    }
    const items: number[] = []
    for (let n = 0; n < 3; n += 1) {
      items.push(await of().get())
      looks.push(await look())
    }
    return { items, looks }
  })
  const looks = [0, 1, 2, 3, 2, 1, 0].map((count) => [count, count === 0, count === 3])
  expect(seen).toEqual({ items: expected, looks })
})

test('C126 equal priorities come out in the order in which they came, whatever the items are', async () => {
  const world = await World.open()
  const of = () => queue<unknown>('q', { order: 'priority' })
  await world.see(async () => {
    for (const item of ['b', { not: 'comparable' }, 'a', null]) await of().put(item, { priority: 1 })
    await of().put('first', { priority: 0.5 })
  })
  await world.restart()
  expect(await world.see(drain)).toEqual(['first', 'b', { not: 'comparable' }, 'a', null])
})

test.each([0, -1, Infinity])('C127 maxsize %d is unbounded', async (maxsize) => {
  const world = await World.open()
  const seen = await world.see(async () => {
    for (let item = 0; item < 300; item += 1) await q(maxsize).put(item)
    await q().tryPut(300)
    return [await q().full(), await q().size()]
  })
  expect(seen).toEqual([false, 301])
})

test('C127 a maxsize with a fraction counts up', async () => {
  const world = await World.open()
  const seen = await world.see(async () => {
    await q(1.3).tryPut(1)
    const wasFull = await q().full()
    await q().tryPut(2)
    return [wasFull, await q().full(), await outcomeOf(() => q().tryPut(3))]
  })
  expect(seen).toEqual([false, true, 'QueueFull'])
})

test('C128 a put into a full queue waits until there is room, and lands at the end', async () => {
  const world = await World.open()
  const log: unknown[] = []
  await world.run(async () => {
    for (const item of [0, 1, 2]) {
      await q(2).put(item)
      log.push(item)
    }
  })
  await world.advance(60_000)
  expect([log, world.waiting('q'), await world.see(size)]).toEqual([[0, 1], 1, 2])
  const got = [await world.see(get)]
  expect([log, world.waiting('q'), await world.see(size)]).toEqual([[0, 1, 2], 0, 2])
  got.push(await world.see(get), await world.see(get))
  expect(got).toEqual([0, 1, 2])
})

test('C129 a get from an empty queue waits for an item; with nobody before it, it does not wait', async () => {
  const world = await World.open()
  const log: unknown[] = []
  await world.run(getting('1', log))
  expect([log, world.waiting('q')]).toEqual([[], 1])
  await world.run(putting('a', log))
  expect([log, world.waiting('q')]).toEqual([expect.arrayContaining([['1', 'a'], 'put a']), 0])
  const seen = await world.see(async () => {
    await q().put('b')
    return q().get()
  })
  expect(seen).toBe('b')
})

test.each(orders)('C130 tryPut and tryGet fail at once and change nothing: %s', async (order) => {
  const world = await World.open()
  const of = () => queue<number>('q', { maxsize: 2, order })
  const log: unknown[] = []
  await world.see(async () => {
    await of().put(1, { priority: 1 })
    await of().put(2, { priority: 2 })
  })
  await world.run(async () => {
    await of().put(3, { priority: 3 })
    log.push('put 3')
  })
  const look = async () => [await of().size(), await of().unfinished()]
  expect(await world.see(() => of().tryPut(4))).toBe('QueueFull')
  expect([await world.see(look), world.waiting('q'), log]).toEqual([[2, 2], 1, []])
  expect(await world.see(drain)).toEqual(order === 'lifo' ? [2, 3, 1] : [1, 2, 3])
  const waiter = await world.run(() => of().get())
  expect(await world.see(() => of().tryGet())).toBe('QueueEmpty')
  expect([await world.see(look), world.waiting('q'), waiter.state]).toEqual([[0, 0], 1, 'running'])
})

test.each(waysToGo)('C131 an item passes over a getter that went ($way)', async ({ way, go }) => {
  const world = await World.open()
  const log: unknown[] = []
  const first = await world.run(getting('1', log))
  await world.run(getting('2', log))
  await go(first)
  expect(world.waiting('q')).toBe(way === 'cancelled' ? 1 : 2)
  await world.see(() => q().put('a'))
  expect([log, first.state]).toEqual([[['2', 'a']], way === 'cancelled' ? 'cancelled' : 'running'])
  await world.see(() => q().put('b'))
  expect(log).toEqual(
    way === 'cancelled'
      ? [['2', 'a']]
      : [
          ['2', 'a'],
          ['1 again', 'b'],
        ],
  )
})

test.each(waysToGo)(
  'C131 the item of a getter that was woken and goes is the next one’s, in its old place ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const log: unknown[] = []
    const first = await world.run(getting('1', log))
    first.hold()
    await world.see(async () => {
      await q().put('a')
      await q().put('b')
    })
    expect([log, await world.see(size)]).toEqual([[], 1])
    await go(first)
    if (way === 'cancelled') await first.letIn()
    // The attempt that begins anew takes it again.
    expect([log, first.state]).toEqual(way === 'cancelled' ? [[], 'cancelled'] : [[['1 again', 'a']], 'running'])
    expect(await world.see(drain)).toEqual(way === 'cancelled' ? ['a', 'b'] : ['b'])
  },
)

test('C131 a cancelled getter gives its item back at once, also when its code goes on cleaning up', async () => {
  const world = await World.open()
  const log: unknown[] = []
  const first = await world.run(async (me) => {
    log.push(await outcomeOf(get))
    await me.told('end')
  })
  first.hold()
  await world.see(() => q().put('a'))
  await world.run(getting('2', log))
  await first.cancel()
  await first.letIn()
  expect([log, first.state]).toEqual([['CancelledError', ['2', 'a']], 'stopping'])
})

test('C131 a get whose time is up leaves no entry', async () => {
  const world = await World.open()
  const timed = await world.run(() => outcomeOf(() => q().get({ timeout: '1s' })))
  await world.advance(1_000)
  expect([timed.result, world.waiting('q')]).toEqual(['TimeoutError', 0])
  await world.see(() => q().put('a'))
  expect(await world.see(drain)).toEqual(['a'])
})

test.each(waysToGo)(
  'C134 a putter that goes leaves no entry; the one before it enters in its turn ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const log: unknown[] = []
    await world.see(() => q(1).put('a'))
    const x = await world.run(putting('X', log))
    await world.run(putting('b', log))
    await go(x)
    expect([log, world.waiting('q')]).toEqual([[], way === 'cancelled' ? 1 : 2])
    expect(await world.see(get)).toBe('a')
    expect([log, x.state]).toEqual([['put b'], way === 'cancelled' ? 'cancelled' : 'running'])
    expect(await world.see(get)).toBe('b')
    expect(log).toEqual(way === 'cancelled' ? ['put b'] : ['put b', 'put X again'])
    expect([await world.see(drain), world.waiting('q')]).toEqual([way === 'cancelled' ? [] : ['X'], 0])
  },
)

test('C134 a put whose time is up leaves no entry', async () => {
  const world = await World.open()
  await world.see(() => q(1).put('a'))
  const timed = await world.run(() => outcomeOf(() => q().put('X', { timeout: '1s' })))
  await world.advance(1_000)
  expect([timed.result, world.waiting('q'), await world.see(drain)]).toEqual(['TimeoutError', 0, ['a']])
})

test('C134 a put that was stored when its cancel came has happened, and the cancel is for the next wait', async () => {
  const world = await World.open()
  const log: unknown[] = []
  await world.see(() => q(1).put('a'))
  const x = await world.run(async () => {
    log.push(await outcomeOf(() => q().put('X')))
    log.push(await outcomeOf(() => event('never').wait()))
  })
  x.hold()
  expect(await world.see(get)).toBe('a')
  await x.cancel()
  await x.letIn()
  expect([log, await world.see(drain)]).toEqual([[undefined, 'CancelledError'], ['X']])
})

test('C134 a put that was stored when its process died is there, and the next attempt puts again (killed)', async () => {
  const world = await World.open()
  const log: unknown[] = []
  await world.see(() => q(1).put('a'))
  const x = await world.run(putting('X', log))
  x.hold()
  expect(await world.see(get)).toBe('a')
  await x.kill()
  expect([log, await world.see(size), world.waiting('q')]).toEqual([[], 1, 1])
  expect([await world.see(drain), log]).toEqual([['X', 'X'], ['put X again']])
})

test('C136 with room for one, a producer and a consumer of five both come to their end', async () => {
  const world = await World.open()
  const producer = await world.run(async () => {
    for (let item = 0; item < 5; item += 1) await q(1).put(item)
  })
  const consumer = await world.run(async () => {
    const items: unknown[] = []
    for (let n = 0; n < 5; n += 1) items.push(await get())
    return items
  })
  expect([producer.state, consumer.result, world.waiting('q')]).toEqual(['succeeded', [0, 1, 2, 3, 4], 0])
})

test('C136 with room for two, all of four putters get in while a getter takes whatever is there', async () => {
  const world = await World.open()
  const log: unknown[] = []
  for (const item of ['a', 'b', 'c', 'd']) await world.run(putting(item, log, 2))
  expect(log).toEqual(['put a', 'put b'])
  expect(await world.see(drain)).toEqual(['a', 'b', 'c', 'd'])
  expect([log, world.waiting('q')]).toEqual([['put a', 'put b', 'put c', 'put d'], 0])
})

test('C137 a slot is the first putter’s as soon as it is free: nobody takes it before that one’s code goes on', async () => {
  const world = await World.open()
  const log: unknown[] = []
  await world.see(() => q(1).put('a'))
  const b = await world.run(putting('b', log))
  await world.run(putting('c', log))
  b.hold()
  expect(await world.see(get)).toBe('a')
  expect([await world.see(() => q().tryPut('X')), log]).toEqual(['QueueFull', []])
  await b.letIn()
  expect([await world.see(drain), log]).toEqual([
    ['b', 'c'],
    ['put b', 'put c'],
  ])
})

test('C137 an item is the first getter’s as soon as it is there: nobody takes it before that one’s code goes on', async () => {
  const world = await World.open()
  const log: unknown[] = []
  const first = await world.run(getting('1', log))
  await world.run(getting('2', log))
  first.hold()
  await world.see(() => q().put('a'))
  expect([await world.see(tryGet), log]).toEqual(['QueueEmpty', []])
  await world.see(() => q().put('b'))
  await first.letIn()
  expect(log).toEqual([
    ['2', 'b'],
    ['1', 'a'],
  ])
})
