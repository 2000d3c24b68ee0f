import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { definitionSchema } from '../../../src-preload/definition.ts'
import { adviceFor } from '../../../src-main/engine/advice.ts'
import { saveJob } from '../../../src-main/engine/commands/jobs.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

const useOf = (ms: number, cpuMs: number) => ({ ms, cpuMs, loopMs: cpuMs, peakBytes: null })

test('advice comes from the runs of the job that succeeded and were measured', async () => {
  const world = await openSimulatedEngine()
  await world.addJob('pages', { executor: 'thread' })
  const advice = () => world.engine.read((state) => adviceFor(state, 'pages'))
  const play = async (cpuMs: number | null, isGood = true) => {
    const use = cpuMs === null ? null : useOf(400, cpuMs)
    const run = await world.submit({ job: 'pages' })
    await world.pass(400)
    const error = { name: 'Error', message: 'no', stack: null, hint: null }
    const ending = isGood
      ? { how: 'returned' as const, result: 'null' }
      : { how: 'threw' as const, error, cancelled: false }
    await world.report({ type: 'ended', run, attempt: 1, ending, cpuMs, use })
  }
  await play(4)
  await play(4)
  await play(400, false)
  await play(null)
  expect(advice()).toBeNull()
  await play(4)
  expect(advice()).toEqual({
    executor: 'async',
    isCurrent: false,
    runs: 3,
    cpuShare: 0.01,
    waitMs: 396,
    reason: '1 % CPU, 396 ms waiting: async',
  })
})

test('a command is given no advice, and a job that is not there is refused', async () => {
  const world = await openSimulatedEngine()
  const definition = v.parse(definitionSchema, { kind: 'command', command: { as: 'shell', line: 'true' } })
  const job = { name: 'line', definition, description: null, priority: 0, replace: false }
  await world.command((state, tick) => saveJob(state, tick, job))
  expect(world.engine.read((state) => adviceFor(state, 'line'))).toBeNull()
  expect(() => world.engine.read((state) => adviceFor(state, 'nobody'))).toThrow(/nobody/)
})

describe('a job that leaves the choice', () => {
  const openAuto = async (options: Parameters<typeof openSimulatedEngine>[0] = {}) => {
    const world = await openSimulatedEngine(options)
    if (options.db === undefined) await world.addJob('any', { executor: 'auto' })
    /** Submits a run that takes 400 ms, `cpuMs` of them on a core, and says where it ran. */
    const play = async (cpuMs: number) => {
      const run = await world.submit({ job: 'any' })
      await world.pass(400)
      const executor = world.engine.read(({ live }) => live.get(run)?.executor)
      await world.report({
        type: 'ended',
        run,
        attempt: 1,
        ending: { how: 'returned', result: 'null' },
        cpuMs: executor === 'async' ? null : cpuMs,
        use: executor === 'async' ? null : useOf(400, cpuMs),
      })
      return executor
    }
    const playMany = async (count: number, cpuMs: number) => {
      const executors: unknown[] = []
      for (let n = 0; n < count; n += 1) executors.push(await play(cpuMs))
      return executors
    }
    return { ...world, playMany, advice: () => world.engine.read((state) => adviceFor(state, 'any')) }
  }

  test('starts in processes and goes to threads when its runs keep a core busy', async () => {
    const { playMany, advice } = await openAuto()
    expect(await playMany(3, 390)).toEqual(['process', 'process', 'process'])
    expect(await playMany(2, 390)).toEqual(['thread', 'thread'])
    expect(advice()).toMatchObject({ executor: 'thread', isCurrent: true })
  })

  test('shares an event loop when it waits, and is measured in a process now and then', async () => {
    const { playMany } = await openAuto()
    const executors = await playMany(40, 55)
    expect(executors.filter((executor) => executor === 'async')).toHaveLength(35)
    expect(executors.flatMap((executor, at) => (executor === 'process' ? [at + 1] : []))).toEqual([1, 2, 3, 20, 40])
  })

  test('changes with the work', async () => {
    const { playMany } = await openAuto()
    await playMany(18, 55)
    const executors = await playMany(20, 400)
    // The first to be measured says that it is other work now.
    expect(executors.slice(0, 2)).toEqual(['async', 'process'])
    expect(executors.at(-1)).toBe('thread')
  })

  test('begins again when a run has blocked the loop it shared, or the job was changed', async () => {
    const world = await openAuto()
    expect((await world.playMany(4, 55)).at(-1)).toBe('async')
    const run = await world.submit({ job: 'any' })
    const finding = { kind: 'blocked_loop' as const, message: 'for 2 s', place: null }
    await world.report({ type: 'finding', run, attempt: 1, ...finding })
    await world.returned(run)
    expect(await world.playMany(4, 55)).toEqual(['process', 'process', 'process', 'async'])
    const definition = v.parse(definitionSchema, {
      kind: 'script',
      code: { from: 'text', name: 'b.ts', text: '' },
      executor: 'auto',
    })
    const job = { name: 'any', definition, description: null, priority: 0, replace: true }
    await world.command((state, tick) => saveJob(state, tick, job))
    expect((await world.playMany(1, 55))[0]).toBe('process')
  })

  test('knows its runs after a restart', async () => {
    const first = await openAuto()
    await first.playMany(4, 390)
    first.clock.die()
    const second = await openAuto({ db: first.db })
    expect(await second.playMany(1, 390)).toEqual(['thread'])
  })

  test('keeps to processes when it has a folder of its own', async () => {
    const world = await openSimulatedEngine()
    await world.addJob('any', { executor: 'auto', env: { A: '1' } })
    for (let n = 0; n < 4; n += 1) {
      const run = await world.submit({ job: 'any' })
      expect(world.engine.read(({ live }) => live.get(run)?.executor)).toBe('process')
      await world.pass(400)
      await world.report({
        type: 'ended',
        run,
        attempt: 1,
        ending: { how: 'returned', result: '1' },
        cpuMs: 55,
        use: useOf(400, 55),
      })
    }
  })
})
