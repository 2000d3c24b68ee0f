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
    state.counters.add('is_scheduled', -1)
    state.counters.add('is_queued', 1)
    state.lanes.joined(laneOfRequeued(state, tick, row, state.lanes.get(row.lane_id).isPrivate), row)
    tick.event(row.id, 'queued')
    tick.changes.runs.add(row.id)
  }
  return rows.length
}

/**
 * Waiting is a span and keeps its length when the wall clock is moved: the moments at which limits in the queue end and
 * permits of rates return, which are stored as wall time to outlive the host, move along. Due times stay: they name a moment.
 */
export function followClock(state: EngineState, movedMs: number): void {
  if (movedMs === 0) return
  state.store.runs.moveExpiries.run(movedMs)
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

/** The next moment, in epoch ms, at which a run is due, a wait in the queue ends or a future's timer settles it; null: none. */
export function nextPlanned(state: EngineState): number | null {
  const due = state.store.runs.nextDue.get() ?? null
  const expiry = state.store.runs.nextExpiry.get() ?? null
  const settling = state.store.futures.nextDue.get() ?? null
  const planned = [due, expiry, settling].filter((moment) => moment !== null)
  return planned.length === 0 ? null : Math.min(...planned)
}
