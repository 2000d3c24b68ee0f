import { describe, expect, test } from 'vitest'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { setJobPaused } from '../../../src-main/engine/commands/jobs.ts'
import { logLines, runDetail } from '../../../src-main/engine/views.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

type World = Awaited<ReturnType<typeof openSimulatedEngine>>

const oneSlot = { slots: { async: 1, process: 1 } }
const interrupted = (run: number, attempt = 1) =>
  ({ type: 'ended', run, attempt, ending: { how: 'interrupted', why: 'x' }, cpuMs: null }) as const

/** The engine's process dies between two turns, and the next one opens the same store. */
function nextLife(world: World, options: { isPrivate?: boolean } = {}): Promise<World> {
  world.clock.die()
  return openSimulatedEngine({ db: world.db, ...options })
}

describe('the next life', () => {
  test('ends what was being cancelled or had passed its limit, and starts again what the stopping host interrupted', async () => {
    const world = await openSimulatedEngine({ slots: { async: 3, process: 1 } })
    await world.addJob('limited', { timeoutMs: 1_000, graceMs: 60_000 })
    await world.addJob('work', { graceMs: 60_000 })
    const timedOut = await world.submit({ job: 'limited' })
    const cancelled = await world.submit({ job: 'work' })
    const shutDown = await world.submit({ job: 'work' })
    await world.command((state, tick) => cancel(state, tick, cancelled, 'not wanted'))
    await world.pass(1_000)
    void world.engine.stop(4_000)
    await world.pass(1_000)
    expect([timedOut, cancelled, shutDown].map((id) => world.run(id).lifecycle)).toEqual(Array(3).fill('stopping'))
    const next = await nextLife(world)
    expect([timedOut, cancelled, shutDown].map((id) => next.run(id).outcome)).toEqual(['timed_out', 'cancelled', null])
    await next.pass()
    expect(next.started.map(({ run, attempt }) => [run, attempt])).toEqual([[shutDown, 2]])
  })

  test('leaves the runs of a paused job where they are', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    await world.command((state, tick) => setJobPaused(state, tick, 'work', true))
    await world.submit({ job: 'work' })
    const next = await nextLife(world)
    await next.pass(60_000)
    expect(next.startedRuns()).toEqual([])
  })

  test('of a private engine leaves the stored backlog alone', async () => {
    const world = await openSimulatedEngine(oneSlot)
    await world.addJob('work')
    await world.submit({ job: 'work' })
    await world.submit({ job: 'work' })
    const next = await nextLife(world, { isPrivate: true })
    const own = await next.submit({ job: 'work' })
    expect(next.startedRuns()).toEqual([own])
  })

  test('leaves to the hosts what a private engine did not finish, in whatever state', async () => {
    const first = await openSimulatedEngine({ ...oneSlot, isPrivate: true })
    await first.addJob('work')
    const running = await first.submit({ job: 'work' })
    const queued = await first.submit({ job: 'work' })
    const scheduled = await first.submit({ job: 'work', delayMs: 1_000 })
    const second = await nextLife(first, { isPrivate: true })
    const own = await second.submit({ job: 'work' })
    await second.pass(2_000)
    await second.returned(own)
    expect(second.startedRuns()).toEqual([own])
    const host = await nextLife(second)
    await host.pass(2_000)
    expect(host.startedRuns()).toEqual([running, queued])
    await host.returned(running, 2)
    expect(host.startedRuns()).toEqual([running, queued, scheduled])
    expect(host.engine.read(({ lanes }) => [...lanes.nonEmpty('async')])).toEqual([])
  })
})

