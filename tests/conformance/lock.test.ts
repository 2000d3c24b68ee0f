import { expect, test } from 'vitest'
import type { Script } from './support/script-machine.ts'
import { lock, sleep } from './support/signalbox.ts'
import { outcomeOf, waysToGo, World } from './support/world.ts'

/** Holds the lock from when it gets it until it is told to release. */
const holding =
  (name: string, order: string[]): Script =>
  async (me) => {
    const held = await lock('l').acquire()
    order.push(me.attempt === 1 ? name : `${name} again`)
    await me.told('release')
    await held.release()
  }

test('C91 a release lets in the first in line only, and who comes later gets it after those who waited', async () => {
  const world = await World.open()
  const order: string[] = []
  const holder = await world.run(holding('holder', order))
  const first = await world.run(holding('1', order))
  const second = await world.run(holding('2', order))
  await holder.tell('release')
  await world.advance(60_000)
  expect([order, await world.see(() => lock('l').locked())]).toEqual([['holder', '1'], true])
  const third = await world.run(holding('3', order))
  await first.tell('release')
  expect(order).toEqual(['holder', '1', '2'])
  await second.tell('release')
  await third.tell('release')
  expect([order, await world.see(() => lock('l').locked())]).toEqual([['holder', '1', '2', '3'], false])
})

test('C93 releasing a lock that this run does not hold is a RuntimeError and changes nothing', async () => {
  const world = await World.open()
  const order: string[] = []
  expect(await world.see(() => lock('l').release())).toBe('RuntimeError')
  expect(await world.see(() => lock('l').locked())).toBe(false)
  const holder = await world.run(holding('holder', order))
  expect(await world.see(() => lock('l').release())).toBe('RuntimeError')
  expect(await world.see(() => lock('l').locked())).toBe(true)
  await holder.tell('release')
  expect([holder.state, await world.see(() => lock('l').locked())]).toEqual(['succeeded', false])
})

test.each(waysToGo)('C94 a waiter that goes while the holder releases is passed over ($way)', async ({ way, go }) => {
  const world = await World.open()
  const order: string[] = []
  const a = await world.run(holding('a', order))
  const b = await world.run(holding('b', order))
  const c = await world.run(holding('c', order))
  await Promise.all([go(b), a.tell('release')])
  expect(order).toEqual(['a', 'c'])
  await c.tell('release')
  expect([order, b.state]).toEqual(way === 'cancelled' ? [['a', 'c'], 'cancelled'] : [['a', 'c', 'b again'], 'running'])
  expect(world.waiting('l')).toBe(0)
})

test.each(waysToGo)(
  'C94 a lock that was handed to a waiter who goes before it knows is the next one’s ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const order: string[] = []
    const a = await world.run(holding('a', order))
    const b = await world.run(holding('b', order))
    const c = await world.run(holding('c', order))
    b.hold()
    await a.tell('release')
    expect(order).toEqual(['a'])
    await go(b)
    if (way === 'cancelled') await b.letIn()
    expect(order).toEqual(['a', 'c'])
    await c.tell('release')
    expect([order, b.state]).toEqual(
      way === 'cancelled' ? [['a', 'c'], 'cancelled'] : [['a', 'c', 'b again'], 'running'],
    )
  },
)

test('C94 a cancelled waiter gives back what it was handed at once, also when its code goes on cleaning up', async () => {
  const world = await World.open()
  const order: unknown[] = []
  const a = await world.run(holding('a', []))
  const b = await world.run(async (me) => {
    order.push(await outcomeOf(() => lock('l').acquire()))
    await me.told('end')
  })
  await world.run(async () => {
    await lock('l').acquire()
    order.push('c')
  })
  b.hold()
  await a.tell('release')
  await b.cancel()
  await b.letIn()
  expect([order, b.state]).toEqual([['CancelledError', 'c'], 'stopping'])
})

const waysOut: { way: string; script: Script }[] = [
  { way: 'normal', script: () => lock('l').use(() => 'done') },
  {
    way: 'error',
    script: () =>
      lock('l').use(() => {
        throw new TypeError('no')
      }),
  },
  {
    way: 'error, using',
    script: async () => {
      await using held = await lock('l').acquire()
      throw new TypeError(held.id > 0 ? 'no' : 'no id')
    },
  },
]
test.each(waysOut)('C96 a scoped use releases on every way out ($way)', async ({ way, script }) => {
  const world = await World.open()
  const run = await world.run(script)
  expect([run.state, run.error]).toEqual(way === 'normal' ? ['succeeded', null] : ['failed', 'TypeError: no'])
  expect(await world.see(() => lock('l').locked())).toBe(false)
})

test.each(waysToGo)(
  'C96 a scoped use releases when its run goes, and a waiter that goes leaves no entry ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const order: string[] = []
    const held: Script = (me) => lock('l').use(() => (me.attempt === 1 ? sleep('1h') : undefined))
    const holder = await world.run(held)
    const waiter = await world.run(held)
    const next = await world.run(holding('next', order))
    expect(world.waiting('l')).toBe(2)
    await go(waiter)
    expect([world.waiting('l'), waiter.state]).toEqual(way === 'cancelled' ? [1, 'cancelled'] : [2, 'running'])
    await go(holder)
    expect(order).toEqual(['next'])
    await next.tell('release')
    expect([holder.state, waiter.state]).toEqual(
      way === 'cancelled' ? ['cancelled', 'cancelled'] : ['succeeded', 'succeeded'],
    )
    expect([await world.see(() => lock('l').locked()), world.waiting('l')]).toEqual([false, 0])
  },
)
