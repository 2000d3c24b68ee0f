import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { retryOverrideSchema, retrySchema } from '../../../src-preload/retry-policy.ts'
import type { RetryPolicy } from '../../../src-preload/retry-policy.ts'
import { delayOfRetry } from '../../../src-main/core/retry.ts'
import type { Failure } from '../../../src-main/core/retry.ts'

const policy = (given: object): RetryPolicy => v.parse(retrySchema, { maxAttempts: 8, ...given })
const threw = (name = 'Error'): Failure => ({ by: 'error', name, wish: null })
const delays = (given: object, random = 0) =>
  [1, 2, 3, 4, 5, 6, 7].map((attempt) => delayOfRetry(policy(given), threw(), attempt, random))

describe('the delay before each retry', () => {
  const exponential = { kind: 'exponential', delayMs: 1_000 }
  test.each([
    ['fixed', { backoff: { kind: 'fixed', delayMs: 5_000 } }, [5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000]],
    ['exponential, doubling', { backoff: exponential }, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000]],
    [
      'exponential by 1.5',
      { backoff: { ...exponential, factor: 1.5 } },
      [1_000, 1_500, 2_250, 3_375, 5_063, 7_594, 11_391],
    ],
    [
      'exponential with a cap',
      { backoff: exponential, maxDelayMs: 10_000 },
      [1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000],
    ],
    [
      'a list, whose last one is kept',
      { backoff: { kind: 'list', delaysMs: [1_000, 5_000, 30_000] } },
      [1_000, 5_000, 30_000, 30_000, 30_000, 30_000, 30_000],
    ],
    ['nothing', { backoff: { kind: 'exponential', delayMs: 0 } }, [0, 0, 0, 0, 0, 0, 0]],
    ['what is not said', {}, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000]],
  ])('%s', (_what, given, expected) => {
    expect(delays(given)).toEqual(expected)
  })

  test('loses its random share to the jitter', () => {
    const at = (jitter: number, random: number) =>
      delayOfRetry(policy({ backoff: { kind: 'fixed', delayMs: 8_000 }, jitter }), threw(), 1, random)
    expect([0, 0.5, 1].map((jitter) => [0, 0.25, 0.75].map((random) => at(jitter, random)))).toEqual([
      [8_000, 8_000, 8_000],
      [8_000, 7_000, 5_000],
      [8_000, 6_000, 2_000],
    ])
  })

  const policies = fc.record({
    maxAttempts: fc.constant(1_000),
    backoff: fc.oneof(
      fc.record({ kind: fc.constant('fixed'), delayMs: fc.nat(1_000) }),
      fc.record({
        kind: fc.constant('exponential'),
        delayMs: fc.nat(1_000),
        factor: fc.double({ min: 1, max: 100, noNaN: true }),
      }),
    ),
    maxDelayMs: fc.integer({ min: 1_000, max: 400 * 86_400_000 }),
  })
  const attempts = fc.integer({ min: 1, max: 998 })

  test('is a whole number of ms from 0 to the cap, whatever chance says', () => {
    const jitter = fc.double({ min: 0, max: 1, noNaN: true })
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(policies, jitter, attempts, random, (given, share, attempt, chance) => {
        const parsed = policy({ ...given, jitter: share })
        const delayMs = delayOfRetry(parsed, threw(), attempt, chance) ?? -1
        expect(Number.isInteger(delayMs)).toBe(true)
        expect(delayMs).toBeGreaterThanOrEqual(0)
        expect(delayMs).toBeLessThanOrEqual(parsed.maxDelayMs)
        const whole = delayOfRetry({ ...parsed, jitter: 0 }, threw(), attempt, chance) ?? -1
        expect(delayMs).toBeLessThanOrEqual(whole)
        expect(delayMs).toBeGreaterThanOrEqual(Math.floor(whole * (1 - share)))
      }),
    )
  })

  test('never shrinks from one retry to the next without jitter', () => {
    fc.assert(
      fc.property(policies, attempts, (given, attempt) => {
        const [now, next] = [attempt, attempt + 1].map((at) => delayOfRetry(policy(given), threw(), at, 0.5))
        expect(next).toBeGreaterThanOrEqual(now ?? Infinity)
      }),
    )
  })
})

