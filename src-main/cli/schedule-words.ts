import type { NoRunReason } from '../../src-preload/schedule-policy.ts'
import type { ClockNote, ScheduleRow, SlotRow } from '../../src-preload/schedule-contract.ts'
import { zoneNamed } from '../core/schedule/zone.ts'
import type { Cell, Colour } from './output.ts'
import { spanInWords } from './words.ts'

/** Date and time in that zone, with the offset that its clocks have then: "2026-10-25 02:30:00 +01:00". */
export function momentIn(zone: string, at: number): string {
  const offset = zoneNamed(zone).offsetAt(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.abs(Math.round(offset / 60_000))
  const local = new Date(at + offset).toISOString().slice(0, 19).replace('T', ' ')
  return `${local} ${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const notes: Record<ClockNote, string> = {
  after_gap: 'the clocks skip its time that day; this is the first moment after',
  first_showing: 'the clocks show this time twice; this is the first',
  second_showing: 'the clocks show this time twice; this is the second',
}
export const noteInWords = (note: ClockNote | null): string => (note === null ? '' : notes[note])

const reasons: Record<NoRunReason, string> = {
  overlap: 'an earlier run had not finished',
  conditions: 'the machine was not as the schedule asks for',
  queue_full: '100 slots waited already',
  paused: 'the schedule was paused',
  removed: 'the schedule was removed',
  no_catch_up: 'it was too late, and the schedule does not catch up',
  window: 'it was older than the schedule catches up with',
  superseded: 'a later slot ran for it',
  cap: 'the schedule catches up with fewer',
}

/** What became of a slot, in a line: why, and for how many. */
export const whyInWords = ({ why, through, at, count, isBackfill }: SlotRow, zone: string): string =>
  [
    why === null ? '' : reasons[why],
    through === at ? '' : `${count ?? 'more than 100'} slots, until ${momentIn(zone, through)}`,
    isBackfill ? 'backfilled' : '',
  ]
    .filter((part) => part !== '')
    .join('; ')

const colours: Record<SlotRow['outcome'], Colour> = {
  run: 'green',
  late: 'yellow',
  waiting: 'magenta',
  skipped: 'gray',
  missed: 'red',
}
export const outcomeCell = ({ outcome }: SlotRow): Cell => ({ text: outcome, colour: colours[outcome] })

export function catchUpInWords({ catchUp }: ScheduleRow): string {
  switch (catchUp.policy) {
    case 'skip':
      return 'no: late slots are missed'
    case 'once':
      return `one run for all, up to ${spanInWords(catchUp.windowMs)} late`
    case 'all':
      return `the last ${catchUp.cap} of ${spanInWords(catchUp.windowMs)}, ${spanInWords(catchUp.spacingMs)} apart`
  }
}

const overlapWords: Record<ScheduleRow['overlap'], string> = {
  allow: 'allow: runs go on beside each other',
  skip: 'skip: no run while an earlier one is unfinished',
  queue: 'queue: waits until earlier ones have finished',
  cancel: 'cancel: cancels earlier ones first',
}
export const overlapInWords = ({ overlap }: ScheduleRow): string => overlapWords[overlap]
