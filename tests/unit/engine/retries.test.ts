import { describe, expect, test } from 'vitest'
import { runDetail } from '../../../src-main/engine/views.ts'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

type World = Awaited<ReturnType<typeof openSimulatedEngine>>

const error = { name: 'FetchError', message: 'no answer', stack: null, hint: null }
const fixed = (maxAttempts: number, delayMs: number) => ({ maxAttempts, backoff: { kind: 'fixed', delayMs } })

const failed = (world: World, run: number, attempt: number) =>
  world.report({ type: 'ended', run, attempt, ending: { how: 'threw', error, cancelled: false }, cpuMs: 3 })
const detail = ({ engine }: World, run: number) => engine.read((state) => runDetail(state, run))
const startsOf = ({ started }: World) => started.map(({ run, attempt }) => `${run}.${attempt}`)

describe('a failed attempt of a job with retries', () => {
  test('is followed by others at the times of the policy, and the run fails with the last', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { retry: { maxAttempts: 4, backoff: { kind: 'exponential', delayMs: 1_000 } } })
    const id = await world.submit({ job: 'work' })
    const begun = world.world.monoMs
    const startedAfter: number[] = []
    for (const attempt of [1, 2, 3, 4]) {
      while (!startsOf(world).includes(`${id}.${attempt}`)) await world.pass(50)
      startedAfter.push(world.world.monoMs - begun)
      await failed(world, id, attempt)
    }
    expect(startedAfter).toEqual([0, 1_000, 3_000, 7_000])
    await world.pass(60_000)
    expect(world.started).toHaveLength(4)
    const run = detail(world, id)
    expect([run.lifecycle, run.outcome, run.attempt, run.maxAttempts, run.errorMessage]).toEqual([
      'finished',
      'failed',
      4,
      4,
      'FetchError: no answer',
    ])
    expect(run.attempts.map(({ number, state, note, error: why }) => [number, state, note, why?.message])).toEqual([
      [1, 'failed', 'tried again after 1000 ms', 'no answer'],
      [2, 'failed', 'tried again after 2000 ms', 'no answer'],
      [3, 'failed', 'tried again after 4000 ms', 'no answer'],
      [4, 'failed', null, 'no answer'],
    ])
    expect(run.events.filter(({ type }) => type === 'retry_scheduled').map(({ data }) => data)[0]).toEqual({
      attempt: 1,
      outcome: 'failed',
      why: 'FetchError: no answer',
      delayMs: 1_000,
      dueAt: expect.any(Number) as number,
    })
  })

  test('that succeeds at last has succeeded, with the errors of the earlier ones in its history', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { retry: fixed(3, 1_000) })
    const id = await world.submit({ job: 'work' })
    await failed(world, id, 1)
    await world.pass(1_000)
    await world.returned(id, 2)
    const run = detail(world, id)
    expect([run.outcome, run.error, run.attempts.map(({ state }) => state)]).toEqual([
      'succeeded',
      null,
      ['failed', 'succeeded'],
    ])
  })

  test('says which retry it waits for, and how long', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { retry: fixed(6, 12_000) })
    const id = await world.submit({ job: 'work' })
    await failed(world, id, 1)
    await world.pass(12_000)
    await failed(world, id, 2)
    const now = world.clock.wallMs()
    expect(detail(world, id)).toMatchObject({
      lifecycle: 'scheduled',
      attempt: 2,
      maxAttempts: 6,
      dueAt: now + 12_000,
      waits: [{ kind: 'time', since: now, until: now + 12_000, retry: { number: 2, of: 5 } }],
    })
  })

  test('gives back its slot, permits and key while it waits, and takes its turn like any other run', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    const gated = { semaphores: [{ name: 'gpu' }], concurrency: { limit: 1 } }
    await world.addJob('work', { retry: fixed(2, 1_000), ...gated })
    await world.addJob('other', { semaphores: [{ name: 'gpu' }] })
    const first = await world.submit({ job: 'work' })
    const second = await world.submit({ job: 'work' })
    await failed(world, first, 1)
    expect(startsOf(world)).toEqual([`${first}.1`, `${second}.1`])
    const holding = world.engine.read(({ live, inUse, keys, objects }) => ({
      live: [...live.keys()],
      inUse: inUse.async,
      keys: [...live.values()].map(({ key }) => (key === null ? 0 : keys.heldOf(key))),
      free: objects.semaphores.semaphore.get('gpu')?.free,
    }))
    expect(holding).toEqual({ live: [second], inUse: 1, keys: [1], free: 0 })

    const third = await world.submit({ job: 'other' })
    await world.pass(1_000)
    expect(world.run(first).lifecycle).toBe('queued')
    await world.returned(second)
    expect(startsOf(world).at(-1)).toBe(`${third}.1`)
    await world.returned(third)
    expect(startsOf(world).at(-1)).toBe(`${first}.2`)
  })

  test('is cancelled at once while it waits', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { retry: fixed(2, 60_000) })
    const id = await world.submit({ job: 'work' })
    await failed(world, id, 1)
    await world.command((state, tick) => cancel(state, tick, id, 'not wanted'))
    await world.pass(120_000)
    expect(world.started).toHaveLength(1)
    const run = detail(world, id)
    expect([run.outcome, run.attempts.map(({ state }) => state)]).toEqual(['cancelled', ['failed']])
    expect(world.engine.read(({ counters }) => [counters.get('is_scheduled'), counters.get('is_finished')])).toEqual([
      0, 1,
    ])
  })

  test('is not tried again when it was cancelled, nor when its error says so', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { retry: fixed(5, 1_000) })
    const cancelled = await world.submit({ job: 'work' })
    const hopeless = await world.submit({ job: 'work' })
    await world.command((state, tick) => cancel(state, tick, cancelled, null))
    await failed(world, cancelled, 1)
    const ending = { how: 'threw' as const, error, cancelled: false, wish: { retry: 'never' as const } }
    await world.report({ type: 'ended', run: hopeless, attempt: 1, ending, cpuMs: null })
    expect([world.run(cancelled).outcome, world.run(hopeless).outcome]).toEqual(['cancelled', 'failed'])
  })

  test('does not count as an attempt when it is interrupted', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { retry: fixed(2, 1_000) })
    const id = await world.submit({ job: 'work' })
    await world.report({
      type: 'ended',
      run: id,
      attempt: 1,
      ending: { how: 'interrupted', why: 'crash' },
      cpuMs: null,
    })
    await failed(world, id, 2)
    await world.pass(1_000)
    await failed(world, id, 3)
    const run = detail(world, id)
    expect([run.outcome, run.attempt, run.attempts.map(({ state }) => state)]).toEqual([
      'failed',
      2,
      ['interrupted', 'failed', 'failed'],
    ])
  })

  test('keeps its time through a restart, and its length when the wall clock jumps', async () => {
    const first = await openSimulatedEngine()
    await first.addJob('work', { retry: fixed(2, 60_000) })
    const id = await first.submit({ job: 'work' })
    await failed(first, id, 1)
    first.world.moveWall(3_600_000)
    await first.pass(30_000)
    expect(first.run(id).lifecycle).toBe('scheduled')
    first.clock.die()
    const second = await openSimulatedEngine({ db: first.db, world: first.world })
    await second.pass(29_000)
    expect(second.started).toEqual([])
    await second.pass(1_000)
    expect(startsOf(second)).toEqual([`${id}.2`])
  })

  test('has what its own run was submitted with, over what the job says', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { retry: fixed(2, 1_000) })
    await world.addJob('plain')
    const longer = await world.submit({ job: 'work', retry: { maxAttempts: 3 } })
    const never = await world.submit({ job: 'work', retry: { maxAttempts: 1 } })
    const plain = await world.submit({ job: 'plain', retry: { maxAttempts: 2 } })
    const retries = [longer, never, plain].map((id) => detail(world, id).definition.retry)
    expect(retries.map((retry) => [retry?.maxAttempts, retry?.backoff])).toEqual([
      [3, { kind: 'fixed', delayMs: 1_000 }],
      [1, { kind: 'fixed', delayMs: 1_000 }],
      [2, { kind: 'exponential', delayMs: 1_000, factor: 2 }],
    ])
    const tooLong = world.submit({ job: 'work', retry: { maxDelayMs: 10 } })
    await expect(tooLong).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(tooLong).rejects.toThrow('a delay is longer than maxDelayMs')
  })

  test('spreads by chance', async () => {
    const world = await openSimulatedEngine({ random: () => 0.25 })
    await world.addJob('work', { retry: { ...fixed(2, 10_000), jitter: 1 } })
    const id = await world.submit({ job: 'work' })
    await failed(world, id, 1)
    expect((world.run(id).due_at ?? 0) - world.clock.wallMs()).toBe(7_500)
  })
})

