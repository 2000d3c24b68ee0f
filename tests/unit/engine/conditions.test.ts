import { expect, test } from 'vitest'
import * as v from 'valibot'
import { Problem } from '../../../src-preload/problem.ts'
import { saveScheduleSchema } from '../../../src-preload/schedule-contract.ts'
import type { Surroundings } from '../../../src-main/core/conditions.ts'
import { saveSchedule } from '../../../src-main/engine/commands/schedules.ts'
import { scheduleRow, slotPage } from '../../../src-main/engine/schedules/views.ts'
import { runRow } from '../../../src-main/engine/views.ts'
import { openSimulatedEngine, usualSurroundings } from '../../support/simulated-engine.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const onBattery: Surroundings = { ...usualSurroundings, acPower: false }

async function open(surroundings = onBattery, more: Parameters<typeof openSimulatedEngine>[0] = {}) {
  const world = await openSimulatedEngine({ slots: { async: 10, process: 1 }, surroundings, ...more })
  return {
    ...world,
    /** The host has looked at the machine. */
    see: async (seen: Partial<Surroundings>) => {
      world.engine.takeSurroundings({ ...surroundings, ...seen })
      await world.pass()
    },
    waits: (id: number) => world.engine.read((state) => runRow(state, world.run(id)).waits),
    schedule: (content: object) => {
      const request = v.parse(saveScheduleSchema, { name: 'it', job: 'work', timing: hourly, ...content })
      return world.command((state, tick) => saveSchedule(state, tick, request))
    },
    ledger: () => world.engine.read((state) => slotPage(state, state.schedules.named('it'), 8.64e15, 50).rows),
  }
}
const hourly = { kind: 'cron', expression: '0 * * * *', zone: 'UTC' }

test('a run on battery waits for AC power, says so since when, and starts when it comes', async () => {
  const world = await open()
  await world.addJob('work', { conditions: { acPower: true } })
  const id = await world.submit({ job: 'work' })
  const queuedAt = world.world.wallMs
  await world.pass(5 * MINUTE)
  expect(world.started).toEqual([])
  expect(world.waits(id)).toMatchObject([
    { kind: 'machine', condition: 'ac_power', resource: 'AC power', since: queuedAt, isKnown: true, hint: null },
  ])
  await world.see({ acPower: true })
  expect(world.startedRuns()).toEqual([id])
})

test('the wait began when the power went, not when the run came', async () => {
  const world = await open(usualSurroundings, { slots: { async: 1, process: 1 } })
  await world.addJob('work', { conditions: { acPower: true } })
  const [first, second] = [await world.submit({ job: 'work' }), await world.submit({ job: 'work' })]
  await world.pass(MINUTE)
  await world.see({ acPower: false })
  await world.returned(first)
  expect(world.waits(second)).toMatchObject([{ kind: 'machine', since: world.world.wallMs }])
  await world.pass(MINUTE)
  await world.see({ acPower: true })
  expect(world.startedRuns()).toEqual([first, second])
})

test('many runs of several jobs start together, and each by all of its conditions', async () => {
  const world = await open({ ...onBattery, network: false, idleMs: 0 })
  await world.addJob('power', { conditions: { acPower: true } })
  await world.addJob('both', { conditions: { acPower: true, network: 'up' } })
  await world.addJob('idle', { conditions: { idleMs: 10 * MINUTE } })
  await world.addJob('free')
  for (const job of ['power', 'both', 'idle', 'power', 'free']) await world.submit({ job })
  expect(world.startedRuns()).toEqual([5])
  await world.see({ acPower: true, network: false, idleMs: 9 * MINUTE })
  expect(world.startedRuns()).toEqual([5, 1, 4])
  await world.see({ acPower: true, network: true, idleMs: 9 * MINUTE })
  expect(world.startedRuns()).toEqual([5, 1, 4, 2])
  await world.see({ acPower: true, network: true, idleMs: 10 * MINUTE })
  expect(world.startedRuns()).toEqual([5, 1, 4, 2, 3])
})

test('what waits too long for its conditions is skipped, and its error says for what', async () => {
  const world = await open()
  await world.addJob('work', { conditions: { acPower: true, waitMs: 2 * HOUR } })
  const id = await world.submit({ job: 'work' })
  await world.pass(2 * HOUR - 1)
  expect(world.run(id).lifecycle).toBe('queued')
  await world.pass(1)
  expect(world.run(id)).toMatchObject({ lifecycle: 'finished', outcome: 'skipped' })
  expect(world.run(id).error).toContain('it waited 7200 s for AC power')
})

