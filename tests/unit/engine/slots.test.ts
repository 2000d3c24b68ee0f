import * as v from 'valibot'
import { expect, test } from 'vitest'
import { setSlots, slotRows } from '../../../src-main/engine/slots.ts'
import { slotContract } from '../../../src-preload/slots.ts'
import type { Slots } from '../../../src-preload/slots.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

const standard = { async: 2, thread: 1, process: 1 }

type Options = Parameters<typeof openSimulatedEngine>[0]

async function open(options: Options = {}) {
  const world = await openSimulatedEngine({ slots: standard, ...options })
  return {
    ...world,
    set: (wanted: { [E in keyof Slots]: number | null }) =>
      world.command((state, tick) => setSlots(state, tick, wanted)),
    totals: () => world.engine.read((state) => slotRows(state).map(({ total }) => total)),
    row: (executor: string) => world.engine.read((state) => slotRows(state).find((row) => row.executor === executor)),
  }
}

test('more slots begin what waits for one, in the same turn; fewer leave what goes on alone', async () => {
  const world = await open()
  await world.addJob('work')
  for (let n = 0; n < 6; n += 1) await world.submit({ job: 'work' })
  expect(world.started).toHaveLength(2)
  await world.set({ async: 5 })
  expect(world.started).toHaveLength(5)
  await world.set({ async: 1 })
  expect(world.row('async')).toMatchObject({ total: 1, inUse: 5, standard: 2, saved: 1 })
  for (const run of [1, 2, 3, 4]) await world.returned(run)
  expect(world.started).toHaveLength(5)
  await world.returned(5)
  expect(world.started).toHaveLength(6)
})

test('what is set is kept over a restart, and taken back with null', async () => {
  const first = await open()
  await first.set({ async: 7, process: 3 })
  first.clock.die()
  const second = await open({ db: first.db, world: first.world })
  expect(second.totals()).toEqual([7, 1, 3])
  await second.set({ async: null })
  expect(second.totals()).toEqual([2, 1, 3])
  expect(second.row('async')).toMatchObject({ saved: null, atStart: null })
})

test('what the host was started with comes before what is set, until it is set again', async () => {
  const first = await open()
  await first.set({ process: 3 })
  first.clock.die()
  const slotsAtStart = { process: 9, thread: 4 }
  const second = await open({ db: first.db, world: first.world, slotsAtStart })
  expect(second.totals()).toEqual([2, 4, 9])
  expect(second.row('process')).toMatchObject({ saved: 3, atStart: 9 })
  await second.set({ process: 5 })
  expect(second.totals()).toEqual([2, 4, 5])
  expect(second.row('process')).toMatchObject({ saved: 5, atStart: null })
})

test('what was set since the host was started is kept by its next engine, and not by the next host', async () => {
  const options = { slotsAtStart: { process: 9, thread: 4 }, life: 'first' }
  const first = await open(options)
  await first.set({ process: 5 })
  await first.set({ async: 3 })
  first.clock.die()
  const again = await open({ ...options, db: first.db, world: first.world })
  expect(again.totals()).toEqual([3, 4, 5])
  expect(again.row('process')).toMatchObject({ saved: 5, atStart: null })
  await again.set({ process: null })
  expect(again.totals()).toEqual([3, 4, 1])
  again.clock.die()
  const last = await open({ ...options, db: first.db, world: first.world })
  expect(last.totals()).toEqual([3, 4, 1])
  last.clock.die()
  const nextHost = await open({ ...options, life: 'second', db: first.db, world: first.world })
  expect(nextHost.totals()).toEqual([3, 4, 9])
  await nextHost.set({ thread: 2 })
  expect(nextHost.totals()).toEqual([3, 2, 9])
})

test('a number that no executor can have is refused with what is allowed', () => {
  const schema = slotContract.slots.set['~orpc'].inputSchema
  const faults = (wanted: unknown) =>
    v.safeParse(schema as v.GenericSchema, wanted).issues?.map(({ message }) => message)
  expect(faults({ thread: 256, async: null })).toBeUndefined()
  for (const wanted of [{ thread: 257 }, { process: 0 }, { async: 1.5 }, { cores: 4 }, { process: '8' }])
    expect(faults(wanted)).toHaveLength(1)
})
