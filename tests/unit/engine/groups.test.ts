import { expect, test } from 'vitest'
import { applyReport } from '../../../src-main/engine/attempts.ts'
import type { Report } from '../../../src-main/interpreters/interpreters.ts'
import { openFamily } from '../../support/family.ts'
import { newDatabase } from '../../support/new-database.ts'

test('when a run of a group fails, the others are cancelled, and nothing is spawned into it any more', async () => {
  const world = await openFamily({ slots: { async: 3, process: 1 } })
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent)
  const [failing, running, queued] = [
    await world.spawn(parent, { group }),
    await world.spawn(parent, { group }),
    await world.spawn(parent, { group }),
  ]
  const outside = await world.spawn(parent)
  await world.end(failing, 'threw')
  expect(world.states(failing, running, queued, outside)).toEqual(['failed', 'stopping', 'cancelled', 'running'])
  expect(world.errorOf(queued)).toBe(`run ${failing} of the same group has failed`)
  expect(world.cancellers(running)).toEqual([{ cause: 'group', group, run: failing }])
  expect(await world.ask(parent, world.spawning({ group }))).toMatchObject({
    error: {
      name: 'RuntimeError',
      message: `The group ${group} takes no more runs: run ${failing} of the same group has failed.`,
    },
  })
  await world.end(running, 'threw')
  expect(world.states(parent, running)).toEqual(['running', 'cancelled'])
})

test('the name of a group is said of its runs, and of what cancelled them', async () => {
  const world = await openFamily({ slots: { async: 3, process: 1 } })
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent, undefined, 'thumbnails')
  const [failing, other] = [await world.spawn(parent, { group }), await world.spawn(parent, { group })]
  expect([parent, other].map((run) => world.detail(run).group)).toEqual([null, { id: group, name: 'thumbnails' }])
  await world.end(failing, 'threw')
  expect(world.cancellers(other)).toEqual([{ cause: 'group', group, name: 'thumbnails', run: failing }])
})

test('a run that ran out of time aborts its group, and one that was cancelled does not', async () => {
  const world = await openFamily({ slots: { async: 4, process: 1 } })
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent)
  const [cancelled, slow, other] = [
    await world.spawn(parent, { group }),
    await world.spawn(parent, { group, timeoutMs: 1_000 }),
    await world.spawn(parent, { group }),
  ]
  await world.ask(parent, { on: 'run', do: 'cancel', run: cancelled, message: null })
  await world.end(cancelled, 'threw')
  expect(world.states(cancelled, slow, other)).toEqual(['cancelled', 'running', 'running'])
  await world.pass(1_000)
  await world.end(slow, 'threw')
  expect(world.states(slow, other)).toEqual(['timed_out', 'stopping'])
})

test('cancelling a group cancels all its runs; one of another run is refused', async () => {
  const world = await openFamily({ slots: { async: 3, process: 1 } })
  const [parent, stranger] = [await world.submit({ job: 'work' }), await world.submit({ job: 'work' })]
  const group = await world.openGroup(parent)
  const [running, delayed] = [
    await world.spawn(parent, { group }),
    await world.spawn(parent, { group, delayMs: 60_000, onParentEnd: 'keep' }),
  ]
  const refused = { error: { name: 'RuntimeError', message: `Run ${stranger} has not opened a group ${group}.` } }
  expect(await world.ask(stranger, { on: 'group', do: 'cancel', group, message: null })).toMatchObject(refused)
  expect(await world.ask(stranger, world.spawning({ group }))).toMatchObject(refused)
  expect(await world.ask(parent, { on: 'group', do: 'cancel', group, message: 'enough' })).toBeNull()
  expect(world.states(running, delayed)).toEqual(['stopping', 'cancelled'])
  expect(world.errorOf(delayed)).toBe('the group was cancelled: enough')
  expect(await world.ask(parent, { on: 'group', do: 'cancel', group, message: null })).toBeNull()
})