describe('the time limits of a run', () => {
  test('an attempt that ran out of time is tried again', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { timeoutMs: 1_000, retry: fixed(2, 500) })
    const id = await world.submit({ job: 'work' })
    await world.pass(1_000)
    expect(world.steps.map(({ step }) => step)).toEqual(['signal'])
    await failed(world, id, 1)
    await world.pass(500)
    expect(startsOf(world)).toEqual([`${id}.1`, `${id}.2`])
    expect(detail(world, id).attempts.map(({ state }) => state)).toEqual(['timed_out', 'running'])
  })

  test('without a sign of life the attempt ends, and each sign counts', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { idleTimeoutMs: 1_000 })
    const id = await world.submit({ job: 'work' })
    await world.pass(900)
    await world.report({ type: 'progress', run: id, attempt: 1, done: 1, total: 2, note: null })
    await world.pass(900)
    await world.report({ type: 'log', run: id, attempt: 1, lines: [[0, 'info', 'still here']] })
    await world.pass(999)
    expect(world.steps).toEqual([])
    await world.pass(1)
    await failed(world, id, 1)
    const run = detail(world, id)
    expect([run.outcome, run.error?.message, run.stop?.limit]).toEqual([
      'timed_out',
      'the attempt gave no sign of life for 1000 ms',
      'idle',
    ])
  })

  test('the total one stops the attempt under way, for good', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { totalTimeoutMs: 5_000, retry: fixed(9, 1_000) })
    const id = await world.submit({ job: 'work' })
    await world.pass(3_000)
    await failed(world, id, 1)
    await world.pass(1_999)
    expect(world.steps).toEqual([])
    await world.pass(1)
    await failed(world, id, 2)
    const run = detail(world, id)
    expect([run.outcome, run.error?.message, run.attempts.map(({ state }) => state)]).toEqual([
      'timed_out',
      'the run was not done within its total time of 5000 ms',
      ['failed', 'timed_out'],
    ])
  })

  test('the total one ends a run that waits, in the queue as for its next attempt', async () => {
    const world = await openSimulatedEngine({ slots: { async: 1, process: 1 } })
    await world.addJob('work', { totalTimeoutMs: 5_000, retry: fixed(9, 3_000) })
    await world.addJob('long', {})
    const waiting = await world.submit({ job: 'work' })
    await failed(world, waiting, 1)
    const long = await world.submit({ job: 'long' })
    const queued = await world.submit({ job: 'work' })
    await world.pass(3_000)
    expect([world.run(waiting).lifecycle, world.run(long).lifecycle]).toEqual(['queued', 'running'])
    await world.pass(2_000)
    expect([world.run(waiting), world.run(queued)].map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ['timed_out', 1],
      ['timed_out', 0],
    ])
    expect(detail(world, waiting).events.at(-1)?.data).toEqual({ outcome: 'timed_out', attempt: 1 })
  })

  test('a retry that could not begin in time is not waited for: the failure is said at once', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('work', { totalTimeoutMs: 5_000, retry: fixed(9, 5_000) })
    const id = await world.submit({ job: 'work' })
    await failed(world, id, 1)
    expect(world.run(id).outcome).toBe('failed')
  })

  test('the total one counts from when a delayed run is queued, goes on over a restart, and follows the clock', async () => {
    const first = await openSimulatedEngine()
    await first.addJob('work', { totalTimeoutMs: 5_000 })
    const id = await first.submit({ job: 'work', delayMs: 60_000 })
    await first.pass(60_000)
    expect(startsOf(first)).toEqual([`${id}.1`])
    first.world.moveWall(-3_600_000)
    await first.report({ type: 'progress', run: id, attempt: 1, done: 1, total: 2, note: null })
    await first.pass(2_000)
    first.clock.die()
    const second = await openSimulatedEngine({ db: first.db, world: first.world })
    expect(startsOf(second)).toEqual([`${id}.2`])
    await second.pass(2_999)
    expect(second.steps).toEqual([])
    await second.pass(1)
    expect(second.steps.map(({ step, reason }) => [step, reason])).toEqual([
      ['signal', 'the run was not done within its total time of 5000 ms'],
    ])
  })
})
