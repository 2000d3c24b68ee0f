import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { Problem } from '../../../src-preload/problem.ts'
import { saveScheduleSchema } from '../../../src-preload/schedule-contract.ts'
import { removeJob } from '../../../src-main/engine/commands/jobs.ts'
import { retry } from '../../../src-main/engine/commands/submit.ts'
import {
  backfill,
  removeSchedule,
  saveSchedule,
  setSchedulePaused,
} from '../../../src-main/engine/commands/schedules.ts'
import { scheduleRow, slotPage, upcomingSlots } from '../../../src-main/engine/schedules/views.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** An engine whose virtual day begins at midnight UTC, with the job `work` and the schedule `hourly` of it. */
async function openHourly(schedule: object = {}, options: Parameters<typeof openSimulatedEngine>[0] = {}) {
  const world = await openSimulatedEngine({ slots: { async: 20, process: 1 }, ...options })
  const start = world.world.wallMs
  const save = (content: object) => {
    const request = v.parse(saveScheduleSchema, { name: 'hourly', job: 'work', timing: everyHour, ...content })
    return world.command((state, tick) => saveSchedule(state, tick, request))
  }
  if (options.db === undefined) {
    await world.addJob('work')
    await save(schedule)
  }
  /** What became of the slots, in their order: hours since the start. */
  const ledger = () =>
    world.engine
      .read((state) => slotPage(state, state.schedules.named('hourly'), 8.64e15, 500))
      .rows.toReversed()
      .map(({ at, through, outcome, why, run }) => ({
        at: (at - start) / HOUR,
        ...(through === at ? {} : { through: (through - start) / HOUR }),
        outcome,
        ...(why === null ? {} : { why }),
        ...(run === null ? {} : { run }),
      }))
  return {
    ...world,
    start,
    save,
    ledger,
    row: () => world.engine.read((state) => scheduleRow(state, state.schedules.named('hourly'))),
    /** The machine sleeps: real time passes, and nobody sees it. */
    sleep: (ms: number) => world.world.moveWall(ms),
  }
}
const everyHour = { kind: 'cron', expression: '0 * * * *', zone: 'UTC' }

describe('a schedule', () => {
  test('makes a run at each of its slots, which the run knows', async () => {
    const world = await openHourly({ input: { n: 1 }, priority: 5 })
    await world.pass(HOUR - 1)
    expect(world.started).toEqual([])
    await world.pass(1)
    expect(world.started).toMatchObject([
      { job: 'work', slot: world.start + HOUR, backfilled: false, input: '{"n":1}' },
    ])
    expect(world.run(1)).toMatchObject({ origin: 'schedule', priority: 5, slot_at: world.start + HOUR })
    await world.returned(1)
    await world.pass(HOUR)
    expect(world.ledger()).toEqual([
      { at: 1, outcome: 'run', run: 1 },
      { at: 2, outcome: 'run', run: 2 },
    ])
    expect(world.row()).toMatchObject({ next: world.start + 3 * HOUR, unfinished: [2], waiting: 0 })
  })

  test('goes on in the next life from its cursor: one late run for all that was missed', async () => {
    const first = await openHourly()
    await first.pass(HOUR)
    await first.returned(1)
    first.clock.die()
    first.sleep(8 * HOUR + 30 * MINUTE)
    const next = await openHourly({}, { db: first.db, world: first.world })
    await next.pass(0)
    expect(first.ledger().slice(1)).toEqual([
      { at: 2, through: 8, outcome: 'missed', why: 'superseded' },
      { at: 9, outcome: 'late', run: 2 },
    ])
    expect(next.started).toMatchObject([{ run: 2, slot: first.start + 9 * HOUR }])
  })

  test('decides within half a minute after the machine slept, and nothing anew after the clock went back', async () => {
    const world = await openHourly({ overlap: 'allow' })
    await world.pass(HOUR)
    world.sleep(5 * HOUR)
    await world.pass(30_000)
    expect(world.ledger().slice(1)).toEqual([
      { at: 2, through: 5, outcome: 'missed', why: 'superseded' },
      { at: 6, outcome: 'run', run: 2 },
    ])
    world.sleep(-3 * HOUR)
    await world.pass(3 * HOUR - MINUTE)
    expect(world.startedRuns()).toEqual([1, 2])
    await world.pass(HOUR + MINUTE)
    expect(world.ledger().slice(3)).toEqual([{ at: 7, outcome: 'run', run: 3 }])
  })

  test('catches up with all of them when asked, spaced', async () => {
    const catchUp = { policy: 'all', windowMs: DAY, cap: 3, spacingMs: 10_000 }
    const world = await openHourly({ catchUp, overlap: 'allow' })
    world.sleep(5 * HOUR + 10 * MINUTE)
    // It is noticed within half a minute.
    for (let seconds = 0; seconds < 30 && world.ledger().length === 0; seconds += 1) await world.pass(1_000)
    expect(world.ledger().map(({ outcome }) => outcome)).toEqual(['missed', 'late', 'late', 'late'])
    expect(world.startedRuns()).toEqual([1])
    await world.pass(10_000)
    expect(world.startedRuns()).toEqual([1, 2])
    await world.pass(10_000)
    expect(world.startedRuns()).toEqual([1, 2, 3])
  })

  test('makes runs due later by its jitter, and keeps the planned instant', async () => {
    const world = await openHourly({ timing: { ...everyHour, jitterMs: 30 * MINUTE } })
    await world.pass(HOUR)
    const { due_at, slot_at } = world.run(1)
    expect(slot_at).toBe(world.start + HOUR)
    expect(due_at).toBeGreaterThan(world.start + HOUR)
    expect(due_at).toBeLessThanOrEqual(world.start + HOUR + 30 * MINUTE)
    await world.pass(30 * MINUTE)
    expect(world.startedRuns()).toEqual([1])
  })
})

