import { expect, test } from 'vitest'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

const on = (what: 'wait' | 'reset' | 'abort' | 'look', parties: number | null = null): Call => ({
  on: 'barrier',
  name: 'b',
  spec: parties === null ? null : { parties },
  do: what,
})

test('all arrivals go on together, each with an index of its own, and the barrier can be filled again', async () => {
  const world = await openRuns(3)
  for (let round = 0; round < 2; round += 1) {
    const first = await world.call(0, on('wait', 3))
    const second = await world.call(1, on('wait'))
    expect([world.outcome(first), await world.get(2, on('look'))]).toEqual([
      'waits',
      { parties: 3, waiting: 2, isBroken: false },
    ])
    expect([await world.get(2, on('wait')), world.outcome(first), world.outcome(second)]).toEqual([2, 0, 1])
  }
  expect(await world.get(0, on('look'))).toMatchObject({ waiting: 0 })
})

test('who leaves, or dies, makes room for another, who gets its index', async () => {
  const world = await openRuns(4)
  const leaving = await world.call(0, on('wait', 3))
  const dying = await world.call(1, on('wait'))
  await world.withdraw(0, leaving)
  await world.endRun(1, 'interrupted')
  expect([world.outcome(leaving), world.outcome(dying)]).toEqual(['Withdrawn', 'waits'])
  const arrivals = [await world.call(2, on('wait')), await world.call(3, on('wait')), await world.call(0, on('wait'))]
  expect(arrivals.map(world.outcome)).toEqual([0, 1, 2])
})

test('a reset breaks the waits of now, an abort those to come too, also in the next life, until a reset', async () => {
  const world = await openRuns(2)
  const first = await world.call(0, on('wait', 2))
  await world.get(1, on('reset'))
  expect([world.outcome(first), await world.get(1, on('look'))]).toEqual([
    'BrokenBarrierError',
    { parties: 2, waiting: 0, isBroken: false },
  ])
  const second = await world.call(0, on('wait'))
  await world.get(1, on('abort'))
  expect([world.outcome(second), await world.get(0, on('wait'))]).toEqual(['BrokenBarrierError', 'BrokenBarrierError'])
  const next = await nextLife(world)
  expect(await next.get(0, on('wait'))).toBe('BrokenBarrierError')
  await next.get(0, on('reset'))
  const third = await next.call(0, on('wait'))
  expect([await next.get(1, on('wait')), next.outcome(third)]).toEqual([1, 0])
})

test('one party never waits, and a barrier that nobody has described is refused', async () => {
  const world = await openRuns(1)
  expect(await world.get(0, on('wait'))).toBe('RangeError')
  expect(await world.get(0, on('wait', 1))).toBe(0)
})
