import { expect, test } from 'vitest'
import { clockNotes } from '../../../../src-main/core/schedule/clock-notes.ts'
import { createTimetable, slotsWithin } from '../../../../src-main/core/schedule/timetable.ts'
import { timingSchema } from '../../../../src-preload/timing.ts'
import type { Timing } from '../../../../src-preload/timing.ts'
import * as v from 'valibot'

const cron = (expression: string, zone: string, more: object = {}): Timing =>
  v.parse(timingSchema, { kind: 'cron', expression, zone, ...more })

const within = (timing: Timing, from: string, until: string): string[] =>
  slotsWithin(createTimetable(timing), Date.parse(from) - 1, Date.parse(until), 10_000).map(iso)
const iso = (at: number) => new Date(at).toISOString().slice(0, 16)

/** In Berlin, on 29 March 2026, 01:00Z, the clocks go from 02:00 to 03:00; on 25 October, 01:00Z, from 03:00 to 02:00. */
const spring = ['2026-03-28T12:00Z', '2026-03-30T12:00Z'] as const
const autumn = ['2026-10-24T12:00Z', '2026-10-26T12:00Z'] as const

test('a time in the gap comes at the first moment after it, or not at all', () => {
  expect(within(cron('30 2 * * *', 'Europe/Berlin'), ...spring)).toEqual(['2026-03-29T01:00', '2026-03-30T00:30'])
  expect(within(cron('30 2 * * *', 'Europe/Berlin', { gap: 'skip' }), ...spring)).toEqual(['2026-03-30T00:30'])
})

test('several times in a gap, and one at its end, are one slot', () => {
  expect(within(cron('0,20,40 2,3 * * *', 'Europe/Berlin'), ...spring).slice(0, 3)).toEqual([
    '2026-03-29T01:00',
    '2026-03-29T01:20',
    '2026-03-29T01:40',
  ])
})

test('a time that comes twice has its slot at the first, the last, or both', () => {
  const times = (overlap: string) => within(cron('30 2 * * *', 'Europe/Berlin', { overlap }), ...autumn)
  expect(times('first')).toEqual(['2026-10-25T00:30', '2026-10-26T01:30'])
  expect(times('last')).toEqual(['2026-10-25T01:30', '2026-10-26T01:30'])
  expect(times('both')).toEqual(['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-26T01:30'])
})

test.each([
  ['*/15 * * * *', 15],
  ['0 * * * *', 60],
  ['*/20 * * * *', 20],
])('%s goes by real time, every %i minutes through both changes', (expression, minutes) => {
  for (const [from, until] of [spring, autumn]) {
    const timing = cron(expression, 'Europe/Berlin')
    const slots = slotsWithin(createTimetable(timing), Date.parse(from) - 1, Date.parse(until), 10_000)
    const span = (Date.parse(until) - Date.parse(from)) / 60_000
    expect(slots).toEqual(
      Array.from({ length: span / minutes + 1 }, (_none, index) => Date.parse(from) + index * minutes * 60_000),
    )
  }
})

test('six fields, names, ranges, steps, the last day and the nth weekday', () => {
  const year = (expression: string) => within(cron(expression, 'UTC'), '2026-01-01T00:00Z', '2026-03-31T23:59Z')
  expect(year('30 0 12 1 JAN-MAR *')).toEqual(['2026-01-01T12:00', '2026-02-01T12:00', '2026-03-01T12:00'])
  expect(year('0 8 L * *')).toEqual(['2026-01-31T08:00', '2026-02-28T08:00', '2026-03-31T08:00'])
  expect(year('0 8 * * MON#2')).toEqual(['2026-01-12T08:00', '2026-02-09T08:00', '2026-03-09T08:00'])
  expect(year('0 8-16/4 1 mar *')).toEqual(['2026-03-01T08:00', '2026-03-01T12:00', '2026-03-01T16:00'])
  expect(year('@monthly')).toEqual(['2026-01-01T00:00', '2026-02-01T00:00', '2026-03-01T00:00'])
  expect(year('0 0 13 * FRI').filter((slot) => slot.startsWith('2026-02'))).toEqual([
    '2026-02-06T00:00',
    '2026-02-13T00:00',
    '2026-02-20T00:00',
    '2026-02-27T00:00',
  ])
})

test.each([
  ['0 0 31 2 *', /No day ever fits/],
  ['0 0 30 feb *', /No day ever fits/],
  ['61 * * * *', /is not a cron expression: .*61.*Write five fields/],
  ['* * *', /has 3 fields. Write five fields/],
  ['0 0 0 1 1 * 2030', /has 7 fields/],
  ['0 0 ? * *', /Write "\*" for any/],
  ['x 0 * * *', /is not a cron expression/],
])('%s is refused with a reason', (expression, reason) => {
  expect(() => createTimetable(cron(expression, 'UTC'))).toThrow(RangeError)
  expect(() => createTimetable(cron(expression, 'UTC'))).toThrow(reason)
})

test('a zone that does not exist, and an end before the start, are refused', () => {
  expect(() => createTimetable(cron('0 0 * * *', 'Mars/Base'))).toThrow('"Mars/Base" is not a time zone')
  expect(() => createTimetable(cron('0 0 * * *', 'UTC', { startAt: 2, endAt: 2 }))).toThrow('ends before it starts')
})

test('an interval counts from its anchor, in both directions', () => {
  const timing: Timing = v.parse(timingSchema, { kind: 'interval', everyMs: 7_000, anchorAt: 3_000, zone: 'UTC' })
  const { next, previous } = createTimetable(timing)
  expect([next(-5), next(3_000), next(9_999), next(10_000)]).toEqual([3_000, 10_000, 10_000, 17_000])
  expect([previous(3_000, -1), previous(3_001, -1), previous(17_000, -1), previous(17_000, 10_000)]).toEqual([
    null,
    3_000,
    10_000,
    null,
  ])
})

test('a single moment is the only slot, and start and end bound every kind', () => {
  const once = createTimetable(v.parse(timingSchema, { kind: 'once', at: 50, zone: 'UTC' }))
  expect([once.next(49), once.next(50), once.previous(51, 0), once.previous(50, 0)]).toEqual([50, null, 50, null])
  const bounds = { startAt: Date.parse('2026-01-02T00:00Z'), endAt: Date.parse('2026-01-04T00:00Z') }
  expect(within(cron('@daily', 'UTC', bounds), '2026-01-01T00:00Z', '2026-02-01T00:00Z')).toEqual([
    '2026-01-02T00:00',
    '2026-01-03T00:00',
  ])
})

test('29 February is found far ahead and far back', () => {
  const { next, previous } = createTimetable(cron('0 0 29 2 *', 'America/New_York'))
  expect(iso(next(Date.parse('2096-03-01T00:00Z')) ?? 0)).toBe('2104-02-29T05:00')
  expect(iso(previous(Date.parse('2104-02-29T05:00Z'), 0) ?? 0)).toBe('2096-02-29T05:00')
})

test('what the clocks do to a slot is said', () => {
  const notes = (timing: Timing, from: string, until: string) =>
    clockNotes(timing, slotsWithin(createTimetable(timing), Date.parse(from) - 1, Date.parse(until), 100))
  expect(notes(cron('30 2 * * *', 'Europe/Berlin'), ...spring)).toEqual(['after_gap', null])
  expect(notes(cron('30 2 * * *', 'Europe/Berlin', { overlap: 'both' }), ...autumn)).toEqual([
    'first_showing',
    'second_showing',
    null,
  ])
})
