import type { CronCalendar } from './cron-calendar.ts'
import type { Segment, Zone } from './zone.ts'

export type ClockChange = { gap: 'next' | 'skip'; overlap: 'first' | 'last' | 'both' }

/** The moments of a cron expression in a zone, found segment by segment: within one, local time is real time and an offset. */
export class CronSlots {
  readonly #calendar: CronCalendar
  readonly #zone: Zone
  readonly #change: ClockChange

  constructor(calendar: CronCalendar, zone: Zone, change: ClockChange) {
    this.#calendar = calendar
    this.#zone = zone
    this.#change = calendar.isWild ? { gap: 'skip', overlap: 'both' } : change
  }

  /** The first moment after `at`, but not after `last`; null: none. */
  next(at: number, last: number): number | null {
    for (const segment of this.#zone.from(at + 1)) {
      if (segment.from > last) return null
      if (segment.from > at && this.#isAfterGap(segment)) return segment.from
      const { start, end } = this.#localRange(segment)
      const local = this.#calendar.atOrAfter(Math.max(start, at + 1 + segment.offset))
      if (local < end) return local - segment.offset <= last ? local - segment.offset : null
      // Nothing is left of the calendar.
      if (local === Infinity) return null
    }
    return null
  }

  /** The last moment before `at`, but not before `first`; null: none. */
  previous(at: number, first: number): number | null {
    for (const segment of this.#zone.backFrom(at - 1)) {
      if (segment.until <= first) return null
      const { start, end } = this.#localRange(segment)
      const local = this.#calendar.before(Math.min(end, at + segment.offset))
      if (local >= start) return local - segment.offset >= first ? local - segment.offset : null
      if (this.#isAfterGap(segment)) return segment.from >= first ? segment.from : null
      if (local === -Infinity) return null
    }
    return null
  }

  /** Whether a time that the clocks skip at the start of the segment is to be caught up with there. */
  #isAfterGap({ from, offset, offsetBefore }: Segment): boolean {
    if (offset <= offsetBefore || this.#change.gap === 'skip') return false
    return this.#calendar.atOrAfter(from + offsetBefore) < from + offset
  }

  /** The local times that count in this segment: of those that the clocks show twice, one showing may be left out. */
  #localRange({ from, until, offset, offsetBefore, offsetAfter }: Segment): { start: number; end: number } {
    const { overlap } = this.#change
    return {
      start: from + (overlap === 'first' ? Math.max(offset, offsetBefore) : offset),
      end: until + (overlap === 'last' ? Math.min(offset, offsetAfter) : offset),
    }
  }
}
