import { expect, test } from 'vitest'
import { attentionView } from '../../../src-main/engine/attention.ts'
import { putByHand, setQueuePaused } from '../../../src-main/engine/commands/queues.ts'
import { cancel, kill } from '../../../src-main/engine/commands/cancel.ts'
import { seeFailures } from '../../../src-main/engine/history/failures.ts'
import { setRetention } from '../../../src-main/engine/history/retention.ts'
import { queueDetail } from '../../../src-main/engine/objects/queue-views.ts'
import { semaphoreDetail } from '../../../src-main/engine/objects/semaphore-views.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import type { Reading } from '../../../src-main/interpreters/telemetry/gauges.ts'
import { openRuns } from '../../support/objects.ts'

const small = { maxsize: 1, order: 'fifo', maxDeliveries: 1 } as const
const put: Call = { on: 'queue', name: 'q', spec: small, do: 'put', item: '1', priority: 0 }
const get: Call = { on: 'queue', name: 'q', spec: small, do: 'get', done: [] }

async function watch(runs: number) {
  const world = await openRuns(runs)
  const view = attentionView(world.engine)
  const rows = () => view.rows().map(({ row }) => row)
  return { ...world, rows, meta: () => view.meta(), counts: () => (view.rows(), view.meta().counts) }
}

test('a full queue with a blocked producer is said, and no more once it is paused or has room', async () => {
  const world = await watch(2)
  await world.get(0, put)
  expect(world.rows()).toEqual([])
  const since = world.engine.now
  await world.call(1, put)
  const said = { kind: 'backpressure', queue: 'q', since, producers: 1, maxsize: 1, consumers: 0 }
  expect(world.rows()).toEqual([said])
  expect(world.counts()).toMatchObject({ backpressure: 1 })
  const state = () => world.engine.read((all) => queueDetail(all, 'q', 1).state)
  expect(state()).toBe('backpressure')
  await world.command((all, tick) => setQueuePaused(all, tick, 'q', true))
  expect([state(), world.rows()]).toEqual(['paused', []])
  await world.command((all, tick) => setQueuePaused(all, tick, 'q', false))
  expect(world.rows()).toEqual([said])
  await world.get(0, get)
  expect([state(), world.rows()]).toEqual(['flowing', []])
  const { events } = world.engine.read((all) => queueDetail(all, 'q', 1))
  expect(events.map(({ what }) => what)).toEqual(['has_room', 'resumed', 'paused', 'full', 'created'])
})

const reading = (more: Partial<Reading>): Reading => ({
  key: '1.1',
  role: { kind: 'async' },
  pid: 50,
  launchedAt: 0,
  sample: null,
  sampledAt: null,
  rss: null,
  blockedSince: null,
  isRetired: false,
  endedAt: null,
  ...more,
})
const sampleOf = (runs: number[]): NonNullable<Reading['sample']> => ({
  thread: 1,
  heapUsed: 1,
  heapLimit: 2,
  rss: 3,
  loopUtilisation: 1,
  loopDelayP99Ms: 1,
  runs,
  runsDone: 0,
})

test('a shared event loop that does not turn is said after 2 s with what is on it, and no more when it turns', async () => {
  const world = await watch(2)
  const since = world.engine.now
  const [run, other] = [world.runOf(0), world.runOf(1)]
  world.gauges.push(reading({ sample: sampleOf([run, other]), blockedSince: since }))
  await world.pass(1_999)
  expect(world.rows()).toEqual([])
  await world.pass(1_000)
  const runs = [run, other].map((id) => ({ run: id, name: 'work' }))
  expect(world.rows()).toEqual([
    { kind: 'blocked_loop', key: '1.1', of: 'async', interpreter: null, name: null, since, runs },
  ])
  expect(world.counts()).toMatchObject({ blocked_loop: 1 })
  world.gauges.splice(0, 1, reading({ sample: sampleOf([run, other]) }))
  await world.pass(1_000)
  expect(world.rows()).toEqual([])
})

test('a loop that a run has to itself may be busy for 5 minutes; a pool that has never answered is given time to start', async () => {
  const world = await watch(1)
  const since = world.engine.now
  const own = { role: { kind: 'process', run: world.runOf(0), attempt: 1 }, blockedSince: since } as const
  world.gauges.push(reading({ key: '2', ...own }), reading({ key: '3', blockedSince: since }))
  await world.pass(2_900)
  expect(world.rows()).toEqual([])
  await world.pass(1_100)
  expect(world.rows()).toMatchObject([{ kind: 'blocked_loop', key: '3', runs: [{ run: world.runOf(0) }] }])
  await world.pass(296_000)
  expect(world.rows()).toMatchObject([{ key: '3' }, { key: '2', of: 'process' }])
})

