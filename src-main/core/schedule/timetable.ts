import type { Timing } from '../../../src-preload/timing.ts'
import { parseCron } from './cron-calendar.ts'
import { CronSlots } from './cron-slots.ts'
import { zoneNamed } from './zone.ts'

/** The slots of a schedule, in epoch ms. */
export type Timetable = {
  /** The first slot after `at`; null: none in the next 100 years. */
  next(at: number): number | null
  /** The last slot after `after` and before `at`; null: none. */
  previous(at: number, after: number): number | null
}

/** Every expression that fits any day fits one in this span, 29 February on a given weekday too. */
const HORIZON_MS = 100 * 365.25 * 86_400_000

/** Throws a RangeError that says what is wrong with the timing and what to write. */
export function createTimetable(timing: Timing): Timetable {
  const { startAt, endAt } = timing
  if (startAt !== null && endAt !== null && endAt <= startAt)
    throw new RangeError('The schedule ends before it starts. Give an end after its start.')
  const slots = slotsOf(timing)
  const first = startAt ?? -Infinity
  const last = endAt === null ? Infinity : endAt - 1
  return {
    next: (at) => slots.next(Math.max(at, first - 1), Math.min(last, Math.max(at, first) + HORIZON_MS)),
    previous: (at, after) =>
      slots.previous(Math.min(at, last + 1), Math.max(after + 1, first, Math.min(at, last) - HORIZON_MS)),
  }
}

/** Bounds are part of what is looked for. */
type Slots = { next(at: number, last: number): number | null; previous(at: number, first: number): number | null }

function slotsOf(timing: Timing): Slots {
  const zone = zoneNamed(timing.zone)
  switch (timing.kind) {
    case 'cron':
      return new CronSlots(parseCron(timing.expression), zone, timing)
    case 'interval':
      return slotsInSteps(timing.anchorAt, timing.everyMs)
    case 'once':
      return {
        next: (at, last) => (timing.at > at && timing.at <= last ? timing.at : null),
        previous: (at, first) => (timing.at < at && timing.at >= first ? timing.at : null),
      }
  }
}

/** The anchor and every whole interval after it; none before. */
const slotsInSteps = (anchor: number, every: number): Slots => ({
  next(at, last) {
    const slot = at < anchor ? anchor : anchor + (Math.floor((at - anchor) / every) + 1) * every
    return slot <= last ? slot : null
  },
  previous(at, first) {
    if (at <= anchor) return null
    const slot = anchor + (Math.ceil((at - anchor) / every) - 1) * every
    return slot >= first ? slot : null
  },
})

/** Up to `limit` slots after `after` and not after `until`, in their order. */
export function slotsWithin(timetable: Timetable, after: number, until: number, limit: number): number[] {
  const slots: number[] = []
  for (let slot = timetable.next(after); slot !== null && slot <= until; slot = timetable.next(slot)) {
    if (slots.length === limit) break
    slots.push(slot)
  }
  return slots
}
