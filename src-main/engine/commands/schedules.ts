import type { InferOutput } from 'valibot'
import type { saveScheduleSchema } from '../../../src-preload/schedule-contract.ts'
import type { Timing } from '../../../src-preload/timing.ts'
import { problem } from '../../../src-preload/problem.ts'
import { createTimetable } from '../../core/schedule/timetable.ts'
import type { Timetable } from '../../core/schedule/timetable.ts'
import { inZone } from '../schedules/schedules.ts'
import type { Schedule } from '../schedules/schedules.ts'
import { decideSlotsOf, makeRun, passSlots } from '../schedules/slots.ts'
import type { EngineState } from '../state.ts'
import { checkConditions } from '../surroundings.ts'
import type { Tick } from '../tick.ts'
import { refuseNewWork } from './submit.ts'

type SaveSchedule = InferOutput<typeof saveScheduleSchema>

/** What an earlier schedule of that name has to decide up to now is decided first. */
export function saveSchedule(state: EngineState, tick: Tick, request: SaveSchedule): void {
  const { name, timing, catchUp, overlap, conditions, priority } = request
  const job = state.store.jobs.byName.get(request.job)
  if (job === undefined) throw problem('JOB_NOT_FOUND', { name: request.job })
  const existing = state.schedules.has(name) ? state.schedules.named(name) : null
  if (existing !== null && !request.replace) throw problem('SCHEDULE_EXISTS', { name })
  checkConditions(state, conditions)
  const zoned = inZone(timing, state.surroundings.zone)
  const timetable = timetableOf(zoned)
  if (timetable.next(tick.now) === null)
    throw problem('BAD_SCHEDULE', { details: 'It has no slot after now. Give a moment that is still to come.' })

  if (existing !== null) decideUntilNow(state, tick, existing)
  const cursor = Math.max(existing?.cursor ?? 0, tick.now)
  const input = JSON.stringify(request.input)
  const content = [
    job.id,
    JSON.stringify(timing),
    JSON.stringify(catchUp),
    overlap,
    conditions === null ? null : JSON.stringify(conditions),
    input,
    priority,
    cursor,
  ] as const
  const { schedules } = state.store
  const id = existing?.id ?? schedules.insert.get(name, ...content, tick.now, tick.now)
  if (id === undefined) throw new Error('the store gave the new schedule no id')
  if (existing !== null) schedules.replace.run(...content, tick.now, id)
  const saved: Schedule = {
    id,
    name,
    jobId: job.id,
    timing,
    zoned,
    timetable,
    fault: null,
    catchUp,
    overlap,
    conditions,
    input,
    priority,
    createdAt: existing?.createdAt ?? tick.now,
    updatedAt: tick.now,
    cursor,
    ledgerFrom: existing?.ledgerFrom ?? null,
    pausedAt: existing?.pausedAt ?? null,
  }
  state.schedules.set(saved)
  const { next, by } = state.schedules.decided(saved, cursor)
  schedules.setCursor.run(cursor, next, by, id, cursor)
  tick.changes.schedules = true
}

export function removeSchedule(state: EngineState, tick: Tick, name: string): void {
  const schedule = state.schedules.named(name)
  decideUntilNow(state, tick, schedule)
  state.store.schedules.skipWaiting.run('removed', schedule.id)
  state.store.schedules.remove.run(schedule.id)
  state.schedules.remove(schedule)
  tick.changes.schedules = true
}

export function setSchedulePaused(state: EngineState, tick: Tick, name: string, isPaused: boolean): void {
  const schedule = state.schedules.named(name)
  if ((schedule.pausedAt !== null) === isPaused) return
  decideUntilNow(state, tick, schedule)
  const pausedAt = isPaused ? tick.now : null
  state.store.schedules.setPaused.run(pausedAt, tick.now, schedule.id)
  state.schedules.set({ ...schedule, pausedAt, updatedAt: tick.now })
  tick.changes.schedules = true
}

type Backfill = { name: string; from: number; until: number; limit: number; preview: boolean }

/**
 * Past slots that had no run get one; `more`: there are others beyond the limit. Of those from before `keptFrom` nobody knows
 * any more whether they had one: they get none.
 */
export function backfill(
  state: EngineState,
  tick: Tick,
  { name, from, until, limit, preview }: Backfill,
): { slots: { at: number; run: number | null }[]; more: boolean; keptFrom: number | null } {
  const schedule = state.schedules.named(name)
  const { ledgerFrom: keptFrom } = schedule
  if (until <= from) throw problem('BAD_INPUT', { details: 'the range ends before it begins' })
  if (!preview) refuseNewWork(state)
  // What is to come, or is about to be decided, is not of the past.
  const end = Math.min(until - 1, schedule.cursor, tick.now)
  const { slots, more } = slotsWithoutRun(state, schedule, Math.max(from, keptFrom ?? 0) - 1, end, limit)
  if (preview) return { slots: slots.map((at) => ({ at, run: null })), more, keptFrom }
  const made = slots.map((at) => {
    const run = makeRun(state, tick, schedule, { at, isBackfill: true }, null)
    state.store.schedules.insertSlot.run(schedule.id, at, 1, at, 1, 'late', null, run, tick.now)
    return { at, run }
  })
  return { slots: made, more, keptFrom }
}

/** Slots that are looked at for one backfill: a turn of the engine does not take long. */
const MOST_LOOKED_AT = 2_000

function slotsWithoutRun(
  state: EngineState,
  { id, timetable }: Schedule,
  after: number,
  until: number,
  limit: number,
): { slots: number[]; more: boolean } {
  const slots: number[] = []
  let at = timetable.next(after)
  for (let looked = 0; at !== null && at <= until; looked += 1) {
    if (slots.length === limit || looked === MOST_LOOKED_AT) return { slots, more: true }
    if (state.store.schedules.hasRun.get(id, at) === undefined) slots.push(at)
    at = timetable.next(at)
  }
  return { slots, more: false }
}

export function timetableOf(timing: Timing): Timetable {
  try {
    return createTimetable(timing)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw problem('BAD_SCHEDULE', { details: error.message })
  }
}

export function decideUntilNow(state: EngineState, tick: Tick, schedule: Schedule): void {
  if (schedule.pausedAt === null) decideSlotsOf(state, tick, schedule)
  else passSlots(state, tick, schedule, 'paused')
}
