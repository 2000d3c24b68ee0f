import { decideUntilNow } from '../commands/schedules.ts'
import { moveCursor } from './slots.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** The system is in another time zone: schedules in the system's zone are decided up to now by the old one, and planned anew. */
export function followZone(state: EngineState, tick: Tick): void {
  for (const schedule of state.schedules.all()) {
    if (schedule.timing.zone !== 'system') continue
    decideUntilNow(state, tick, schedule)
    // What would have passed already in the other zone, nobody has planned.
    moveCursor(
      state,
      tick,
      state.schedules.enterZone(schedule, state.surroundings.zone),
      Math.max(schedule.cursor, tick.now),
    )
  }
}
