import { expect, test } from 'vitest'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { runDetail } from '../../../src-main/engine/views.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

async function cancelled(definition: object) {
  const world = await openSimulatedEngine()
  await world.addJob('work', { graceMs: 5_000, ...definition })
  const run = await world.submit({ job: 'work' })
  await world.command((state, tick) => cancel(state, tick, run, null))
  const stop = () => world.engine.read((state) => runDetail(state, run)).stop
  const steps = () => world.steps.map(({ step }) => step)
  return { ...world, run, stop, steps }
}

test('after the grace period the group of a script gets SIGTERM, and a second later SIGKILL', async () => {
  const { pass, stop, steps } = await cancelled({ executor: 'process' })
  await pass(5_000)
  expect(steps()).toEqual(['signal', 'terminate'])
  expect(stop()).toMatchObject({ phase: 'signalled' })
  await pass(1_000)
  expect(steps()).toEqual(['signal', 'terminate', 'kill'])
  const { requestedAt = 0, terminatedAt = 0, killedAt = 0 } = stop() ?? {}
  expect([terminatedAt - requestedAt, killedAt - requestedAt]).toEqual([5_000, 6_000])
})

test('a script of a shared process has no group: its grace period ends with SIGKILL', async () => {
  const { pass, steps } = await cancelled({ executor: 'async' })
  await pass(5_000)
  expect(steps()).toEqual(['signal', 'kill'])
})

test('without a grace period there is nothing to wait for', async () => {
  const { pass, steps } = await cancelled({ executor: 'process', graceMs: 0 })
  await pass(0)
  expect(steps()).toEqual(['signal', 'kill'])
})

test('a stop says since when a shield holds it up, and no longer than it does', async () => {
  const { pass, report, stop, run, clock } = await cancelled({ executor: 'process' })
  await pass(2_000)
  const since = clock.wallMs()
  const name = { type: 'shielded', run, attempt: 1 } as const
  await report({ ...name, since })
  await pass(1_000)
  expect(stop()).toMatchObject({ phase: 'signalled', shieldedAt: since })
  // What a script says of its own clock is held within the attempt.
  await report({ ...name, since: since + 1e9 })
  expect(stop()?.shieldedAt).toBe(clock.wallMs())
  await report({ ...name, attempt: 2, since: null })
  expect(stop()).toHaveProperty('shieldedAt')
  await report({ ...name, since: null })
  expect(stop()).not.toHaveProperty('shieldedAt')
})