describe('while a run is unfinished', () => {
  test('skip: the slot has no run', async () => {
    const world = await openHourly({ overlap: 'skip' })
    await world.pass(2 * HOUR)
    expect(world.ledger()).toEqual([
      { at: 1, outcome: 'run', run: 1 },
      { at: 2, outcome: 'skipped', why: 'overlap' },
    ])
  })

  test('allow: they run beside each other', async () => {
    const world = await openHourly({ overlap: 'allow' })
    await world.pass(2 * HOUR)
    expect(world.startedRuns()).toEqual([1, 2])
  })

  test('queue: the slots wait, and run one after the other, also in the next life', async () => {
    const first = await openHourly({ overlap: 'queue' })
    await first.pass(3 * HOUR)
    expect(first.startedRuns()).toEqual([1])
    expect(first.row()).toMatchObject({ unfinished: [1], waiting: 2 })
    first.clock.die()
    const next = await openHourly({}, { db: first.db, world: first.world })
    await next.returned(1, 2)
    expect(next.startedRuns()).toEqual([1, 2])
    await next.returned(2)
    await next.returned(3)
    expect(first.ledger()).toEqual([
      { at: 1, outcome: 'run', run: 1 },
      { at: 2, outcome: 'late', run: 2 },
      { at: 3, outcome: 'run', run: 3 },
    ])
    expect(next.row()).toMatchObject({ unfinished: [], waiting: 0 })
  })

  test('cancel: the earlier run is cancelled, and the next starts when it is seen dead', async () => {
    const world = await openHourly({ overlap: 'cancel' })
    await world.pass(2 * HOUR)
    expect(world.steps).toMatchObject([
      { run: 1, step: 'signal', reason: 'the next slot of the schedule "hourly" has come' },
    ])
    expect(world.startedRuns()).toEqual([1])
    await world.report({
      type: 'ended',
      run: 1,
      attempt: 1,
      ending: { how: 'exited', code: null, signal: 'SIGTERM' },
      cpuMs: null,
    })
    expect(world.run(1).outcome).toBe('cancelled')
    expect(world.startedRuns()).toEqual([1, 2])
  })
})

