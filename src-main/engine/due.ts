import { conditionInWords } from '../../src-preload/conditions.ts'
import type { RequeuedRun } from '../store/queries/runs.ts'
import { laneOfRequeued } from './gates.ts'
import { moveUses } from './objects/rates.ts'
import { queueClock } from './queue-clock.ts'
import { beginsNothing } from './state.ts'
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
 * Waiting is a span and keeps its length when the wall clock is moved: the moments at which limits end, retries and
 * delays are over and permits of rates return, which are stored as wall time to outlive the host, move along. What names a
 * moment stays.
 */
export function followClock(state: EngineState, movedMs: number): void {
  if (movedMs === 0) return
  state.store.runs.moveExpiries.run(movedMs)
  state.store.runs.moveDelays.run(movedMs)
  state.store.futures.moveDelays.run(movedMs)
  state.store.groups.moveDeadlines.run(movedMs)
  state.store.runs.moveDeadlines.run(movedMs)
  for (const run of state.live.values()) if (run.deadlineAt !== null) run.deadlineAt += movedMs
  moveUses(state, movedMs)
}

/** Ends what has waited in the queue longer than its definition allows. */
export function expireQueued(state: EngineState, tick: Tick): number {
  const rows = state.store.runs.takeExpired.all(tick.now, BATCH)
  for (const row of rows) {
    if (isWaitOfConditions(state, row)) {
      endWaitForConditions(state, tick, row)
      continue
    }
    finishUnstarted(state, tick, row.id, 'timed_out', {
      name: 'TimeoutError',
      message: 'waited in the queue longer than its limit',
      stack: null,
      hint: 'Raise the queue timeout, or the number of slots.',
    })
  }
  return rows.length
}

type Expired = { id: number; definition_id: number; queued_at: number; expires_at: number }

/** Whether what is over is the time that it may wait for its conditions, and not yet that in the queue. */
function isWaitOfConditions({ definitions }: EngineState, { definition_id, queued_at, expires_at }: Expired): boolean {
  const { conditions, queueTimeoutMs } = definitions.get(definition_id)
  const waitMs = conditions?.waitMs ?? null
  // By what is left of it: a clock that was moved has moved the end of the wait and not its beginning.
  return waitMs !== null && (queueTimeoutMs === null || expires_at - queued_at < queueTimeoutMs)
}

/** It is skipped; but if the conditions hold by now, it waits for something else, and may do so as long as others. */
function endWaitForConditions(state: EngineState, tick: Tick, { id, definition_id, expires_at }: Expired): void {
  const { conditions, queueTimeoutMs } = state.definitions.get(definition_id)
  const unmet = state.surroundings.firstUnmet(conditions)
  const waitMs = conditions?.waitMs ?? 0
  if (unmet === undefined) {
    state.store.runs.setExpiry.run(queueTimeoutMs === null ? null : expires_at - waitMs + queueTimeoutMs, id)
    return
  }
  finishUnstarted(state, tick, id, 'skipped', {
    name: 'ConditionError',
    message: `skipped: it waited ${Math.round(waitMs / 1_000)} s for ${conditionInWords(unmet.kind, unmet.idleMs)}`,
    stack: null,
    hint: 'Let it wait longer, or ask for less.',
  })
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
 * The next moment, in epoch ms, at which a run is due or out of time, a future's timer settles it, a schedule has a slot or a
 * job has been silent for too long;
 * null: none.
 */
export function nextPlanned(state: EngineState): number | null {
  const due = state.store.runs.nextDue.get() ?? null
  const expiry = state.store.runs.nextExpiry.get() ?? null
  const deadline = state.store.runs.nextDeadline.get() ?? null
  const settling = state.store.futures.nextDue.get() ?? null
  const slot = beginsNothing(state) ? null : state.schedules.nextDue()
  const groups = state.store.groups.nextDeadline.get() ?? null
  const planned = [due, expiry, deadline, groups, settling, slot, state.heartbeats.nextDue()].filter(
    (moment) => moment !== null,
  )
  return planned.length === 0 ? null : Math.min(...planned)
}

/** Whether a turn has something to do only because time has passed. */
export const isTimeOver = (state: EngineState, wallMs: number, monoMs: number): boolean =>
  (state.timers.next() ?? Infinity) <= monoMs || (nextPlanned(state) ?? Infinity) <= wallMs
