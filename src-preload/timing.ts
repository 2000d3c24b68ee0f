import * as v from 'valibot'
import { objectLimits } from './limits.ts'

/**
 * What a schedule does with a time of day that the clocks of its zone skip (`gap`) or show twice (`overlap`). An expression
 * whose second, minute or hour begins with `*` goes by real time and has no use for it.
 */
const clockChange = {
  /** `next`: at the first moment after the gap. */
  gap: v.optional(v.picklist(['next', 'skip']), 'next'),
  overlap: v.optional(v.picklist(['first', 'last', 'both']), 'first'),
}

const momentMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15))

const shared = {
  /** IANA name, or `system` for the zone that the host's system has at the time; what a cron expression means, and how moments are shown. */
  zone: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  /** The first moment that may be a slot, and the first one after the last; null: no bound. */
  startAt: v.optional(v.nullable(momentMs), null),
  endAt: v.optional(v.nullable(momentMs), null),
  /** Each run becomes due up to so much after its slot, the same for the same slot. */
  jitterMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400_000)), 0),
}

export const timingSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('cron'),
    /** Five fields, or six with seconds first. */
    expression: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
    ...clockChange,
    ...shared,
  }),
  v.strictObject({
    kind: v.literal('interval'),
    everyMs: v.pipe(v.number(), v.integer(), v.minValue(1_000), v.maxValue(objectLimits.periodMs)),
    /** The first slot; the others follow in whole intervals from it. */
    anchorAt: momentMs,
    ...shared,
  }),
  v.strictObject({ kind: v.literal('once'), at: momentMs, ...shared }),
])

/** When the slots of a schedule are. */
export type Timing = v.InferOutput<typeof timingSchema>
