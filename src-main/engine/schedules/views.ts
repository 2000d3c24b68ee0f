import type { Json } from '../../../src-preload/contract.ts'
import type {
  MissedSlot,
  PlannedSlot,
  ScheduleRow,
  SlotRow,
  SlotTick,
  UpcomingSlot,
} from '../../../src-preload/schedule-contract.ts'
import type { Timing } from '../../../src-preload/timing.ts'
import { clockNotes } from '../../core/schedule/clock-notes.ts'
import { slotsWithin } from '../../core/schedule/timetable.ts'
import { timingInWords } from '../../core/schedule/words.ts'
import { Timers } from '../../core/timers.ts'
import type { StoredSlot } from '../../store/queries/schedules.ts'
import { timetableOf } from '../commands/schedules.ts'
import { inZone } from './schedules.ts'
import type { Schedule } from './schedules.ts'
import { countWaiting } from './slots.ts'
import type { EngineState } from '../state.ts'

const RUNS_SHOWN = 20

export function scheduleRow(state: EngineState, schedule: Schedule): ScheduleRow {
  return {
    name: schedule.name,
    job: jobOf(state, schedule),
    timing: schedule.timing,
    zone: schedule.fault === null ? schedule.zoned.zone : 'UTC',
    words: schedule.fault === null ? wordsOf(schedule.timing, schedule.zoned) : 'cannot be read any more',
    fault: schedule.fault,
    catchUp: schedule.catchUp,
    overlap: schedule.overlap,
    conditions: schedule.conditions,
    input: JSON.parse(schedule.input) as Json,
    priority: schedule.priority,
    pausedAt: schedule.pausedAt,
    createdAt: schedule.createdAt,
    updatedAt: schedule.updatedAt,
    decidedUntil: schedule.cursor,
    next: state.schedules.nextOf(schedule.id),
    unfinished: state.schedules.unfinished(schedule.id).slice(0, RUNS_SHOWN),
    waiting: countWaiting(state, schedule.id),
  }
}

/** `zone`: the system's. */
export function previewOf(
  timing: Timing,
  zone: string,
  after: number,
  limit: number,
): { words: string; zone: string; slots: PlannedSlot[] } {
  const zoned = inZone(timing, zone)
  const slots = slotsWithin(timetableOf(zoned), after, Infinity, limit)
  return { words: wordsOf(timing, zoned), zone: zoned.zone, slots: planned(zoned, slots) }
}

const wordsOf = (timing: Timing, zoned: Timing): string =>
  timingInWords(zoned) + (timing.zone === 'system' ? ', where the system is' : '')

/** Goes from slot to slot and asks a schedule for its next one only when it is its turn. */
export function upcomingSlots(
  state: EngineState,
  now: number,
  { hours, limit }: { hours: number; limit: number },
): { rows: UpcomingSlot[]; more: boolean } {
  const until = now + hours * 3_600_000
  const heads = new Timers<Schedule>()
  const advance = (schedule: Schedule, after: number) => {
    const at = schedule.timetable.next(after)
    if (at !== null && at <= until) heads.set(schedule, at)
  }
  for (const schedule of state.schedules.inNoOrder()) {
    const at = state.schedules.nextOf(schedule.id)
    // Slots that are about to be decided are of the past already.
    if (at !== null && at <= now) advance(schedule, now)
    else if (at !== null && at <= until) heads.set(schedule, at)
  }
  const rows: UpcomingSlot[] = []
  for (let at = heads.next(); at !== null && rows.length <= limit; at = heads.next()) {
    for (const schedule of heads.take(at)) {
      const [note = null] = clockNotes(schedule.zoned, [at])
      rows.push({ at, note, schedule: schedule.name, job: jobOf(state, schedule), zone: schedule.zoned.zone })
      advance(schedule, at)
    }
  }
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}

export function slotPage(
  state: EngineState,
  schedule: Schedule,
  before: number,
  limit: number,
): { rows: SlotRow[]; more: boolean } {
  const found = state.store.schedules.slotPage.all(schedule.id, before, limit + 1)
  return { rows: found.slice(0, limit).map(slotRow), more: found.length > limit }
}

/** The last ones, the oldest first, each with how its run went. */
export const lastSlots = ({ store }: EngineState, { id }: Schedule, limit: number): SlotTick[] =>
  store.schedules.lastSlots
    .all(id, limit)
    .map((slot) => ({ ...slotRow(slot), lifecycle: slot.run_lifecycle, runOutcome: slot.run_outcome }))
    .reverse()

export function missedSlots(state: EngineState, limit: number): { rows: MissedSlot[]; more: boolean } {
  const found = state.store.schedules.lastMissed.all(limit + 1)
  const rows = found.slice(0, limit).map((slot) => {
    const schedule = state.schedules.get(slot.schedule_id)
    return { ...slotRow(slot), schedule: schedule?.name ?? null, zone: schedule?.zoned.zone ?? 'UTC' }
  })
  return { rows, more: found.length > limit }
}

const slotRow = (slot: StoredSlot): SlotRow => ({
  at: slot.slot_at,
  through: slot.through,
  count: slot.slot_count,
  isBackfill: slot.is_backfill === 1,
  outcome: slot.outcome,
  why: slot.why,
  run: slot.run_id,
  decidedAt: slot.decided_at,
})

function planned(timing: Timing, slots: number[]): PlannedSlot[] {
  const notes = clockNotes(timing, slots)
  return slots.map((at, index) => ({ at, note: notes[index] ?? null }))
}

export function jobOf(state: EngineState, { id, jobId }: Schedule): string {
  const job = state.store.jobs.byId.get(jobId)
  if (job === undefined) throw new Error(`schedule ${id} has no job`)
  return job.name
}
