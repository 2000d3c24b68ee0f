import { expect, test } from 'vitest'
import { saveJob, setJobPaused } from '../../../src-main/engine/commands/jobs.ts'
import { lastAlerts } from '../../../src-main/engine/heartbeats.ts'
import { jobNamed } from '../../../src-main/engine/views.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

const HOUR = 3_600_000

async function open(options: Parameters<typeof openSimulatedEngine>[0] = {}) {
  const world = await openSimulatedEngine(options)
  const start = world.world.wallMs
  if (options.db === undefined) await world.addJob('backup', { expectSuccessEveryMs: 24 * HOUR })
  return {
    ...world,
    start,
    /** Hours since the start of the silence, the alert and its end; and which run ended it. */
    alerts: () =>
      world.engine
        .read((state) => lastAlerts(state, 10))
        .map(({ job, quietSince, raisedAt, clearedAt, clearedBy }) => [
          job,
          (quietSince - start) / HOUR,
          (raisedAt - start) / HOUR,
          clearedAt === null ? null : (clearedAt - start) / HOUR,
          clearedBy,
        ]),
    heartbeat: () => world.engine.read((state) => jobNamed(state, 'backup').heartbeat),
    standing: () => world.engine.read((state) => state.heartbeats.standing),
    succeed: async () => {
      const id = await world.submit({ job: 'backup' })
      await world.returned(id)
      return id
    },
    pause: (isPaused: boolean) => world.command((state, tick) => setJobPaused(state, tick, 'backup', isPaused)),
  }
}

test('silence raises one alert, and the next success ends it', async () => {
  const world = await open()
  await world.pass(24 * HOUR - 1)
  expect(world.alerts()).toEqual([])
  await world.pass(1)
  expect(world.alerts()).toEqual([['backup', 0, 24, null, null]])
  expect([world.standing(), world.heartbeat()]).toMatchObject([
    1,
    { everyMs: 24 * HOUR, lastSuccess: null, alertRaisedAt: world.start + 24 * HOUR },
  ])
  await world.pass(76 * HOUR)
  expect(world.alerts()).toHaveLength(1)
  const run = await world.succeed()
  expect(world.alerts()).toEqual([['backup', 0, 24, 100, run]])
  expect([world.standing(), world.heartbeat()]).toMatchObject([
    0,
    { lastSuccess: world.start + 100 * HOUR, alertRaisedAt: null },
  ])
})

test('each success moves the next alert; a failure does not', async () => {
  const world = await open()
  await world.pass(20 * HOUR)
  await world.succeed()
  await world.pass(20 * HOUR)
  const failing = await world.submit({ job: 'backup' })
  const error = { name: 'Error', message: 'no', stack: null, hint: null }
  await world.report({
    type: 'ended',
    run: failing,
    attempt: 1,
    ending: { how: 'threw', error, cancelled: false },
    cpuMs: null,
  })
  expect(world.run(failing).outcome).toBe('failed')
  await world.pass(4 * HOUR)
  expect(world.alerts()).toEqual([['backup', 20, 44, null, null]])
})

test('an alert stands through a restart, and one silence is not told twice', async () => {
  const first = await open()
  await first.pass(25 * HOUR)
  first.clock.die()
  const next = await open({ db: first.db, world: first.world })
  await next.pass(48 * HOUR)
  expect(next.standing()).toBe(1)
  expect(next.alerts()).toHaveLength(1)
  const run = await next.succeed()
  expect(next.alerts()).toMatchObject([['backup', -25, -1, 48, run]])
})

test('silence while no host ran counts, and is told by the next one', async () => {
  const first = await open()
  first.clock.die()
  first.world.moveWall(30 * HOUR)
  const next = await open({ db: first.db, world: first.world })
  await next.pass()
  expect(next.alerts()).toEqual([['backup', -30, 0, null, null]])
})

test('nothing is expected of a paused job, and silence counts anew from when it is resumed', async () => {
  const world = await open()
  await world.pass(25 * HOUR)
  await world.pause(true)
  expect(world.alerts()).toEqual([['backup', 0, 24, 25, null]])
  await world.pass(100 * HOUR)
  await world.pause(false)
  await world.pass(23 * HOUR)
  expect(world.standing()).toBe(0)
  await world.pass(HOUR)
  expect(world.standing()).toBe(1)
})

test('a job that is saved anew keeps its last success; without the expectation its alert ends', async () => {
  const world = await open()
  await world.succeed()
  const save = (expectSuccessEveryMs: number | null) =>
    world.command((state, tick) => {
      const { definition } = jobNamed(state, 'backup')
      const changed = { ...definition, expectSuccessEveryMs }
      saveJob(state, tick, { name: 'backup', definition: changed, description: null, priority: 0, replace: true })
    })
  await world.pass(3 * HOUR)
  await save(2 * HOUR)
  expect(world.alerts()).toEqual([['backup', 0, 3, null, null]])
  await save(null)
  expect([world.standing(), world.heartbeat()]).toEqual([0, null])
})

test('a private engine raises no alert: it sees only what it runs itself', async () => {
  const host = await open()
  host.clock.die()
  const engine = await open({ db: host.db, world: host.world, isPrivate: true })
  await engine.pass(30 * HOUR)
  expect(engine.alerts()).toEqual([])
})
