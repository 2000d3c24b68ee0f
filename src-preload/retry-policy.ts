import * as v from 'valibot'
import { errorNamePattern, limits, retryDefaults, statusPattern } from './limits.ts'

/** Longest span of time a policy may name: 400 days, in ms. */
export const spanMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.spanMs))

const maxAttempts = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.attempts))

const errorNames = v.pipe(
  v.array(v.pipe(v.string(), v.regex(errorNamePattern, 'an error is named as in RangeError'))),
  v.maxLength(limits.retryReasons, `at most ${limits.retryReasons} names of errors`),
)
const exitCodes = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  v.maxLength(256, 'at most 256 exit codes'),
)

export const statuses = v.pipe(
  v.array(v.pipe(v.string(), v.regex(statusPattern, 'a status is written 503 or 5xx'))),
  v.maxLength(limits.retryReasons, `at most ${limits.retryReasons} statuses`),
)

/** How long to wait before each retry, before jitter and `maxDelayMs`. */
const backoff = v.variant('kind', [
  v.strictObject({ kind: v.literal('fixed'), delayMs: spanMs }),
  /** The first delay; each one after it is `factor` times the one before. */
  v.strictObject({
    kind: v.literal('exponential'),
    delayMs: spanMs,
    factor: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100)), 2),
  }),
  /** One after the other; the last one is kept. */
  v.strictObject({
    kind: v.literal('list'),
    delaysMs: v.pipe(
      v.array(spanMs),
      v.minLength(1, 'a list of delays needs one at least'),
      v.maxLength(limits.retryDelays, `at most ${limits.retryDelays} delays`),
    ),
  }),
])

/** What of a policy a single run may have otherwise. */
const rules = {
  backoff: v.optional(backoff, retryDefaults.backoff),
  /** No delay is longer, also not one that a script asks for. */
  maxDelayMs: v.optional(spanMs, retryDefaults.maxDelayMs),
  /** The share of each delay that is random: 0 none of it, 1 all of it. */
  jitter: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), retryDefaults.jitter),
  /** Which failures are tried again; null: all of them. */
  on: v.optional(
    v.nullable(
      v.strictObject({
        errors: v.optional(errorNames, []),
        exitCodes: v.optional(exitCodes, []),
        /** Attempts that ran out of time. */
        timeouts: v.optional(v.boolean(), false),
        /** Answers of an HTTP request by their status. */
        statuses: v.optional(statuses),
      }),
    ),
    null,
  ),
  /** Errors that are not, whatever `on` says. */
  never: v.optional(errorNames, []),
}

export const retrySchema = v.pipe(
  v.strictObject({ maxAttempts, ...rules }),
  v.check(({ backoff, maxDelayMs }) => {
    const delaysMs = backoff.kind === 'list' ? backoff.delaysMs : [backoff.delayMs]
    return delaysMs.every((delayMs) => delayMs <= maxDelayMs)
  }, 'a delay is longer than maxDelayMs'),
)

/** Of a single run: what is left out stays as the job has it. */
export const retryOverrideSchema = v.partial(v.strictObject({ maxAttempts, ...rules }))

/** When a failed attempt is followed by another one. `maxAttempts` counts the first; interrupted ones do not count. */
export type RetryPolicy = v.InferOutput<typeof retrySchema>
export type RetryOverride = v.InferOutput<typeof retryOverrideSchema>
