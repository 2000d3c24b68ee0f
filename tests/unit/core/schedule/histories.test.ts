import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, IN_TIME_MS } from '../../../../src-main/core/schedule/decide.ts'
import type { Decision } from '../../../../src-main/core/schedule/decide.ts'
import { createTimetable, slotsWithin } from '../../../../src-main/core/schedule/timetable.ts'
import type { CatchUp, Overlap } from '../../../../src-preload/schedule-policy.ts'
import { overlaps } from '../../../../src-preload/schedule-policy.ts'
import { clockChangeEves, zones } from '../../../support/zones.ts'
import type { Timing } from '../../../../src-preload/timing.ts'

const MINUTE = 60_000
const DAY = 86_400_000
/** Days before a change of the clocks in each of the zones, spring and autumn. */
const starts = clockChangeEves([
  '03-06T12:00Z',
  '03-27T12:00Z',
  '04-03T12:00Z',
  '04-22T12:00Z',
  '09-04T12:00Z',
  '09-25T12:00Z',
  '10-23T12:00Z',
  '10-30T12:00Z',
])

const zone = fc.constantFrom(...zones)
const expression = fc.constantFrom('30 2 * * *', '0 */6 * * *', '45 1,2,3 * * *', '0 * * * *', '10 0 * * MON-FRI')
const shared = { startAt: null, endAt: null, jitterMs: 0 }
const timing: fc.Arbitrary<Timing> = fc.oneof(
  fc.record({
    kind: fc.constant('cron' as const),
    expression,
    zone,
    gap: fc.constantFrom('next' as const, 'skip' as const),
    overlap: fc.constantFrom('first' as const, 'last' as const, 'both' as const),
    ...constants(shared),
  }),
  fc.record({
    kind: fc.constant('interval' as const),
    everyMs: fc.integer({ min: 17 * MINUTE, max: 9 * 60 * MINUTE }),
    anchorAt: fc.constant(0),
    zone,
    ...constants(shared),
  }),
)
const catchUp: fc.Arbitrary<CatchUp> = fc.oneof(
  fc.constant({ policy: 'skip' as const }),
  fc.record({ policy: fc.constant('once' as const), windowMs: fc.integer({ min: 0, max: DAY }) }),
  fc.record({
    policy: fc.constant('all' as const),
    windowMs: fc.integer({ min: 0, max: 2 * DAY }),
    cap: fc.integer({ min: 1, max: 5 }),
    spacingMs: fc.constant(1_000),
  }),
)
const step = fc.oneof(
  // Time goes by; the machine sleeps; the clock is set forward; it is set back.
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90 * MINUTE }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3 * DAY }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: -DAY, max: 0 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), timing }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('finish' as const) }) },
)
const history = fc.record({
  start: fc.constantFrom(...starts),
  timing,
  catchUp,
  overlap: fc.constantFrom(...overlaps),
  steps: fc.array(step, { minLength: 5, maxLength: 25 }),
})

test('in 3,000 histories of sleeps, jumps and edits every slot is decided exactly once, as the policies say', () => {
  fc.assert(fc.property(history, play), { numRuns: 3_000 })
}, 60_000)

function play({
  start,
  timing: first,
  catchUp,
  overlap,
  steps,
}: typeof history extends fc.Arbitrary<infer T> ? T : never) {
  let timetable = createTimetable(first)
  let now = Date.parse(start)
  let cursor = now
  let unfinished = 0
  let waiting = 0

  const decideNow = () => {
    const question = {
      timetable,
      cursor,
      now,
      catchUp,
      overlap,
      unfinished,
      waiting,
      isHeldOff: false,
      jitterMs: 0,
      seed: 1,
    }
    const decided = decide(question)
    expect(decided.cursor).toBeGreaterThanOrEqual(cursor)
    const slots = slotsWithin(timetable, cursor, now, Infinity)
    const covered = decided.decisions.flatMap((decision) => {
      const inside = slots.filter((slot) => slot >= decision.slot && slot <= throughOf(decision))
      if ('count' in decision && decision.count !== null) expect(inside).toHaveLength(decision.count)
      return inside
    })
    // In their order and each of them once.
    expect(covered).toEqual(slots)
    obeys(decided.decisions, now, catchUp, overlap, unfinished + waiting)
    cursor = decided.cursor
    const runs = decided.decisions.filter((decision) => 'dueAt' in decision)
    waiting += runs.filter(({ dueAt }) => dueAt === null).length
    if (runs.some(({ cancelsEarlier }) => cancelsEarlier)) unfinished = 0
    unfinished += runs.filter(({ dueAt }) => dueAt !== null).length
  }

  for (const each of steps) {
    if (each.do === 'wait') now += each.ms
    if (each.do === 'finish') {
      unfinished = waiting > 0 ? 1 : 0
      waiting = Math.max(0, waiting - 1)
    }
    decideNow()
    if (each.do === 'edit') {
      timetable = createTimetable(each.timing)
      cursor = Math.max(cursor, now)
    }
  }
}

function obeys(decisions: Decision[], now: number, catchUp: CatchUp, overlap: Overlap, before: number): void {
  const runs = decisions.filter((decision) => 'dueAt' in decision)
  for (const { outcome, slot, dueAt, cancelsEarlier } of runs) {
    expect(slot).toBeLessThanOrEqual(now)
    expect(outcome).toBe(now - slot <= IN_TIME_MS ? 'run' : 'late')
    if (dueAt !== null) expect(dueAt).toBeGreaterThanOrEqual(now)
    if (outcome === 'late') {
      expect(catchUp.policy).not.toBe('skip')
      if (catchUp.policy !== 'skip') expect(now - slot).toBeLessThanOrEqual(Math.max(catchUp.windowMs, IN_TIME_MS))
    }
    expect(cancelsEarlier).toBe(overlap === 'cancel')
  }
  expect(runs.length).toBeLessThanOrEqual(catchUp.policy === 'all' ? catchUp.cap : 1)
  const atOnce = runs.filter(({ dueAt }) => dueAt !== null).length
  if (overlap === 'skip') expect(runs.length).toBeLessThanOrEqual(before > 0 ? 0 : 1)
  if (overlap === 'queue') expect(atOnce).toBeLessThanOrEqual(before > 0 ? 0 : 1)
  if (overlap !== 'skip')
    expect(decisions.some((decision) => 'why' in decision && decision.why === 'overlap')).toBe(false)
}

const throughOf = (decision: Decision): number => ('through' in decision ? decision.through : decision.slot)

function constants<T extends object>(values: T): { [Key in keyof T]: fc.Arbitrary<T[Key]> } {
  const entries = Object.entries(values).map(([key, value]) => [key, fc.constant(value)])
  return Object.fromEntries(entries) as { [Key in keyof T]: fc.Arbitrary<T[Key]> }
}