describe('what is retried', () => {
  const at = (given: object | null, failure: Failure, attempt = 1) =>
    delayOfRetry(given === null ? null : policy(given), failure, attempt, 0) !== null
  const exit = (code: number | null): Failure => ({ by: 'exit', code })
  const timeout: Failure = { by: 'timeout' }

  test('nothing without a policy, and nothing after the last attempt', () => {
    expect(at(null, threw())).toBe(false)
    expect([1, 2, 3, 4].map((attempt) => at({ maxAttempts: 3 }, threw(), attempt))).toEqual([true, true, false, false])
  })

  test('every failure, unless the policy names some', () => {
    expect([threw(), exit(1), exit(null), timeout].map((failure) => at({}, failure))).toEqual([true, true, true, true])
  })

  test.each([
    [{ errors: ['FetchError'] }, [true, false, false, false, false]],
    [{ exitCodes: [75] }, [false, false, true, false, false]],
    [{ timeouts: true }, [false, false, false, false, true]],
    [{}, [false, false, false, false, false]],
  ])('only what %j names', (on, expected) => {
    const failures = [threw('FetchError'), threw('TypeError'), exit(75), exit(null), timeout]
    expect(failures.map((failure) => at({ on }, failure))).toEqual(expected)
  })

  test('no error that is excepted, also where it is named', () => {
    expect(at({ never: ['TypeError'] }, threw('TypeError'))).toBe(false)
    expect(at({ never: ['TypeError'] }, threw())).toBe(true)
    expect(at({ on: { errors: ['TypeError'] }, never: ['TypeError'] }, threw('TypeError'))).toBe(false)
  })

  test('as the script wishes, within the count and the cap', () => {
    const wish = (wished: Extract<Failure, { by: 'error' }>['wish']): Failure => ({
      by: 'error',
      name: 'Error',
      wish: wished,
    })
    const after = (delayMs: number) => wish({ retry: 'after', delayMs })
    const given = { maxAttempts: 3, maxDelayMs: 60_000, jitter: 1, never: ['Error'] }
    expect(at({}, wish({ retry: 'never' }))).toBe(false)
    expect(delayOfRetry(policy(given), after(20_000), 2, 0.9)).toBe(20_000)
    expect(delayOfRetry(policy(given), after(3_600_000), 2, 0.9)).toBe(60_000)
    expect(delayOfRetry(policy(given), after(20_000), 3, 0.9)).toBe(null)
    expect(delayOfRetry(null, after(20_000), 1, 0.9)).toBe(null)
  })
})

describe('a policy', () => {
  const faults = (given: object) => v.safeParse(retrySchema, given).issues?.map(({ message }) => message) ?? []

  test('is refused where it says nothing that can be done', () => {
    expect(faults({ maxAttempts: 0 })).toEqual([expect.stringContaining('>=1')])
    expect(faults({ maxAttempts: 1_001 })).toEqual([expect.stringContaining('<=1000')])
    expect(faults({ maxAttempts: 2, jitter: 1.5 })).toEqual([expect.stringContaining('<=1')])
    expect(faults({ maxAttempts: 2, backoff: { kind: 'list', delaysMs: [] } })).toEqual([
      'a list of delays needs one at least',
    ])
    expect(faults({ maxAttempts: 2, backoff: { kind: 'fixed', delayMs: 60_000 }, maxDelayMs: 1_000 })).toEqual([
      'a delay is longer than maxDelayMs',
    ])
    expect(faults({ maxAttempts: 2, never: ['not a name'] })).toEqual(['an error is named as in RangeError'])
  })

  test('of one run says only what is given', () => {
    expect(v.parse(retryOverrideSchema, { maxAttempts: 4 })).toEqual({ maxAttempts: 4 })
    expect(v.parse(retryOverrideSchema, {})).toEqual({})
  })
})
