import { expect, test } from 'vitest'
import { createTimetable } from '../../../../src-main/core/schedule/timetable.ts'
import { timingSchema } from '../../../../src-preload/timing.ts'
import * as v from 'valibot'
import { zones } from '../../../support/zones.ts'

const from = Date.UTC(2025, 0, 1)
const days = 3 * 365
const DAY = 86_400_000

/** The platform's own word on which day it is there, apart from how we find slots. */
function dayIn(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (at) => format.format(at)
}

type Span = { since: number; days: number }

/** The days around each change of the clock, by the platform's own word, and three days of every two weeks in between. */
function spansOf(zone: string): Span[] {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, timeZoneName: 'longOffset' })
  const offsetAt = (at: number) => format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value
  const spans: Span[] = []
  for (let day = 0; day < days; day += 1) {
    const at = from + day * DAY
    if (offsetAt(at) !== offsetAt(at + DAY)) spans.push({ since: at - 3 * DAY, days: 7 })
    else if (day % 14 === 0) spans.push({ since: at, days: 3 })
  }
  return spans
}

test.each(zones)(
  '%s: each of 96 daily times comes once a day around each change of the clock, three years long, and is found backwards too',
  (zone) => {
    const dayOf = dayIn(zone)
    const spans = spansOf(zone)
    for (let quarter = 0; quarter < 96; quarter += 1) {
      const expression = `${(quarter % 4) * 15} ${Math.floor(quarter / 4)} * * *`
      const { next, previous } = createTimetable(v.parse(timingSchema, { kind: 'cron', expression, zone }))
      for (const { since, days } of spans) {
        const seen: string[] = []
        let at = since - 1
        for (let day = 0; day < days; day += 1) {
          const slot = next(at)
          if (slot === null) throw new Error(`${expression} ends after ${new Date(at).toISOString()}`)
          if (day > 0 && previous(slot, at - 1) !== at) throw new Error(`${expression}: ${at} is lost`)
          seen.push(dayOf(slot))
          at = slot
        }
        const first = Date.parse(seen[0] ?? '')
        const expected = seen.map((_day, index) => new Date(first + index * DAY).toISOString().slice(0, 10))
        if (seen.some((day, index) => day !== expected[index])) expect(seen, expression).toEqual(expected)
        if (Math.abs(first - since) > 2 * DAY)
          throw new Error(`${expression}: no slot near ${new Date(since).toISOString()}`)
      }
    }
    expect.assertions(0)
  },
  60_000,
)

test.each(zones)('%s: every 15 minutes goes by real time, three years long', (zone) => {
  const timing = v.parse(timingSchema, { kind: 'cron', expression: '*/15 * * * *', zone })
  const { next, previous } = createTimetable(timing)
  for (let at = from; at < from + days * DAY; at += 53 * 900_000) {
    expect(next(at)).toBe(at + 900_000)
    expect(previous(at, 0)).toBe(at - 900_000)
  }
})
