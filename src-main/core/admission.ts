import type { Executor } from '../../src-preload/contract.ts'

/** The place of a queued run: smaller rank first, then the smaller id. */
export type Place = { rank: number; id: number }

/** What one level of priority is worth: a run of priority 1 is admitted as if it had come a minute earlier. */
const HEAD_START_MS = 60_000

/**
 * Priority that ages, without anything to update while it does: who waits long enough is overtaken by nobody. `queuedAt`
 * is in epoch ms that never go back.
 */
export const rankOf = (queuedAt: number, priority: number): number => queuedAt - priority * HEAD_START_MS

/**
 * Queued runs that are admissible under the same conditions, so that one look at the lane decides for all of them:
 * a million runs behind an exhausted resource cost as much as one.
 */
export type Lane = {
  id: number
  executor: Executor
  /** Null for ad hoc runs. */
  jobId: number | null
  /** Belongs to a private engine: admitted by every host, but a private engine admits only its own. */
  isPrivate: boolean
  isPaused: boolean
  queued: number
  /** The first in line; `unknown` after it left in an unusual way, null when the lane is empty. */
  head: Place | 'unknown' | null
}

/** Claim the first queued runs of `lane` whose place is before `before`, at most `limit`. */
export type Claim = { lane: Lane; before: Place; limit: number }

export const isBefore = (a: Place, b: Place): boolean => a.rank < b.rank || (a.rank === b.rank && a.id < b.id)

const afterAll: Place = { rank: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }

/**
 * The next runs to admit for one executor, or null when none may start. Only the stretch of the best lane that comes
 * before every other lane's head is claimed, so the order over all lanes is the order of one queue.
 * `lanes` are admissible, not empty, and know their heads.
 */
export function nextClaim(lanes: readonly Lane[], freeSlots: number): Claim | null {
  if (freeSlots <= 0) return null
  let best: Lane | null = null
  let bestHead: Place | null = null
  let second: Place | null = null
  for (const lane of lanes) {
    if (lane.head === null || lane.head === 'unknown') continue
    if (bestHead === null || isBefore(lane.head, bestHead)) {
      second = bestHead
      best = lane
      bestHead = lane.head
    } else if (second === null || isBefore(lane.head, second)) second = lane.head
  }
  if (best === null) return null
  return { lane: best, before: second ?? afterAll, limit: freeSlots }
}