test('what waits for a slot when its conditions hold is not skipped for them', async () => {
  const world = await open(usualSurroundings, { slots: { async: 1, process: 1 } })
  await world.addJob('work', { conditions: { acPower: true, waitMs: MINUTE }, queueTimeoutMs: 5 * MINUTE })
  const [first, second] = [await world.submit({ job: 'work' }), await world.submit({ job: 'work' })]
  await world.pass(3 * MINUTE)
  expect(world.run(second).lifecycle).toBe('queued')
  await world.pass(2 * MINUTE)
  expect(world.run(second)).toMatchObject({ outcome: 'timed_out' })
  expect(world.run(first).lifecycle).toBe('running')
})

test('a slot that is not to wait for its conditions is skipped, and the ledger says why', async () => {
  const world = await open()
  await world.addJob('work')
  await world.schedule({ conditions: { acPower: true, waitMs: 0 } })
  await world.pass(HOUR)
  await world.see({ acPower: true })
  await world.pass(HOUR)
  expect(world.ledger().map(({ outcome, why, run }) => [outcome, why, run])).toEqual([
    ['run', null, 1],
    ['skipped', 'conditions', null],
  ])
  expect(world.startedRuns()).toEqual([1])
})

test('the conditions of a schedule stand on top of those of its job, for its runs only', async () => {
  const world = await open({ ...onBattery, network: false })
  await world.addJob('work', { conditions: { network: 'up' } })
  await world.schedule({ conditions: { acPower: true } })
  await world.pass(HOUR)
  expect(world.waits(1)).toMatchObject([{ condition: 'ac_power' }])
  await world.see({ acPower: true, network: false })
  expect(world.waits(1)).toMatchObject([{ condition: 'network' }])
  await world.see({ acPower: false, network: true })
  expect(world.startedRuns()).toEqual([])
  expect(await world.submit({ job: 'work' })).toBe(2)
  expect(world.startedRuns()).toEqual([2])
})

test('after a restart it waits on, and what the next host cannot see is said with what to do', async () => {
  const first = await open()
  await first.addJob('work', { conditions: { acPower: true } })
  const id = await first.submit({ job: 'work' })
  first.clock.die()
  const next = await open({ ...onBattery, acPower: null }, { db: first.db, world: first.world })
  await next.pass(MINUTE)
  expect(next.waits(id)).toMatchObject([
    { kind: 'machine', isKnown: false, hint: 'Use the desktop app, or leave the condition out.' },
  ])
  await next.see({ acPower: true })
  expect(next.startedRuns()).toEqual([id])
})

test('a condition that the host cannot see is refused when it is saved', async () => {
  const world = await open()
  await expect(world.addJob('work', { conditions: { idleMs: MINUTE } })).rejects.toThrow(Problem)
  await world.addJob('work')
  await expect(world.schedule({ conditions: { network: 'unmetered' } })).rejects.toThrow(
    'This host cannot wait for an unmetered network: it does not see that.',
  )
})

test('a schedule in the zone of the system follows it: slots up to then by the old zone, none twice', async () => {
  const world = await open({ ...usualSurroundings, zone: 'Europe/Berlin' })
  await world.addJob('work')
  await world.schedule({ timing: { kind: 'cron', expression: '0 9 * * *', zone: 'system' }, overlap: 'allow' })
  const words = () => world.engine.read((state) => scheduleRow(state, state.schedules.named('it')).words)
  expect(words()).toBe('every day at 09:00 in Europe/Berlin, where the system is')
  const start = world.world.wallMs
  await world.pass(20 * HOUR)
  expect(world.startedRuns()).toEqual([1])
  // Nine o'clock has passed there too, but nobody had planned that.
  await world.see({ zone: 'America/New_York' })
  expect(words()).toBe('every day at 09:00 in America/New_York, where the system is')
  await world.pass(24 * HOUR)
  expect(world.ledger().map(({ at }) => (at - start) / HOUR)).toEqual([38, 8])
})

test('a delay is not moved by the wall clock, a moment is', async () => {
  const world = await open(usualSurroundings)
  await world.addJob('work')
  const start = world.world.wallMs
  const delayed = await world.submit({ job: 'work', delayMs: HOUR })
  const planned = await world.submit({ job: 'work', at: start + 4 * HOUR })
  world.world.moveWall(3 * HOUR)
  await world.pass(59 * MINUTE)
  expect(world.startedRuns()).toEqual([])
  await world.pass(MINUTE)
  expect(world.startedRuns()).toEqual([delayed, planned])
})
