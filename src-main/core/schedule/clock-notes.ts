import type { ClockNote } from '../../../src-preload/schedule-contract.ts'
import type { Timing } from '../../../src-preload/timing.ts'
import { parseCron } from './cron-calendar.ts'
import type { Segment } from './zone.ts'
import { zoneNamed } from './zone.ts'

/** What to say of each of these slots; null: nothing, which is so on all but a few days of the year. */
export function clockNotes(timing: Timing, slots: number[]): (ClockNote | null)[] {
  if (timing.kind !== 'cron') return slots.map(() => null)
  const zone = zoneNamed(timing.zone)
  const calendar = parseCron(timing.expression)
  return slots.map((slot) => {
    const [segment] = zone.from(slot)
    if (segment === undefined) return null
    const local = slot + segment.offset
    return calendar.atOrAfter(local) === local ? showingOf(segment, local) : 'after_gap'
  })
}

function showingOf({ from, until, offsetBefore, offsetAfter }: Segment, local: number): ClockNote | null {
  if (local < from + offsetBefore) return 'second_showing'
  return local >= until + offsetAfter ? 'first_showing' : null
}
