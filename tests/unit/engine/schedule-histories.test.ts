import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as v from 'valibot'
import { saveScheduleSchema } from '../../../src-preload/schedule-contract.ts'
import { overlaps } from '../../../src-preload/schedule-policy.ts'
import { saveSchedule, setSchedulePaused } from '../../../src-main/engine/commands/schedules.ts'
import { createTimetable, slotsWithin } from '../../../src-main/core/schedule/timetable.ts'
import type { Timing } from '../../../src-preload/timing.ts'
import { clockChangeEves, zones } from '../../support/zones.ts'
import { openSimulatedEngine, usualSurroundings } from '../../support/simulated-engine.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const HOUR = 3_600_000
/** Shortly before a change of the clocks in most of the zones. */
const starts = clockChangeEves(['03-28T20:00Z', '10-24T20:00Z', '03-08T04:00Z', '11-01T03:00Z'])
const timing = fc.record({
  kind: fc.constant('cron'),
  expression: fc.constantFrom('30 2 * * *', '0,40 1,2,3 * * *', '*/30 * * * *', '15 */3 * * *'),
  zone: fc.constantFrom('system', ...zones),
  overlap: fc.constantFrom('first', 'last', 'both'),
})
const content = fc.record({ timing, overlap: fc.constantFrom(...overlaps) })
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40 * 60_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.integer({ min: 0, max: 12 * HOUR }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.integer({ min: -3 * HOUR, max: 0 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause' as const), isPaused: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), content }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('travel' as const), zone: fc.constantFrom(...zones) }),
  },
)
const history = fc.record({
  start: fc.constantFrom(...starts),
  content,
  steps: fc.array(step, { minLength: 4, maxLength: 14 }),
})

test('through sleeps, jumps, restarts, journeys, pauses and edits each slot is once in the ledger, with its run', async () => {
  await fc.assert(fc.asyncProperty(history, play), { numRuns: 120 })
}, 60_000)

type Row = { slot_at: number; through: number; outcome: string; run_id: number | null }

async function play({ start, content: first, steps }: typeof history extends fc.Arbitrary<infer T> ? T : never) {
  const clock = new VirtualClock(Date.parse(start))
  let life = await openSimulatedEngine({ slots: { async: 50, process: 1 }, world: clock })
  const { db } = life
  let here = usualSurroundings.zone
  const timingOf = (request: object): Timing =>
    v.parse(saveScheduleSchema, { name: 'it', job: 'work', ...request }).timing
  const followsUs = (request: object) => timingOf(request).zone === 'system'
  const zoned = (request: object): Timing =>
    followsUs(request) ? { ...timingOf(request), zone: here } : timingOf(request)
  await life.addJob('work')
  const save = (request: object) => {
    const parsed = v.parse(saveScheduleSchema, { name: 'it', job: 'work', replace: true, ...request })
    return life.command((state, tick) => saveSchedule(state, tick, parsed))
  }
  const cursor = () => life.engine.read((state) => state.schedules.named('it').cursor)
  await save(first)

  /** Of all versions of the schedule, up to the last edit. */
  const slots: number[] = []
  let saved: object = first
  let current = createTimetable(zoned(saved))
  let since = cursor()
  for (const each of steps) {
    switch (each.do) {
      case 'wait':
        await life.pass(each.ms)
        break
      case 'sleep':
        clock.moveWall(each.ms)
        await life.pass(31_000)
        break
      case 'restart':
        life.clock.die()
        life = await openSimulatedEngine({
          slots: { async: 50, process: 1 },
          surroundings: { ...usualSurroundings, zone: here },
          world: clock,
          db,
        })
        break
      case 'pause':
        await life.command((state, tick) => setSchedulePaused(state, tick, 'it', each.isPaused))
        break
      case 'edit': {
        const until = clock.wallMs
        await save(each.content)
        slots.push(...slotsWithin(current, since, until, Infinity))
        saved = each.content
        current = createTimetable(zoned(saved))
        since = cursor()
        break
      }
      case 'travel': {
        const until = clock.wallMs
        const surroundings = { ...usualSurroundings, zone: (here = each.zone) }
        life.engine.takeSurroundings(surroundings)
        await life.pass()
        if (!followsUs(saved)) break
        slots.push(...slotsWithin(current, since, until, Infinity))
        current = createTimetable(zoned(saved))
        since = cursor()
        break
      }
      case 'end': {
        const [run] = life.engine.read((state) => [...state.live.values()])
        if (run !== undefined) await life.returned(run.id, run.state.attempt)
      }
    }
  }
  slots.push(...slotsWithin(current, since, cursor(), Infinity))

  const rows = db.prepare<[], Row>('SELECT slot_at, through, outcome, run_id FROM slots ORDER BY slot_at').all()
  expect(rows.flatMap((row) => slots.filter((slot) => slot >= row.slot_at && slot <= row.through))).toEqual(slots)
  const runs = db.prepare<[], { id: number; slot_at: number }>(`SELECT id, slot_at FROM runs ORDER BY slot_at`).all()
  expect(runs.map(({ id, slot_at }) => [slot_at, id])).toEqual(
    rows.filter(({ run_id }) => run_id !== null).map(({ slot_at, run_id }) => [slot_at, run_id]),
  )
}
