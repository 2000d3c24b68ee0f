import { fitsStatus, isTransientStatus } from './http-status.ts'
import type { RetryPolicy } from '../../src-preload/retry-policy.ts'

/** What a script may ask for with the error that it throws; an HTTP request leaves it to the policy, but not before a moment. */
export type RetryWish =
  { retry: 'never' } | { retry: 'after'; delayMs: number } | { retry: 'by_status'; status: number; notBeforeMs: number }

/** How an attempt failed, as far as a policy looks at it. */
export type Failure =
  { by: 'error'; name: string; wish: RetryWish | null } | { by: 'exit'; code: number | null } | { by: 'timeout' }

/**
 * Ms until the next attempt, or null when there is none. `attempt` is the number of the one that failed, counted from 1
 * without those that were interrupted; `random` is in [0, 1).
 */
export function delayOfRetry(
  policy: RetryPolicy | null,
  failure: Failure,
  attempt: number,
  random: number,
): number | null {
  if (policy === null || attempt >= policy.maxAttempts) return null
  if (failure.by === 'error' && failure.wish !== null) {
    if (failure.wish.retry === 'never') return null
    if (failure.wish.retry === 'by_status') {
      const { status, notBeforeMs } = failure.wish
      if (!isStatusRetried(policy, failure.name, status)) return null
      return Math.min(Math.max(delayAfter(policy, attempt, random), notBeforeMs), policy.maxDelayMs)
    }
    // It has been told when: what the policy retries, and how it spreads, is about those who do not know.
    return Math.round(Math.min(failure.wish.delayMs, policy.maxDelayMs))
  }
  return isRetried(policy, failure) ? delayAfter(policy, attempt, random) : null
}

function isRetried({ on, never }: RetryPolicy, failure: Failure): boolean {
  switch (failure.by) {
    case 'error':
      return !never.includes(failure.name) && (on === null || on.errors.includes(failure.name))
    case 'exit':
      return on === null || (failure.code !== null && on.exitCodes.includes(failure.code))
    case 'timeout':
      return on === null || on.timeouts
  }
}

/** Without a choice of failures, only what may go well the next time. */
function isStatusRetried({ on, never }: RetryPolicy, name: string, status: number): boolean {
  if (never.includes(name)) return false
  if (on === null) return isTransientStatus(status)
  return on.errors.includes(name) || fitsStatus(status, on.statuses ?? [])
}

/** The jitter takes its share off: a delay is never longer than without. */
function delayAfter({ backoff, maxDelayMs, jitter }: RetryPolicy, attempt: number, random: number): number {
  const delayMs = Math.min(backoffOf(backoff, attempt), maxDelayMs)
  return Math.round(delayMs * (1 - jitter * random))
}

function backoffOf(backoff: RetryPolicy['backoff'], attempt: number): number {
  switch (backoff.kind) {
    case 'fixed':
      return backoff.delayMs
    case 'exponential':
      // Nothing times an infinite factor is not a number.
      return backoff.delayMs === 0 ? 0 : backoff.delayMs * backoff.factor ** (attempt - 1)
    case 'list':
      return backoff.delaysMs[Math.min(attempt, backoff.delaysMs.length) - 1] ?? 0
  }
}
