import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/**
 * Epoch ms that never go back, also not in the next life: runs are ranked by it, so a wall clock that is set back lets
 * nobody overtake. After one that was wrongly ahead it stands still until the right one has caught up, and equal ranks
 * go by their ids. Call inside the transaction.
 */
export function queueClock({ counters }: EngineState, { now }: Tick): number {
  const behindMs = now - counters.get('queue_clock')
  return behindMs > 0 ? counters.add('queue_clock', behindMs) : counters.get('queue_clock')
}