describe('by hand', () => {
  test('a paused schedule passes its slots by, and goes on where it is resumed', async () => {
    const world = await openHourly()
    await world.command((state, tick) => setSchedulePaused(state, tick, 'hourly', true))
    await world.pass(2.5 * HOUR)
    expect(world.row()).toMatchObject({ next: null, pausedAt: world.start })
    await world.command((state, tick) => setSchedulePaused(state, tick, 'hourly', false))
    await world.pass(HOUR / 2)
    expect(world.ledger()).toEqual([
      { at: 1, through: 2, outcome: 'skipped', why: 'paused' },
      { at: 3, outcome: 'run', run: 1 },
    ])
  })

  test('an edit decides the slots before it by what was, and keeps what follows to what is', async () => {
    const world = await openHourly({ overlap: 'allow' })
    world.sleep(2 * HOUR)
    await world.save({ replace: true, overlap: 'allow', timing: { ...everyHour, expression: '30 * * * *' } })
    await world.pass(HOUR)
    expect(world.ledger()).toEqual([
      { at: 1, outcome: 'missed', why: 'superseded' },
      { at: 2, outcome: 'run', run: 1 },
      { at: 2.5, outcome: 'run', run: 2 },
    ])
  })

  test('a schedule that is removed leaves its runs and its ledger', async () => {
    const world = await openHourly({ overlap: 'queue' })
    await world.pass(2 * HOUR)
    await world.command((state, tick) => removeSchedule(state, tick, 'hourly'))
    await world.returned(1)
    await world.pass(2 * HOUR)
    expect(world.startedRuns()).toEqual([1])
    expect(world.db.prepare('SELECT outcome, why FROM slots ORDER BY slot_at').all()).toEqual([
      { outcome: 'run', why: null },
      { outcome: 'skipped', why: 'removed' },
    ])
  })

  test('past slots without a run are backfilled once, labelled', async () => {
    const world = await openHourly({ overlap: 'skip' })
    await world.pass(3 * HOUR)
    const range = { name: 'hourly', from: world.start - DAY, until: world.start + DAY, limit: 500 }
    const ask = (more: object) =>
      world.command((state, tick) => backfill(state, tick, { ...range, preview: false, ...more }))
    // A day before the start, and the slots 2 and 3, which were skipped.
    expect((await ask({ preview: true })).slots).toHaveLength(27)
    const inHours = (slots: { at: number; run: number | null }[]) =>
      slots.map(({ at, run }) => [(at - world.start) / HOUR, run])
    const made = await ask({ from: world.start, limit: 2 })
    expect(inHours(made.slots)).toEqual([
      [0, 2],
      [2, 3],
    ])
    expect(made.more).toBe(true)
    expect(inHours((await ask({ from: world.start })).slots)).toEqual([[3, 4]])
    expect((await ask({ from: world.start })).slots).toEqual([])
    expect(world.started.slice(1)).toMatchObject([{ backfilled: true }, { backfilled: true }, { backfilled: true }])
    // They are not in the way of the schedule's own runs.
    await world.returned(1)
    await world.pass(HOUR)
    expect(world.ledger().at(-1)).toEqual({ at: 4, outcome: 'run', run: 5 })
  })

  test('a run that is tried again keeps its slot', async () => {
    const world = await openHourly()
    await world.pass(HOUR)
    await world.returned(1)
    const { id } = await world.command((state, tick) => retry(state, tick, 1, null))
    expect(world.run(id)).toMatchObject({ origin: 'retry', slot_at: world.start + HOUR })
  })

  test('what cannot be is refused', async () => {
    const world = await openHourly()
    const refused = async (promise: Promise<unknown>) => {
      const error: unknown = await promise.then(
        () => null,
        (reason: unknown) => reason,
      )
      return error instanceof Problem ? error.code : error
    }
    expect(await refused(world.save({}))).toBe('SCHEDULE_EXISTS')
    expect(await refused(world.save({ name: 'x', job: 'none' }))).toBe('JOB_NOT_FOUND')
    expect(await refused(world.save({ name: 'x', timing: { ...everyHour, expression: '0 0 31 2 *' } }))).toBe(
      'BAD_SCHEDULE',
    )
    expect(await refused(world.save({ name: 'x', timing: { ...everyHour, zone: 'Mars/Base' } }))).toBe('BAD_SCHEDULE')
    expect(await refused(world.save({ name: 'x', timing: { kind: 'once', at: 5, zone: 'UTC' } }))).toBe('BAD_SCHEDULE')
    expect(await refused(world.command((state, tick) => removeJob(state, tick, 'work')))).toBe('JOB_SCHEDULED')
    expect(await refused(world.command((state, tick) => removeSchedule(state, tick, 'none')))).toBe(
      'SCHEDULE_NOT_FOUND',
    )
  })
})

