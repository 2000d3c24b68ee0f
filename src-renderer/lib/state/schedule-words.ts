/** How schedules, their slots and their rules are spoken of. */
import type {
  ClockNote,
  Conditions,
  NoRunReason,
  ScheduleRow,
  SlotRow,
  SlotTick,
} from '../../../src-preload/contract.ts'
import { clockOptions } from './time-zone.svelte.ts'
import { durationText, formatSpan } from './duration.ts'
import type { StateWords } from './run-words.ts'
import { runWords } from './run-words.ts'

const reasons: Record<NoRunReason, string> = {
  overlap: 'an earlier run had not finished',
  conditions: 'the machine was not as the schedule asks for',
  queue_full: '100 slots waited already',
  paused: 'the schedule was off',
  removed: 'the schedule was removed',
  no_catch_up: 'it was too late, and the schedule does not catch up',
  window: 'it was older than the schedule catches up with',
  superseded: 'a later slot ran for it',
  cap: 'the schedule catches up with fewer',
}

/** How the slot stands in the row of ticks: by its run where it had one. */
export function tickWords(tick: SlotTick): StateWords {
  if (tick.outcome === 'missed') return { look: 'lost', word: 'Missed' }
  if (tick.outcome === 'skipped') return { look: 'skipped', word: 'Skipped' }
  if (tick.outcome === 'waiting') return { look: 'waiting', word: 'Waiting' }
  // The run's row is kept for less long than the slot's, or is not written yet.
  if (tick.lifecycle === null) return { look: 'lost', word: 'Run not kept' }
  return runWords({ lifecycle: tick.lifecycle, outcome: tick.runOutcome })
}

/** "Succeeded, 2 Mar 2026, 09:00, late", for the tip of a tick. */
export function tickTip(tick: SlotTick, zone: string): string {
  return [
    tickWords(tick).word,
    formatIn(zone, tick.at),
    tick.outcome === 'late' ? 'late' : '',
    tick.isBackfill ? 'backfilled' : '',
    whyWords(tick),
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** Why a slot had no run, and for how many slots that stands. */
export const whyWords = ({ why, count, at, through }: SlotRow): string =>
  [why === null ? '' : reasons[why], through === at ? '' : `${count ?? 'more than 100'} slots`]
    .filter((part) => part !== '')
    .join(', ')

export const overlapWords: Record<ScheduleRow['overlap'], string> = {
  skip: 'leave the slot out',
  allow: 'run beside it',
  queue: 'wait for its end',
  cancel: 'cancel it first',
}

export const catchUpWords: Record<ScheduleRow['catchUp']['policy'], string> = {
  once: 'one late run for all',
  all: 'a run for each',
  skip: 'no run: they are missed',
}

export const noteWords: Record<ClockNote, string> = {
  after_gap: 'the clocks skip its time that day; this is the first moment after',
  first_showing: 'the clocks show this time twice; this is the first',
  second_showing: 'the clocks show this time twice; this is the second',
}

export function conditionsWords(conditions: Conditions | null): string {
  if (conditions === null) return ''
  const { acPower, idleMs, network, waitMs } = conditions
  const parts = [
    acPower ? 'AC power' : '',
    idleMs === null ? '' : `the machine idle for ${durationText(idleMs)}`,
    network === 'any' ? '' : network === 'up' ? 'the network' : 'an unmetered network',
  ].filter((part) => part !== '')
  if (parts.length === 0) return ''
  const end = waitMs === null ? '' : waitMs === 0 ? ', else skipped' : `, skipped after ${formatSpan(waitMs)}`
  return `needs ${parts.join(' and ')}${end}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Date and time of day there, with the name of its clocks ("GMT+1"). */
export const formatIn = (zone: string, at: number): string =>
  formatOf(zone, 'full', {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(at)

/** Hours and minutes there. */
export const formatTimeIn = (zone: string, at: number): string =>
  formatOf(zone, 'time', { hour: '2-digit', minute: '2-digit' }).format(at)

/** Making one is slow, and a list asks for the same one again and again. */
function formatOf(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const hours = clockOptions()
  const key = `${name} ${zone} ${hours.hourCycle ?? ''}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(undefined, { timeZone: zone, ...hours, ...options })
  formats.set(key, format)
  return format
}
