import { expect, test } from 'vitest'
import { barrierDetail, barrierPage, eventDetail, eventPage } from '../../../src-main/engine/objects/meeting-views.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { openRuns } from '../../support/objects.ts'

const onEvent = (name: string, what: 'wait' | 'set'): Call => ({ on: 'event', name, do: what })
const onBarrier = (name: string, what: 'wait' | 'abort'): Call => ({
  on: 'barrier',
  name,
  spec: { parties: 3 },
  do: what,
})

test('an event shows whether it is set and who waits, the first in line first', async () => {
  const world = await openRuns(3)
  await world.get(2, onEvent('set', 'set'))
  for (const index of [1, 0, 2]) await world.call(index, onEvent('e', 'wait'))
  expect(world.engine.read((state) => eventPage(state, '', 10))).toEqual({
    rows: [
      { name: 'e', isSet: false, waiting: 3 },
      { name: 'set', isSet: true, waiting: 0 },
    ],
    more: false,
    total: 2,
  })
  const { waiters } = world.engine.read((state) => eventDetail(state, 'e', 2))
  expect(waiters.map(({ run }) => run)).toEqual([world.runOf(1), world.runOf(0)])
  expect(() => world.engine.read((state) => eventDetail(state, 'x', 2))).toThrow('There is no event named "x".')
})

test('a barrier shows how many of its parties are there, by the names of their tasks, and that it is broken', async () => {
  const world = await openRuns(2)
  const run = world.runOf(0)
  const task = { task: 0, parent: null, name: 'main part', since: 0, waits: [], needsAll: true, place: null }
  await world.report({ type: 'tasks', run, attempt: 1, tasks: [task], ended: [] })
  for (const index of [0, 1]) await world.call(index, onBarrier('b', 'wait'))
  const detail = world.engine.read((state) => barrierDetail(state, 'b', 10))
  expect(detail).toMatchObject({ parties: 3, waiting: 2, isBroken: false, createdAt: expect.any(Number) as number })
  expect(detail.waiters.map((party) => [party.run, party.taskName])).toEqual([
    [run, 'main part'],
    [world.runOf(1), null],
  ])
  await world.get(0, onBarrier('b', 'abort'))
  expect(world.engine.read((state) => barrierPage(state, '', 10).rows)).toEqual([
    { name: 'b', parties: 3, waiting: 0, isBroken: true },
  ])
  expect(() => world.engine.read((state) => barrierDetail(state, 'x', 2))).toThrow('There is no barrier named "x".')
})
