import type { Client } from '../../../src-preload/contract.ts'
import { formatIn } from './schedule-words.ts'

export type BackfillAnswer = Awaited<ReturnType<Client['schedules']['backfill']>>
type Range = { from: number; until: number }

/** The most runs that are made at once: what a table shows of slots. */
export const backfillLimit = 500

/** The time between two fields with date and time of day; or what is wrong with each. */
export function readRange(
  from: string,
  until: string,
): { range: Range; faults: null } | { range: null; faults: { from?: string; until?: string } } {
  const [start, end] = [Date.parse(from), Date.parse(until)]
  const missing = 'Choose a date and a time.'
  if (Number.isNaN(start) || Number.isNaN(end)) {
    return {
      range: null,
      faults: { ...(Number.isNaN(start) && { from: missing }), ...(Number.isNaN(end) && { until: missing }) },
    }
  }
  if (end <= start) return { range: null, faults: { until: 'The end has to be after the beginning.' } }
  return { range: { from: start, until: end }, faults: null }
}

const counted = (count: number) => (count === 1 ? '1 slot' : `${count.toLocaleString()} slots`)

/** What a backfill would do, or has done, one sentence each. Moments are told in the zone of the schedule. */
export function backfillWords({ slots, more, keptFrom }: BackfillAnswer, from: number, zone: string): string[] {
  const [first, last] = [slots[0], slots.at(-1)]
  const kept =
    keptFrom !== null && keptFrom > from
      ? `What became of slots before ${formatIn(zone, keptFrom)} is not kept any more: they get no run.`
      : null
  const notes = kept === null ? [] : [kept]
  if (first === undefined || last === undefined) return ['Every slot in that time has had its run.', ...notes]
  const isDone = first.run !== null
  const where =
    slots.length === 1
      ? `at ${formatIn(zone, first.at)}`
      : `from ${formatIn(zone, first.at)} to ${formatIn(zone, last.at)}`
  const what = isDone
    ? `${counted(slots.length)} got ${slots.length === 1 ? 'a run' : 'a run each'}, ${where}.`
    : `${counted(slots.length)} without a run, ${where}: ${slots.length === 1 ? 'it gets one' : 'each gets one'}.`
  const rest = more ? 'There are more: backfill again for those after the last of these.' : null
  return [what, ...(rest === null ? [] : [rest]), ...notes]
}
