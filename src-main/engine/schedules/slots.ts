import { bothConditions } from '../../core/conditions.ts'
import { decide, IN_TIME_MS, noRuns } from '../../core/schedule/decide.ts'
import type { Decision, NoRunDecision, RunDecision } from '../../core/schedule/decide.ts'
import type { Definition } from '../../../src-preload/contract.ts'
import type { NoRunReason } from '../../../src-preload/schedule-policy.ts'
import { cancelUnfinished } from '../commands/cancel.ts'
import { definitionForRun, store } from '../commands/submit.ts'
import type { StoredJob } from '../../store/queries/jobs.ts'
import type { Schedule } from './schedules.ts'
import { beginsNothing } from '../state.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** Schedules of one turn; the rest follows in the next. */
const BATCH = 50

/**
 * Decides the slots that have come; the runs are made in the same transaction. A host that stops leaves them to the next, and a full
 * disk to the time when there is room: they are late then.
 */
export function decideSlots(state: EngineState, tick: Tick): void {
  if (beginsNothing(state)) return
  for (const schedule of state.schedules.takeDue(tick.now, BATCH)) decideSlotsOf(state, tick, schedule)
}

export function decideSlotsOf(state: EngineState, tick: Tick, schedule: Schedule): void {
  const { id, timetable, cursor, catchUp, overlap, timing } = schedule
  const decided = decide({
    timetable,
    cursor,
    now: tick.now,
    catchUp,
    overlap,
    unfinished: state.schedules.unfinished(id).length,
    waiting: countWaiting(state, id),
    isHeldOff: isHeldOff(state, schedule),
    jitterMs: timing.jitterMs,
    seed: id,
  })
  for (const decision of decided.decisions) carryOut(state, tick, schedule, decision)
  moveCursor(state, tick, schedule, decided.cursor)
}

/** Slots up to now of a schedule that is not to run them. */
export function passSlots(state: EngineState, tick: Tick, schedule: Schedule, why: NoRunReason): void {
  for (const decision of noRuns(schedule.timetable, schedule.cursor, tick.now, 'skipped', why))
    recordNoRun(state, tick, schedule, decision)
  moveCursor(state, tick, schedule, Math.max(schedule.cursor, tick.now))
}

/** Makes the runs of slots that have waited for the end of an earlier run. */
export function startWaiting(state: EngineState, tick: Tick): void {
  if (beginsNothing(state) || state.isPrivate) return
  for (const schedule of state.schedules.takeFreed()) {
    const waiting = state.store.schedules.firstWaiting.get(schedule.id)
    if (waiting === undefined) state.schedules.noneWaits(schedule.id)
    if (waiting === undefined || state.schedules.unfinished(schedule.id).length > 0) continue
    const run = makeRun(state, tick, schedule, { at: waiting.slot_at, isBackfill: false }, null)
    const outcome = tick.now - waiting.slot_at <= IN_TIME_MS ? 'run' : 'late'
    const { changes } = state.store.schedules.startWaiting.run(outcome, run, schedule.id, waiting.slot_at)
    if (changes !== 1) throw new Error(`the slot ${waiting.slot_at} of schedule ${schedule.id} does not wait`)
  }
}

export const countWaiting = ({ schedules, store }: EngineState, schedule: number): number =>
  schedules.mayHaveWaiting(schedule) ? (store.schedules.countWaiting.get(schedule) ?? 0) : 0

/** What its runs need of the machine, if they are not to wait for it. */
function isHeldOff(state: EngineState, schedule: Schedule): boolean {
  const { conditions } = withConditionsOf(schedule, state.definitions.get(jobOf(state, schedule).definition_id))
  return conditions?.waitMs === 0 && state.surroundings.firstUnmet(conditions) !== undefined
}

/** The job's definition, with the schedule's conditions on top; the same object where it has none. */
const withConditionsOf = ({ conditions }: Schedule, definition: Definition): Definition =>
  conditions === null ? definition : { ...definition, conditions: bothConditions(definition.conditions, conditions) }

function jobOf(state: EngineState, { id, jobId }: Schedule): StoredJob {
  const job = state.store.jobs.byId.get(jobId)
  if (job === undefined) throw new Error(`schedule ${id} has no job`)
  return job
}

/** `dueAt` null or in the past: at once. */
export function makeRun(
  state: EngineState,
  tick: Tick,
  schedule: Schedule,
  slot: { at: number; isBackfill: boolean },
  dueAt: number | null,
): number {
  const job = jobOf(state, schedule)
  const chosen = definitionForRun(state, job)
  const definition = withConditionsOf(schedule, chosen.definition)
  const order = {
    definitionId: definition === chosen.definition ? chosen.definitionId : state.definitions.idOf(definition),
    definition,
    jobId: job.id,
    jobName: job.name,
    name: job.name,
    priority: schedule.priority ?? job.priority,
    origin: 'schedule' as const,
    retryOf: null,
    dueAt: dueAt !== null && dueAt > tick.now ? dueAt : null,
    isDelay: false,
    parentage: null,
    slot: { ...slot, schedule: schedule.id },
  }
  return store(state, tick, order, [schedule.input])
}

function carryOut(state: EngineState, tick: Tick, schedule: Schedule, decision: Decision): void {
  if ('why' in decision) recordNoRun(state, tick, schedule, decision)
  else carryOutRun(state, tick, schedule, decision)
}

function carryOutRun(state: EngineState, tick: Tick, schedule: Schedule, decision: RunDecision): void {
  const { id, name } = schedule
  const { slot, outcome } = decision
  if (decision.cancelsEarlier) {
    state.store.schedules.skipWaiting.run('superseded', id)
    for (const run of state.schedules.unfinished(id))
      cancelUnfinished(state, tick, run, `the next slot of the schedule "${name}" has come`)
  }
  // What is cancelled has to be seen dead first.
  const waits = decision.dueAt === null || (decision.cancelsEarlier && state.schedules.unfinished(id).length > 0)
  if (waits) state.schedules.slotWaits(id)
  const run = waits ? null : makeRun(state, tick, schedule, { at: slot, isBackfill: false }, decision.dueAt)
  state.store.schedules.insertSlot.run(id, slot, 0, slot, 1, waits ? 'waiting' : outcome, null, run, tick.now)
}

function recordNoRun(state: EngineState, tick: Tick, { id }: Schedule, decision: NoRunDecision): void {
  const { slot, through, count, outcome, why } = decision
  state.store.schedules.insertSlot.run(id, slot, 0, through, count, outcome, why, null, tick.now)
}

/** Every slot up to `cursor` is decided. */
export function moveCursor(state: EngineState, tick: Tick, schedule: Schedule, cursor: number): void {
  const { next, by } = state.schedules.decided(schedule, cursor)
  const { changes } = state.store.schedules.setCursor.run(cursor, next, by, schedule.id, cursor)
  if (changes !== 1) throw new Error(`schedule ${schedule.id} has decided beyond ${cursor} already`)
  tick.changes.schedules = true
  state.ledger.slotsDecided(state, schedule)
}