test('runs that went wrong are counted until somebody looks at the history, also when seen ones are removed', async () => {
  const world = await watch(5)
  const unseen = () => (world.rows(), world.meta().unseenFailures)
  await world.endRun(0, 'threw')
  await world.endRun(1, 'returned')
  await world.endRun(2, 'threw')
  expect(unseen()).toBe(2)
  await world.command(seeFailures)
  expect(unseen()).toBe(0)
  await world.endRun(3, 'threw')
  expect(unseen()).toBe(1)
  await world.command((state, tick) => setRetention(state, tick, { maxAgeMs: null, maxBytes: null, maxRuns: 2 }))
  await world.pass(60_000)
  expect(world.engine.read((state) => state.counters.get('was_failed'))).toBe(2)
  expect(unseen()).toBe(1)
  await world.command((state, tick) => setRetention(state, tick, { maxAgeMs: null, maxBytes: null, maxRuns: 0 }))
  await world.pass(60_000)
  expect(unseen()).toBe(0)
})

test('dead letters are said until somebody sees to them', async () => {
  const world = await watch(1)
  await world.command((state, tick) => putByHand(state, tick, { name: 'q', value: '1', priority: null, create: small }))
  await world.get(0, get)
  await world.endRun(0, 'threw')
  expect(world.rows()).toContainEqual({ kind: 'dead_letters', queue: 'q', dead: 1 })
})

test('a run that does not react to its cancel is said after 3 s with when it is killed, and again when that takes long', async () => {
  const world = await watch(1)
  const run = world.runOf(0)
  const graceMs = world.engine.read((state) => state.live.get(run)?.definition.graceMs ?? 0)
  await world.command((state, tick) => cancel(state, tick, run, null))
  const since = world.engine.now
  await world.pass(2_999)
  expect(world.rows()).toEqual([])
  await world.pass(1)
  const said = { kind: 'stuck_stop', run, name: 'work' }
  expect(world.rows()).toEqual([{ ...said, phase: 'signalled', since, killsAt: since + graceMs }])
  await world.pass(graceMs - 3_000)
  expect(world.rows()).toEqual([])
  await world.pass(2_000)
  expect(world.rows()).toEqual([{ ...said, phase: 'killing', since: since + graceMs, killsAt: null }])
})

test('a job is said by how often in a row it failed, until a run of it succeeds or it is paused', async () => {
  const world = await watch(3)
  await world.endRun(0, 'returned')
  await world.endRun(1, 'threw')
  await world.endRun(2, 'threw')
  await world.pass(1_000)
  expect(world.rows()).toMatchObject([{ kind: 'failing_job', job: 'work', failures: 2, run: world.runOf(2) }])
  const again = await world.submit({ job: 'work' })
  await world.end(again, 'returned')
  await world.pass(1_000)
  expect(world.rows()).toEqual([])
})

test('who waits for a lock is said after five minutes, with who has it', async () => {
  const world = await watch(2)
  const acquire: Call = { on: 'lock', name: 'l', do: 'acquire' }
  await world.get(0, acquire)
  const since = world.engine.now
  await world.call(1, acquire)
  await world.pass(299_000)
  expect(world.rows()).toEqual([])
  await world.pass(1_000)
  const holder = { run: world.runOf(0), name: 'work' }
  expect(world.rows()).toEqual([{ kind: 'starving', what: 'lock', name: 'l', since, waiting: 1, holder }])
})

test('what a semaphore has out and what is free are all of its permits, whatever is set', async () => {
  const world = await watch(2)
  const acquire: Call = {
    on: 'semaphore',
    name: 's',
    spec: { permits: 3, bounded: false, perMs: null },
    do: 'acquire',
    amount: 2,
  }
  await world.get(0, acquire)
  await world.call(1, acquire)
  const look = () => world.engine.read((state) => semaphoreDetail(state, 'semaphore', 's', 10))
  expect(look()).toMatchObject({ permits: 3, held: 2, free: 1, holding: 1, waiting: 1, waitingSince: world.engine.now })
  await world.command((state, tick) => cancel(state, tick, world.runOf(0), null))
  await world.endRun(0, 'threw')
  expect(look()).toMatchObject({ held: 2, free: 1, holding: 1, waiting: 0, waitingSince: null })
})

test('a run that is being stopped is forced to end before its grace period, and only such a run', async () => {
  const world = await watch(2)
  const [run, other] = [world.runOf(0), world.runOf(1)]
  await expect(world.command((state, tick) => kill(state, tick, run))).rejects.toMatchObject({
    code: 'RUN_NOT_STOPPING',
  })
  await world.command((state, tick) => cancel(state, tick, run, null))
  await world.command((state, tick) => kill(state, tick, run))
  await world.command((state, tick) => kill(state, tick, run))
  expect(world.steps.map(({ run: of, step }) => [of, step])).toEqual([
    [run, 'signal'],
    [run, 'kill'],
  ])
  await world.endRun(1, 'returned')
  await expect(world.command((state, tick) => kill(state, tick, other))).rejects.toMatchObject({ code: 'RUN_FINISHED' })
  await expect(world.command((state, tick) => kill(state, tick, 999))).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
})
