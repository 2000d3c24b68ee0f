import { expect, test } from 'vitest'
import type { Script } from './support/script-machine.ts'
import { barrier } from './support/signalbox.ts'
import { outcomeOf, waysToGo, World } from './support/world.ts'

const three = () => barrier('b', { parties: 3 })
const look = () => Promise.all([three().waiting(), three().broken()])

const arriving =
  (name: string, log: unknown[]): Script =>
  async () => {
    log.push([name, await outcomeOf(() => three().wait())])
  }

test('C118 a barrier has at least one party, and one alone never waits', async () => {
  const world = await World.open()
  expect(await world.see(() => barrier('b', { parties: 0 }).wait())).toBe('RangeError')
  expect(await world.see(() => barrier('one', { parties: 1 }).wait())).toBe(0)
  expect(await world.see(() => barrier('one').wait())).toBe(0)
  expect(await world.see(() => barrier('nobody said').wait())).toBe('RangeError')
})

test('C118 all parties are released together, each with an index of its own', async () => {
  const world = await World.open()
  const log: [string, unknown][] = []
  await world.run(arriving('1', log))
  await world.run(arriving('2', log))
  expect(log).toEqual([])
  await world.run(arriving('3', log))
  expect(log.map(([name]) => name).sort()).toEqual(['1', '2', '3'])
  expect(log.map(([, index]) => index).sort()).toEqual([0, 1, 2])
  expect(await world.see(look)).toEqual([0, false])
})

test('C119 it counts who waits, and the same runs can use it again', async () => {
  const world = await World.open()
  const passed: string[] = []
  const twice =
    (name: string): Script =>
    async (me) => {
      await three().wait()
      passed.push(`${name} first`)
      await me.told('again')
      await three().wait()
      passed.push(`${name} second`)
    }
  const counts: unknown[] = []
  const runs = []
  for (const name of ['1', '2', '3']) {
    runs.push(await world.run(twice(name)))
    counts.push(await world.see(() => three().waiting()))
  }
  for (const run of runs) {
    await run.tell('again')
    counts.push(await world.see(() => three().waiting()))
  }
  expect(counts).toEqual([1, 2, 0, 1, 2, 0])
  expect(passed.slice(0, 3).sort()).toEqual(['1 first', '2 first', '3 first'])
  expect(passed.slice(3).sort()).toEqual(['1 second', '2 second', '3 second'])
})

test.each(waysToGo)(
  'C119 the others pass, whatever becomes of one that was let through and does not know ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const log: unknown[] = []
    const first = await world.run(arriving('1', log))
    await world.run(arriving('2', log))
    first.hold()
    await world.run(arriving('3', log))
    await go(first)
    if (way === 'cancelled') await first.letIn()
    const others = [
      ['2', 1],
      ['3', 2],
    ]
    // Whose process died arrives again, in the next round: a run is done at least once.
    expect(log).toEqual(way === 'cancelled' ? [...others, ['1', 'CancelledError']] : others)
    expect(await world.see(look)).toEqual([way === 'cancelled' ? 0 : 1, false])
  },
)

test.each(waysToGo)(
  'C121 one that goes only makes room for another, and no two of a round have the same index ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const log: [string, unknown][] = []
    const first = await world.run(arriving('1', log))
    await world.run(arriving('2', log))
    expect(await world.see(look)).toEqual([2, false])
    await go(first)
    // Whose process died has arrived anew.
    expect(await world.see(look)).toEqual([way === 'cancelled' ? 1 : 2, false])
    await world.run(arriving('3', log))
    if (way === 'cancelled') await world.run(arriving('4', log))
    const passed = log.filter(([, outcome]) => outcome !== 'CancelledError')
    expect(passed.map(([name]) => name).sort()).toEqual(way === 'cancelled' ? ['2', '3', '4'] : ['1', '2', '3'])
    expect(passed.map(([, index]) => index).sort()).toEqual([0, 1, 2])
    expect([await world.see(look), world.waiting('b')]).toEqual([[0, false], 0])
  },
)

test('C122 a reset sends those who wait away, and the barrier can be filled anew', async () => {
  const world = await World.open()
  const log: [string, unknown][] = []
  await world.see(() => three().reset())
  expect(await world.see(look)).toEqual([0, false])
  await world.run(arriving('1', log))
  await world.run(arriving('2', log))
  await world.see(() => three().reset())
  expect(log).toEqual([
    ['1', 'BrokenBarrierError'],
    ['2', 'BrokenBarrierError'],
  ])
  expect(await world.see(look)).toEqual([0, false])
  for (const name of ['4', '5', '6']) await world.run(arriving(name, log))
  expect(
    log
      .slice(2)
      .map(([, index]) => index)
      .sort(),
  ).toEqual([0, 1, 2])
})

test('C124 an abort breaks it for those who wait and all who come, until it is reset', async () => {
  const world = await World.open()
  const log: [string, unknown][] = []
  await world.run(arriving('1', log))
  await world.see(() => three().abort())
  await world.run(arriving('2', log))
  expect(log).toEqual([
    ['1', 'BrokenBarrierError'],
    ['2', 'BrokenBarrierError'],
  ])
  expect(await world.see(look)).toEqual([0, true])
  await world.restart()
  expect(await world.see(look)).toEqual([0, true])
  expect(await world.see(() => three().wait())).toBe('BrokenBarrierError')
  await world.see(() => three().reset())
  expect(await world.see(look)).toEqual([0, false])
  for (const name of ['3', '4', '5']) await world.run(arriving(name, log))
  expect(
    log
      .slice(2)
      .map(([, index]) => index)
      .sort(),
  ).toEqual([0, 1, 2])
})
