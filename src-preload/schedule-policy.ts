import * as v from 'valibot'
import { objectLimits } from './limits.ts'

const windowMs = v.optional(
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(objectLimits.periodMs)),
  24 * 3_600_000,
)

/** What becomes of slots that passed while nobody could decide them: the host was down, or the machine slept. */
export const catchUpSchema = v.variant('policy', [
  v.strictObject({ policy: v.literal('skip') }),
  /** One run for all of them, if the last one is not older than the window. */
  v.strictObject({ policy: v.literal('once'), windowMs }),
  /** A run for each of the last `cap` that are in the window, `spacingMs` apart. */
  v.strictObject({
    policy: v.literal('all'),
    windowMs,
    cap: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 100),
    spacingMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400_000)), 10_000),
  }),
])
export type CatchUp = v.InferOutput<typeof catchUpSchema>

/** What becomes of a slot while a run of an earlier one has not finished. */
export const overlaps = ['allow', 'skip', 'queue', 'cancel'] as const
export type Overlap = (typeof overlaps)[number]

export type SlotOutcome = 'run' | 'late' | 'waiting' | 'skipped' | 'missed'

export type NoRunReason =
  /** An earlier run of the schedule has not finished; as many as may wait for its end do so already. */
  | 'overlap'
  /** A condition did not hold, and the schedule does not wait for it. */
  | 'conditions'
  | 'queue_full'
  /** The schedule was paused, or was removed before the slot's run was made. */
  | 'paused'
  | 'removed'
  /** The schedule does not catch up; the slot is older than its window; a later slot runs for it; more than its cap. */
  | 'no_catch_up'
  | 'window'
  | 'superseded'
  | 'cap'
