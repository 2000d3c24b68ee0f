import type { RequeuedRun } from '../store/queries/runs.ts'
import { laneOfRequeued } from './gates.ts'
import { moveUses } from './objects/rates.ts'
import { queueClock } from './queue-clock.ts'
import type { EngineState } from './state.ts'
import { finishUnstarted } from './unstarted.ts'
import type { Tick } from './tick.ts'

/** Upper bound of one turn's work here; the rest follows in the next turn. */
const BATCH = 1_000

/** Queues what has become due. Returns how many; a full batch means there may be more. */
export function queueDue(state: EngineState, tick: Tick): number {
  const rows = state.store.runs.takeDue.all(tick.now, tick.now, queueClock(state, tick), tick.now, BATCH)
  for (const row of rows) {
    if (row.attempt === 0) startTotal(state, tick, row)
    state.counters.add('is_scheduled', -1)
    state.counters.add('is_queued', 1)
    state.lanes.joined(laneOfRequeued(state, tick, row, state.lanes.get(row.lane_id).isPrivate), row)
    tick.event(row.id, 'queued')
    tick.changes.runs.add(row.id)
  }
  return rows.length
}

function startTotal(state: EngineState, tick: Tick, { id, definition_id }: RequeuedRun): void {
  const { totalTimeoutMs } = state.definitions.get(definition_id)
  if (totalTimeoutMs !== null) state.store.runs.setDeadline.run(tick.now + totalTimeoutMs, id)
}

/**
 * Waiting is a span and keeps its length when the wall clock is moved: the moments at which limits end, retries are
 * due and permits of rates return, which are stored as wall time to outlive the host, move along. Due times stay: they
 * name a moment.
 */
export function followClock(state: EngineState, movedMs: number): void {
  if (movedMs === 0) return
  state.store.runs.moveExpiries.run(movedMs)
  state.store.runs.moveRetries.run(movedMs)
  state.store.runs.moveDeadlines.run(movedMs)
  for (const run of state.live.values()) if (run.deadlineAt !== null) run.deadlineAt += movedMs
  moveUses(state, movedMs)
}

/** Ends what has waited in the queue longer than its definition allows. */
export function expireQueued(state: EngineState, tick: Tick): number {
  const rows = state.store.runs.takeExpired.all(tick.now, BATCH)
  for (const row of rows) {
    finishUnstarted(state, tick, row.id, 'timed_out', {
      name: 'TimeoutError',
      message: 'waited in the queue longer than its limit',
      stack: null,
      hint: 'Raise the queue timeout, or the number of slots.',
    })
  }
  return rows.length
}

/** Ends what waits, in the queue or for its next attempt, when the time that it has in all is over. */
export function expireTotal(state: EngineState, tick: Tick): number {
  const rows = state.store.runs.takeOverdue.all(tick.now, BATCH)
  for (const { id, attempt } of rows) {
    finishUnstarted(state, tick, id, 'timed_out', {
      name: 'TimeoutError',
      message: `was not done within its total time${attempt === 0 ? '' : '; its attempts say how far it came'}`,
      stack: null,
      hint: 'Raise the total timeout, or have fewer or earlier retries.',
    })
  }
  return rows.length
}

/**
 * The next moment, in epoch ms, at which a run is due or out of time, a future's timer settles it or a schedule has a slot;
 * null: none.
 */
export function nextPlanned(state: EngineState): number | null {
  const due = state.store.runs.nextDue.get() ?? null
  const expiry = state.store.runs.nextExpiry.get() ?? null
  const deadline = state.store.runs.nextDeadline.get() ?? null
  const settling = state.store.futures.nextDue.get() ?? null
  const slot = state.drainingSince === null ? state.schedules.nextDue() : null
  const planned = [due, expiry, deadline, settling, slot].filter((moment) => moment !== null)
  return planned.length === 0 ? null : Math.min(...planned)
}
