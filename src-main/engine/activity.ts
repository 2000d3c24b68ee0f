import { outcomes } from '../../src-preload/contract.ts'
import { ActivityLog } from '../core/activity.ts'
import type { Totals } from '../core/activity.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from './clock.ts'
import type { Counters } from './counters.ts'

const HOUR_MS = 3_600_000
/** Of the newest runs so many are looked at when the engine starts, which takes no longer however many there are. */
const RUNS_LOOKED_AT = 10_000

/** Begins with what has ended lately in earlier lives. */
export function openActivity(store: Store, counters: Counters, clock: Clock): ActivityLog {
  const now = clock.wallMs()
  const log = new ActivityLog(clock.monoMs(), totalsOf(counters))
  const ended = store.overview.endedSince.all({ since: now - HOUR_MS, looked: RUNS_LOOKED_AT })
  log.recordPast(ended.map(({ outcome, finished_at }) => ({ outcome, agoMs: Math.max(0, now - finished_at) })))
  return log
}

/** What an activity log is told. */
export const totalsOf = (counters: Counters): Totals => ({
  submitted: counters.get('last_run'),
  running: counters.get('is_running') + counters.get('is_stopping'),
  ended: Object.fromEntries(outcomes.map((name) => [name, counters.get(`was_${name}`)])) as Totals['ended'],
})
