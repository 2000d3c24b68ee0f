import * as v from 'valibot'
import { saveScheduleSchema } from '../../src-preload/schedule-contract.ts'
import { saveSchedule, setSchedulePaused } from '../../src-main/engine/commands/schedules.ts'
import type { Engine } from '../../src-main/engine/engine.ts'
import type { EngineState } from '../../src-main/engine/state.ts'
import { slotsWithin } from '../../src-main/core/schedule/timetable.ts'
import { prepared } from './prepared.ts'

const every = (everyMs: number) => ({ kind: 'interval', everyMs, anchorAt: 0, zone: 'UTC' })
const input = { host: 'a' }

/** One schedule per overlap policy, with different ways to catch up. */
const schedules = {
  allowed: { job: 'alpha', timing: every(7_000), overlap: 'allow', catchUp: { policy: 'skip' } },
  skipped: { job: 'beta', timing: every(3_000), overlap: 'skip' },
  queued: {
    job: 'delta',
    timing: { ...every(5_000), jitterMs: 2_000 },
    overlap: 'queue',
    catchUp: { policy: 'all', windowMs: 30_000, cap: 4, spacingMs: 100 },
  },
  cancelling: { job: 'zeta', timing: every(4_000), overlap: 'cancel' },
}
export const scheduleNames = Object.keys(schedules)

export async function addSchedules(engine: Engine): Promise<void> {
  for (const [name, schedule] of Object.entries(schedules)) {
    const request = v.parse(saveScheduleSchema, { name, input, ...schedule })
    await engine.command((state, tick) => saveSchedule(state, tick, request))
  }
}

export const pauseSchedule = (engine: Engine, name: string, isPaused: boolean): Promise<void> =>
  engine.command((state, tick) => setSchedulePaused(state, tick, name, isPaused))

type Row = { slot_at: number; through: number; outcome: string; run_id: number | null }

/** Every slot up to the cursor is decided once; one that runs has its run, and no other run claims it. */
export function slotViolations(state: EngineState): string[] {
  const { db } = state.store
  const rowsOf = prepared<[number], Row>(
    db,
    'SELECT slot_at, through, outcome, run_id FROM slots WHERE schedule_id = ? ORDER BY slot_at',
  )
  const runsOf = prepared<[number], { id: number; slot_at: number }>(
    db,
    `SELECT id, slot_at FROM runs WHERE schedule_id = ? AND origin = 'schedule' ORDER BY slot_at`,
  )
  return state.schedules.all().flatMap(({ id, name, timetable, createdAt, cursor }) => {
    const rows = rowsOf.all(id)
    const decided = rows.flatMap(({ slot_at, through }) => slotsWithin(timetable, slot_at - 1, through, Infinity))
    const slots = slotsWithin(timetable, createdAt, cursor, Infinity)
    const withRun = rows.filter(({ run_id }) => run_id !== null).map(({ run_id, slot_at }) => ({ id: run_id, slot_at }))
    return [
      ...(isSame(decided, slots) ? [] : [`schedule ${name} decided ${decided.join()}, not ${slots.join()}`]),
      ...(isSame(withRun, runsOf.all(id)) ? [] : [`the slots of schedule ${name} and its runs do not match`]),
    ]
  })
}

/** When nothing is left to do, nothing waits. */
export function waitingSlots({ store }: EngineState): string[] {
  return prepared<[], { slot_at: number }>(store.db, `SELECT slot_at FROM slots WHERE outcome = 'waiting'`)
    .all()
    .map(({ slot_at }) => `the slot ${slot_at} still waits`)
}

const isSame = (some: unknown, others: unknown): boolean => JSON.stringify(some) === JSON.stringify(others)
