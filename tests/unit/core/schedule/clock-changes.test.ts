import { expect, test } from 'vitest'
import { createTimetable } from '../../../../src-main/core/schedule/timetable.ts'
import { timingSchema } from '../../../../src-preload/timing.ts'
import * as v from 'valibot'
import { zones } from '../../../support/zones.ts'

const from = Date.UTC(2025, 0, 1)
const days = 3 * 365

/** The platform's own word on which day it is there, apart from how we find slots. */
function dayIn(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (at) => format.format(at)
}

test.each(zones)(
  '%s: each of 96 daily times comes once a day, three years long, and is found backwards too',
  (zone) => {
    const dayOf = dayIn(zone)
    for (let quarter = 0; quarter < 96; quarter += 1) {
      const expression = `${(quarter % 4) * 15} ${Math.floor(quarter / 4)} * * *`
      const { next, previous } = createTimetable(v.parse(timingSchema, { kind: 'cron', expression, zone }))
      const seen: string[] = []
      let at = from - 1
      for (let day = 0; day < days; day += 1) {
        const slot = next(at)
        if (slot === null) throw new Error(`${expression} ends after ${new Date(at).toISOString()}`)
        // One step back for many forward: backwards costs more, and the changes of the clocks are what matters.
        if (day % 7 === 0 && day > 0 && previous(slot, at - 1) !== at) throw new Error(`${expression}: ${at} is lost`)
        seen.push(dayOf(slot))
        at = slot
      }
      const first = Date.parse(seen[0] ?? '')
      const expected = Array.from({ length: days }, (_none, day) =>
        new Date(first + day * 86_400_000).toISOString().slice(0, 10),
      )
      if (seen.some((day, index) => day !== expected[index])) expect(seen, expression).toEqual(expected)
    }
    expect.assertions(0)
  },
  60_000,
)

test.each(zones)('%s: every 15 minutes goes by real time, three years long', (zone) => {
  const timing = v.parse(timingSchema, { kind: 'cron', expression: '*/15 * * * *', zone })
  const { next, previous } = createTimetable(timing)
  for (let at = from; at < from + days * 86_400_000; at += 53 * 900_000) {
    expect(next(at)).toBe(at + 900_000)
    expect(previous(at, 0)).toBe(at - 900_000)
  }
})
