import type { ConditionKind } from '../../src-preload/conditions.ts'
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
 * What a run takes while its attempt lasts: permits of a semaphore, or one of `limit` places for runs with the same
 * value of a key; or what must hold when it starts: a condition of the machine, or that the secrets are open. `resource`
 * names it among all of them.
 */
export type Need =
  | { readonly kind: 'semaphore'; readonly resource: string; readonly name: string; readonly amount: number }
  | { readonly kind: 'key'; readonly resource: string; readonly limit: number }
  | {
      readonly kind: 'condition'
      readonly resource: string
      readonly condition: { readonly kind: ConditionKind; readonly idleMs: number | null }
    }
  | { readonly kind: 'secrets'; readonly resource: string }

/**
 * Queued runs that are admissible under the same conditions, so that one look at the lane decides for all of them:
 * a million runs behind an exhausted resource cost as much as one.
 */
export type Lane = {
  readonly id: number
  readonly executor: Executor
  /** Null for ad hoc runs. */
  readonly jobId: number | null
  /** Belongs to a private engine: admitted by every host, but a private engine admits only its own. */
  readonly isPrivate: boolean
  /** The stored form of `needs`; '' when there are none. */
  readonly gate: string
  /** All of them are taken at once, or none: conditions and secrets first, then keys, then semaphores in the order of their names. */
  readonly needs: readonly Need[]
  isPaused: boolean
  queued: number
  /** The first in line; `unknown` after it left in an unusual way, null when the lane is empty. */
  head: Place | 'unknown' | null
  /** Where the lane is parked: it is not looked at again before this has room for it. */
  heldUpAt: Need | null
}

/** Claim the first queued runs of `lane` whose place is before `before`, at most `limit`. */
export type Claim = { lane: Lane; before: Place; limit: number }

export const isBefore = (a: Place, b: Place): boolean => a.rank < b.rank || (a.rank === b.rank && a.id < b.id)

export const afterAll: Place = { rank: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }
