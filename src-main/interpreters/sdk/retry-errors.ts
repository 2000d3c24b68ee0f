import { parseDuration } from '../../core/duration.ts'
import type { RetryWish } from '../../core/retry.ts'

/** The interpreter and the SDK that scripts import are bundles of their own, each with its copy of the classes. */
const brand = Symbol.for('signalbox.retry-wish')

/** Thrown, or a subclass of it: the run fails with it at once, whatever retries its job has. */
export class NonRetryableError extends Error {
  readonly [brand]: RetryWish = { retry: 'never' }

  constructor(message?: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NonRetryableError'
  }
}

/**
 * Thrown: the next attempt is due after `delay` (`'30s'`, or ms) in place of what the job's backoff says, but no later
 * than its longest delay. It is for a service that says when to come back. The number of attempts stays as it is.
 */
export class RetryAfterError extends Error {
  readonly [brand]: RetryWish

  constructor(delay: string | number, message = `to be tried again after ${delay}`, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RetryAfterError'
    this[brand] = { retry: 'after', delayMs: parseDuration(delay) }
  }
}

/** Gives an error of ours a wish. */
export const wishing = <E extends Error>(error: E, wish: RetryWish): E => Object.assign(error, { [brand]: wish })

/** What an error wishes; of several that were thrown together, the one that gives up is heard. */
export function wishOf(thrown: unknown): RetryWish | null {
  if (thrown instanceof AggregateError) {
    const isHopeless = thrown.errors.some((one: unknown) => wishOf(one)?.retry === 'never')
    return isHopeless ? { retry: 'never' } : null
  }
  return typeof thrown === 'object' && thrown !== null && brand in thrown ? (thrown[brand] as RetryWish) : null
}