test('a group outlives its parent and the engine', async () => {
  const db = newDatabase()
  const slots = { async: 3, process: 1 }
  const first = await openFamily({ db, slots })
  await first.addJob('work')
  const parent = await first.submit({ job: 'work' })
  const group = await first.openGroup(parent)
  const kept = { group, onParentEnd: 'keep' } as const
  const [failing, running, delayed] = [
    await first.spawn(parent, kept),
    await first.spawn(parent, kept),
    await first.spawn(parent, { ...kept, delayMs: 60_000 }),
  ]
  await first.end(parent)
  first.clock.die()

  const next = await openFamily({ db, slots })
  expect(next.states(parent, failing, running, delayed)).toEqual(['succeeded', 'running', 'running', 'scheduled'])
  await next.end(failing, 'threw')
  expect(next.states(failing, running, delayed)).toEqual(['failed', 'stopping', 'cancelled'])
})

test('the next life goes on with an abort that a crash cut off', async () => {
  const db = newDatabase()
  const first = await openFamily({ db, slots: { async: 2, process: 1 } })
  await first.addJob('work')
  const parent = await first.submit({ job: 'work' })
  const group = await first.openGroup(parent)
  const failing = await first.spawn(parent, { group, timeoutMs: 1_000 })
  await first.spawnMany(parent, 1_200, { group, onParentEnd: 'keep', delayMs: 60_000 })
  const unfinished = () => first.detail(parent).children.unfinished
  void first.engine.command((state, tick) => applyReport(state, tick, failureOf(failing)))
  await first.world.runUntil(first.world.monoMs, () => unfinished() < 1_200)
  first.clock.die()
  expect(unfinished()).toBe(700)

  const next = await openFamily({ db, slots: { async: 2, process: 1 } })
  expect(next.detail(parent).children).toMatchObject({ unfinished: 0, finished: 1_201 })
  const last = next.engine.read((state) => state.counters.get('last_run'))
  expect(next.errorOf(last)).toBe(`run ${failing} of the same group has failed`)
})

const failureOf = (run: number): Report => ({
  type: 'ended',
  run,
  attempt: 1,
  ending: { how: 'threw', error: { name: 'Error', message: 'no', stack: null, hint: null }, cancelled: false },
  cpuMs: null,
})

test('a deadline cancels what is unfinished then, and nothing is spawned after it', async () => {
  const world = await openFamily({ slots: { async: 3, process: 1 } })
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent, 60_000)
  const [running, queued] = [
    await world.spawn(parent, { group }),
    await world.spawn(parent, { group, delayMs: 90_000 }),
  ]
  await world.pass(59_999)
  expect(world.states(running, queued)).toEqual(['running', 'scheduled'])
  await world.pass(1)
  expect(world.states(parent, running, queued)).toEqual(['running', 'stopping', 'cancelled'])
  expect(world.errorOf(queued)).toBe('the deadline of its group has passed')
  expect(await world.ask(parent, world.spawning({ group }))).toMatchObject({ error: { name: 'RuntimeError' } })
})

test('a deadline holds in the next life for runs that outlive their parent, and no clock moves it', async () => {
  const world = await openFamily({ slots: { async: 3, process: 1 } })
  const parent = await world.submit({ job: 'work' })
  const group = await world.openGroup(parent, 60_000)
  const kept = await world.spawn(parent, { group, onParentEnd: 'keep' })
  await world.end(parent)
  world.world.moveWall(3 * 3_600_000)
  await world.pass(30_000)
  expect(world.states(parent, kept)).toEqual(['succeeded', 'running'])
  world.clock.die()
  const next = await openFamily({ db: world.db, world: world.world, slots: { async: 3, process: 1 } })
  await next.pass(29_999)
  expect(next.states(kept)).toEqual(['running'])
  await next.pass(1)
  expect(next.states(kept)).toEqual(['stopping'])
})
