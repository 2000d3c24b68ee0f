import { decideUntilNow } from '../commands/schedules.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** The system is in another time zone: schedules in the system's zone are decided up to now by the old one, and planned anew. */
export function followZone(state: EngineState, tick: Tick): void {
  for (const schedule of state.schedules.all()) {
    if (schedule.timing.zone !== 'system') continue
    decideUntilNow(state, tick, schedule)
    state.schedules.enterZone(schedule, state.surroundings.zone)
  }
}