describe('limits', () => {
  test('in the queue count from the moment a delayed run is queued', async () => {
    const world = await openSimulatedEngine(oneSlot)
    await world.addJob('work', { queueTimeoutMs: 5_000 })
    await world.submit({ job: 'work' })
    const id = await world.submit({ job: 'work', delayMs: 10_000 })
    await world.pass(14_999)
    expect(world.run(id).lifecycle).toBe('queued')
    await world.pass(1)
    expect(world.run(id)).toMatchObject({ lifecycle: 'finished', outcome: 'timed_out' })
  })

  test.each([3_600_000, -3_600_000])(
    'in the queue keep their length when the wall clock moves by %i ms',
    async (ms) => {
      const world = await openSimulatedEngine(oneSlot)
      await world.addJob('work', { queueTimeoutMs: 5_000 })
      await world.submit({ job: 'work' })
      const id = await world.submit({ job: 'work' })
      await world.pass(1_000)
      world.world.moveWall(ms)
      await world.command(() => null)
      await world.pass(3_999)
      expect(world.run(id).lifecycle).toBe('queued')
      await world.pass(1)
      expect(world.run(id)).toMatchObject({ lifecycle: 'finished', outcome: 'timed_out' })
    },
  )

  test('in the queue do not hit a run that has started once', async () => {
    const world = await openSimulatedEngine(oneSlot)
    await world.addJob('work', { queueTimeoutMs: 5_000 })
    await world.addJob('first')
    const id = await world.submit({ job: 'work' })
    const before = await world.submit({ job: 'first', priority: 5 })
    await world.report(interrupted(id))
    expect(world.started.map(({ run }) => run)).toEqual([id, before])
    await world.pass(10_000)
    expect(world.run(id).lifecycle).toBe('queued')
  })

  test.each([3_600_000, -3_600_000])(
    'of an attempt keep their length when the wall clock moves by %i ms',
    async (ms) => {
      const world = await openSimulatedEngine()
      await world.addJob('work', { timeoutMs: 1_000, graceMs: 300 })
      await world.submit({ job: 'work' })
      world.world.moveWall(ms)
      await world.pass(999)
      expect(world.steps).toEqual([])
      await world.pass(1)
      world.world.moveWall(ms)
      await world.pass(299)
      expect(world.steps.map(({ step }) => step)).toEqual(['signal'])
      await world.pass(1)
      expect(world.steps.map(({ step }) => step)).toEqual(['signal', 'kill'])
    },
  )

  test('leave no timer behind when the attempt ends', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { timeoutMs: 1_000 })
    const first = await world.submit({ job: 'work' })
    const second = await world.submit({ job: 'work' })
    await world.command((state, tick) => cancel(state, tick, second, null))
    expect(world.engine.read(({ timers }) => timers.size)).toBe(2)
    await world.returned(first)
    await world.returned(second)
    expect(world.engine.read(({ timers }) => timers.size)).toBe(0)
  })
})

describe('an interrupted run', () => {
  test('comes back before those of lower priority', async () => {
    const world = await openSimulatedEngine(oneSlot)
    await world.addJob('work')
    const urgent = await world.submit({ job: 'work', priority: 5 })
    await world.submit({ job: 'work' })
    await world.report(interrupted(urgent))
    expect(world.started.map(({ run, attempt }) => [run, attempt])).toEqual([
      [urgent, 1],
      [urgent, 2],
    ])
  })

  test('keeps its idempotency key, and hears nothing more of the old attempt', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    await world.report(interrupted(id))
    await world.report({ type: 'log', run: id, attempt: 1, lines: [[1, 'info', 'from the grave']] })
    expect(world.started.map(({ idempotencyKey }) => idempotencyKey)).toEqual([`test-${id}`, `test-${id}`])
    expect(world.engine.read((state) => logLines(state, id, 1, 10))).toEqual({ lines: [], total: 0 })
  })

  test('has no attempt of negative length when the wall clock was set back', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work')
    const id = await world.submit({ job: 'work' })
    world.world.moveWall(-60_000)
    await world.report(interrupted(id))
    const [attempt] = world.engine.read((state) => runDetail(state, id)).attempts
    expect(attempt?.endedAt).toBe(attempt?.startedAt)
  })
})

describe('a turn', () => {
  test('that fails is rolled back, told, and the last one', async () => {
    const world = await openSimulatedEngine()
    const failing = world.command((state) => {
      state.store.counters.set.run('last_run', 4711)
      throw new Error('a fault of ours')
    })
    await expect(failing).rejects.toMatchObject({ code: 'ENGINE_LOST' })
    expect(world.fatal.splice(0)).toEqual([new Error('a fault of ours')])
    expect(world.db.prepare(`SELECT value FROM counters WHERE name = 'last_run'`).pluck().get()).toBe(undefined)
    await expect(world.command(() => 1)).rejects.toMatchObject({ code: 'DRAINING' })
  })

  test('takes a bounded part of a flood', async () => {
    const world = await openSimulatedEngine()
    const turns = new Set<unknown>()
    const all = Array.from({ length: 10_001 }, () => world.engine.command((_, tick) => void turns.add(tick)))
    await world.pass()
    await Promise.all(all)
    expect(turns.size).toBe(2)
  })
})

test('stopping the host ends its interpreters before it is done', async () => {
  const world = await openSimulatedEngine()
  await world.settle(world.engine.stop(1_000))
  expect(world.closed).toEqual(['closed'])
})
