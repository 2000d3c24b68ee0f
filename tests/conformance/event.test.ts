import { expect, test } from 'vitest'
import type { Script } from './support/script-machine.ts'
import { event } from './support/signalbox.ts'
import { waysToGo, World } from './support/world.ts'

const set = () => event('e').set()
const clear = () => event('e').clear()
const isSet = () => event('e').isSet()

const waiting =
  (name: string, log: unknown[]): Script =>
  async () => {
    log.push([name, await event('e').wait()])
  }

test('C106 set wakes all who wait in the order in which they came; a later wait passes at once', async () => {
  const world = await World.open()
  const log: unknown[] = []
  for (const name of ['1', '2', '3']) await world.run(waiting(name, log))
  expect([log, await world.see(isSet)]).toEqual([[], false])
  await world.see(set)
  expect(log).toEqual([
    ['1', true],
    ['2', true],
    ['3', true],
  ])
  expect([await world.see(isSet), await world.see(() => event('e').wait())]).toEqual([true, true])
  await world.restart()
  expect([await world.see(isSet), await world.see(() => event('e').wait())]).toEqual([true, true])
})

test('C108 setting twice is as setting once, and clearing what is not set changes nothing', async () => {
  const world = await World.open()
  const log: unknown[] = []
  await world.see(clear)
  expect(await world.see(isSet)).toBe(false)
  await world.run(waiting('1', log))
  await world.see(clear)
  expect([log, world.waiting('e')]).toEqual([[], 1])
  await world.see(set)
  await world.see(set)
  expect([log, await world.see(isSet)]).toEqual([[['1', true]], true])
  await world.see(clear)
  await world.see(clear)
  expect(await world.see(isSet)).toBe(false)
})

test('C108 who was woken goes on although it was cleared before its code did', async () => {
  const world = await World.open()
  const log: unknown[] = []
  const waiter = await world.run(waiting('1', log))
  waiter.hold()
  await world.see(set)
  await world.see(clear)
  await waiter.letIn()
  expect([log, waiter.state]).toEqual([[['1', true]], 'succeeded'])
})

test('C108 the wake-up of an attempt is over with it: the next one waits for the next set (killed)', async () => {
  const world = await World.open()
  const log: unknown[] = []
  const waiter = await world.run(waiting('1', log))
  waiter.hold()
  await world.see(set)
  await world.see(clear)
  await waiter.kill()
  expect([log, world.waiting('e')]).toEqual([[], 1])
  await world.see(set)
  expect(log).toEqual([['1', true]])
})

test.each(waysToGo)(
  'C109 a waiter that goes leaves no entry, and a later set does not touch it ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const log: unknown[] = []
    const gone = await world.run((me) => waiting(`gone, attempt ${me.attempt}`, log)(me))
    await world.run(waiting('stays', log))
    await go(gone)
    expect([log, world.waiting('e')]).toEqual([[], way === 'cancelled' ? 1 : 2])
    await world.see(set)
    expect(log).toEqual(
      way === 'cancelled'
        ? [['stays', true]]
        : [
            ['stays', true],
            ['gone, attempt 2', true],
          ],
    )
    expect([gone.state, gone.error]).toEqual(
      way === 'cancelled' ? ['cancelled', 'CancelledError: enough'] : ['succeeded', null],
    )
  },
)

test('C109 a cancelled waiter that was woken ends cancelled', async () => {
  const world = await World.open()
  const log: unknown[] = []
  const waiter = await world.run(waiting('1', log))
  waiter.hold()
  await world.see(set)
  await waiter.cancel()
  await waiter.letIn()
  expect([log, waiter.state]).toEqual([[], 'cancelled'])
})
