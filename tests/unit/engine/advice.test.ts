import * as v from 'valibot'
import { expect, test } from 'vitest'
import { definitionSchema } from '../../../src-preload/definition.ts'
import { adviceFor } from '../../../src-main/engine/advice.ts'
import { saveJob } from '../../../src-main/engine/commands/jobs.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

test('advice comes from the runs of the job that succeeded and were measured', async () => {
  const world = await openSimulatedEngine()
  await world.addJob('pages', { executor: 'thread' })
  const advice = () => world.engine.read((state) => adviceFor(state, 'pages'))
  const play = async (cpuMs: number | null, isGood = true) => {
    const run = await world.submit({ job: 'pages' })
    await world.pass(400)
    const error = { name: 'Error', message: 'no', stack: null, hint: null }
    const ending = isGood
      ? { how: 'returned' as const, result: 'null' }
      : { how: 'threw' as const, error, cancelled: false }
    await world.report({ type: 'ended', run, attempt: 1, ending, cpuMs })
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
    reason: '1 % CPU, 396 ms waiting: others can use the time',
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