test('the slots of all schedules come in one order', async () => {
  const world = await openHourly()
  await world.save({ name: 'half', timing: { ...everyHour, expression: '30 */2 * * *' } })
  await world.save({ name: 'silent', timing: everyHour })
  await world.command((state, tick) => setSchedulePaused(state, tick, 'silent', true))
  const { rows, more } = world.engine.read((state) => upcomingSlots(state, world.start, { hours: 3, limit: 4 }))
  expect(rows.map(({ schedule, at }) => [schedule, (at - world.start) / HOUR])).toEqual([
    ['half', 0.5],
    ['hourly', 1],
    ['hourly', 2],
    ['half', 2.5],
  ])
  expect(more).toBe(true)
})

test('a private engine leaves the slots to the hosts', async () => {
  const first = await openHourly()
  first.clock.die()
  const guest = await openHourly({}, { db: first.db, world: first.world, isPrivate: true })
  await guest.pass(5 * HOUR)
  expect(guest.started).toEqual([])
  expect(first.ledger()).toEqual([])
})

test('a host that stops leaves the slots to the next one', async () => {
  const world = await openHourly()
  await world.pass(HOUR)
  const stopped = world.engine.stop(2 * HOUR)
  await world.pass(HOUR + MINUTE)
  expect(world.ledger()).toEqual([{ at: 1, outcome: 'run', run: 1 }])
  await world.pass(2 * HOUR)
  await stopped
})

test('more schedules than one turn decides have their slots at the same moment', async () => {
  const world = await openHourly()
  for (let index = 0; index < 120; index += 1) await world.save({ name: `copy ${index}`, overlap: 'allow' })
  await world.pass(HOUR)
  const count = () => world.db.prepare('SELECT count(*) FROM slots WHERE run_id IS NOT NULL').pluck().get()
  expect(count()).toBe(121)
  await world.pass(HOUR)
  expect(count()).toBe(241)
})

test('on the days when the clocks change a nightly run comes once', async () => {
  const night = { timing: { kind: 'cron', expression: '30 2 * * *', zone: 'Europe/Berlin' }, overlap: 'allow' }
  const slotsFrom = async (start: string) => {
    const world = await openHourly(night, { world: new VirtualClock(Date.parse(start)) })
    await world.pass(2 * DAY)
    return world.started.map(({ slot }) => new Date(slot ?? 0).toISOString())
  }
  expect(await slotsFrom('2026-03-28T12:00Z')).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'])
  expect(await slotsFrom('2026-10-24T12:00Z')).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'])
})

test('a zone that the platform knows no more stops its schedule and nothing else, until it is known again', async () => {
  const first = await openHourly()
  await first.save({ name: 'other', overlap: 'allow' })
  const setZone = (zone: string) =>
    first.db.prepare(`UPDATE schedules SET timing = json_set(timing, '$.zone', ?) WHERE name = 'hourly'`).run(zone)
  setZone('Mars/Base')
  first.clock.die()
  const second = await openHourly({}, { db: first.db, world: first.world })
  await second.pass(2 * HOUR)
  expect(second.row()).toMatchObject({ next: null, fault: expect.stringContaining('"Mars/Base" is not a time zone') })
  expect(second.started.map(({ slot }) => slot)).toEqual([first.start + HOUR, first.start + 2 * HOUR])
  setZone('UTC')
  second.clock.die()
  const third = await openHourly({}, { db: first.db, world: first.world })
  await third.pass(0)
  expect(first.ledger()).toEqual([
    { at: 1, outcome: 'missed', why: 'superseded' },
    { at: 2, outcome: 'run', run: 3 },
  ])
})
