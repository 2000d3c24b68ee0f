import { expect, test } from 'vitest'
import { decide, jitterOf, noRuns } from '../../../../src-main/core/schedule/decide.ts'
import type { Question } from '../../../../src-main/core/schedule/decide.ts'
import { createTimetable } from '../../../../src-main/core/schedule/timetable.ts'

const HOUR = 3_600_000
const hourly = createTimetable({
  kind: 'interval',
  everyMs: HOUR,
  anchorAt: 0,
  zone: 'UTC',
  startAt: null,
  endAt: null,
  jitterMs: 0,
})

const ask = (question: Partial<Question>) =>
  decide({
    timetable: hourly,
    cursor: 0,
    now: HOUR,
    catchUp: { policy: 'once', windowMs: 24 * HOUR },
    overlap: 'allow',
    unfinished: 0,
    waiting: 0,
    isHeldOff: false,
    jitterMs: 0,
    seed: 1,
    ...question,
  })

const run = (slot: number, more: object = {}) => ({
  outcome: 'run',
  slot,
  dueAt: slot,
  cancelsEarlier: false,
  ...more,
})

test('a slot runs when its moment has come, and not before', () => {
  expect(ask({ now: HOUR - 1 })).toEqual({ decisions: [], cursor: 0 })
  expect(ask({ now: HOUR })).toEqual({ decisions: [run(HOUR)], cursor: HOUR })
  expect(ask({ now: HOUR + 60_000 }).decisions).toEqual([run(HOUR, { dueAt: HOUR + 60_000 })])
})

test('after a clock that went back nothing is decided anew', () => {
  expect(ask({ cursor: 5 * HOUR, now: 2 * HOUR })).toEqual({ decisions: [], cursor: 5 * HOUR })
})

test('one late run stands for all that was missed', () => {
  expect(ask({ now: 8.5 * HOUR })).toEqual({
    decisions: [
      { outcome: 'missed', slot: HOUR, through: 7 * HOUR, count: 7, why: 'superseded' },
      run(8 * HOUR, { outcome: 'late', dueAt: 8.5 * HOUR }),
    ],
    cursor: 8 * HOUR,
  })
})

test('what is older than the window is missed, and without catching up all but the slot in time', () => {
  const catchUp = { policy: 'once', windowMs: 600_000 } as const
  expect(ask({ now: 2.5 * HOUR, catchUp }).decisions).toEqual([
    { outcome: 'missed', slot: HOUR, through: 2 * HOUR, count: 2, why: 'window' },
  ])
  expect(ask({ now: 3 * HOUR, catchUp: { policy: 'skip' } }).decisions).toEqual([
    { outcome: 'missed', slot: HOUR, through: 2 * HOUR, count: 2, why: 'no_catch_up' },
    run(3 * HOUR),
  ])
})

test('all are caught up with, spaced, up to the cap', () => {
  const catchUp = { policy: 'all', windowMs: 24 * HOUR, cap: 3, spacingMs: 5_000 } as const
  expect(ask({ now: 5 * HOUR, catchUp }).decisions).toEqual([
    { outcome: 'missed', slot: HOUR, through: 2 * HOUR, count: 2, why: 'cap' },
    run(3 * HOUR, { outcome: 'late', dueAt: 5 * HOUR }),
    run(4 * HOUR, { outcome: 'late', dueAt: 5 * HOUR + 5_000 }),
    run(5 * HOUR, { dueAt: 5 * HOUR + 10_000 }),
  ])
})

test('while a run is unfinished a slot is skipped, waits, or cancels it', () => {
  expect(ask({ overlap: 'allow', unfinished: 1 }).decisions).toEqual([run(HOUR)])
  expect(ask({ overlap: 'skip', unfinished: 1 }).decisions).toEqual([
    { outcome: 'skipped', slot: HOUR, through: HOUR, count: 1, why: 'overlap' },
  ])
  expect(ask({ overlap: 'queue', unfinished: 1 }).decisions).toEqual([run(HOUR, { dueAt: null })])
  expect(ask({ overlap: 'queue', unfinished: 1, waiting: 100 }).decisions).toMatchObject([
    { outcome: 'skipped', why: 'queue_full' },
  ])
  expect(ask({ overlap: 'cancel', unfinished: 1 }).decisions).toEqual([run(HOUR, { cancelsEarlier: true })])
})

test('a long absence costs one decision', () => {
  const { decisions } = ask({ now: 1_000_000 * HOUR })
  expect(decisions).toMatchObject([
    { outcome: 'missed', slot: HOUR, through: 999_999 * HOUR, count: null },
    { outcome: 'run', slot: 1_000_000 * HOUR },
  ])
})

test('slots that passed in a pause are one decision, and no slots are none', () => {
  expect(noRuns(hourly, 0, 3 * HOUR, 'skipped', 'paused')).toEqual([
    { outcome: 'skipped', slot: HOUR, through: 3 * HOUR, count: 3, why: 'paused' },
  ])
  expect(noRuns(hourly, 0, HOUR - 1, 'skipped', 'paused')).toEqual([])
})

test('jitter is within its bound, spread, and the same for the same slot', () => {
  const jitters = Array.from({ length: 1_000 }, (_none, index) => jitterOf({ seed: 7, jitterMs: 99 }, index * HOUR))
  expect(jitters.every((jitter) => Number.isInteger(jitter) && jitter >= 0 && jitter <= 99)).toBe(true)
  expect(new Set(jitters).size).toBeGreaterThan(90)
  expect(jitterOf({ seed: 7, jitterMs: 99 }, HOUR)).toBe(jitters[1])
  expect(ask({ jitterMs: 60_000, seed: 3 }).decisions).toEqual([
    run(HOUR, { dueAt: HOUR + jitterOf({ seed: 3, jitterMs: 60_000 }, HOUR) }),
  ])
})
