import { expect, test } from 'vitest'
import { fitsStatus, isTransientStatus, retryAfterMs } from '../../../src-main/core/http-status.ts'
import { delayOfRetry } from '../../../src-main/core/retry.ts'
import type { RetryPolicy } from '../../../src-preload/retry-policy.ts'

test('a status fits itself and its kind', () => {
  expect(fitsStatus(503, ['200', '5xx'])).toBe(true)
  expect(fitsStatus(503, ['503'])).toBe(true)
  expect(fitsStatus(404, ['5xx', '400'])).toBe(false)
  expect(fitsStatus(500, [])).toBe(false)
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-27T12:00:00Z')
  expect(retryAfterMs('120', now)).toBe(120_000)
  expect(retryAfterMs('Fri, 27 Nov 2026 12:01:00 GMT', now)).toBe(60_000)
  expect(retryAfterMs('Fri, 27 Nov 2026 11:00:00 GMT', now)).toBe(0)
  expect(retryAfterMs('soon', now)).toBe(null)
  expect(retryAfterMs(null, now)).toBe(null)
})

const policy: RetryPolicy = {
  maxAttempts: 5,
  backoff: { kind: 'fixed', delayMs: 1_000 },
  maxDelayMs: 60_000,
  jitter: 0,
  on: null,
  never: [],
}
const only = (statuses: string[], errors: string[] = []) => ({ errors, exitCodes: [], timeouts: false, statuses })
const delay = (status: number, rules: Partial<RetryPolicy> = {}, notBeforeMs = 0) =>
  delayOfRetry(
    { ...policy, ...rules },
    { by: 'error', name: 'HttpStatusError', wish: { retry: 'by_status', status, notBeforeMs } },
    1,
    0,
  )

test('by itself only what may pass is tried again', () => {
  const retried = [400, 404, 408, 425, 429, 500, 503].filter((status) => delay(status) !== null)
  expect(retried).toEqual([408, 425, 429, 500, 503])
  expect(isTransientStatus(501)).toBe(true)
})

test('a policy that names statuses tries these again and no others', () => {
  expect(delay(404, { on: only(['404']) })).toBe(1_000)
  expect(delay(503, { on: only(['404']) })).toBe(null)
  expect(delay(503, { on: only(['5xx']) })).toBe(1_000)
  expect(delay(404, { on: only([], ['HttpStatusError']) })).toBe(1_000)
  expect(delay(503, { on: only(['5xx']), never: ['HttpStatusError'] })).toBe(null)
})

test('a server that says when to come back is heard, up to the longest delay', () => {
  expect(delay(503, {}, 30_000)).toBe(30_000)
  expect(delay(503, {}, 10)).toBe(1_000)
  expect(delay(503, {}, 3_600_000)).toBe(60_000)
  expect(delay(404, {}, 30_000)).toBe(null)
})
