import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { retrySchema } from '../../../src-preload/retry-policy.ts'
import { parseRetry, parseRetryOverride, retryInWords } from '../../../src-main/cli/retry-options.ts'
import type { RetryOptions } from '../../../src-main/cli/retry-options.ts'

describe('the options for retries', () => {
  test('make a policy that a job takes, and its words say it as they do', () => {
    const wordsOf = (options: RetryOptions) => {
      const policy = v.parse(retrySchema, parseRetry(options))
      return retryInWords(policy)
    }
    expect(wordsOf({ retries: '1' })).toBe('1 time after 1s..1h')
    expect(wordsOf({ retries: '5', backoff: '5s' })).toBe('5 times after 5s')
    expect(wordsOf({ retries: '5', backoff: '2h' })).toBe('5 times after 2h')
    expect(wordsOf({ retries: '5', backoff: '250..10m' })).toBe('5 times after 250ms..10m')
    expect(wordsOf({ retries: '5', backoff: '1s*3..10m', jitter: 'equal' })).toBe(
      '5 times after 1s*3..10m; jitter equal',
    )
    expect(wordsOf({ retries: '5', backoff: '1s, 1.5s,30s', jitter: '0.2' })).toBe(
      '5 times after 1s,1500ms,30s; jitter 0.2',
    )
    expect(wordsOf({ retries: '5', retryOn: 'FetchError,75,timeout', neverRetry: 'TypeError' })).toBe(
      '5 times after 1s..1h; on FetchError,75,timeout; never on TypeError',
    )
  })

  test('make none when nothing is to be tried again', () => {
    expect([parseRetry({}), parseRetry({ retries: '0' }), parseRetryOverride({})]).toEqual([null, null, undefined])
  })

  test('of one run say only what it has otherwise', () => {
    expect(parseRetryOverride({ retries: '0' })).toEqual({ maxAttempts: 1 })
    expect(parseRetryOverride({ jitter: 'full' })).toEqual({ jitter: 1 })
  })

  test.each([
    [{ backoff: '5s' }, '--retries is missing'],
    [{ retries: '1000' }, 'not a whole number from 0 to 999'],
    [{ retries: '2', backoff: '1m..1s' }, 'begins with more than its longest delay'],
    [{ retries: '2', backoff: '1s*0.5..1m' }, 'the factor 0.5 is not from 1 to 100'],
    [{ retries: '2', backoff: 'soon' }, '--backoff: "soon" is not a duration'],
    [{ retries: '2', jitter: 'some' }, '"some" is not none, equal, full, or a number from 0 to 1'],
    [{ retries: '2', retryOn: '300' }, 'not a whole number from 0 to 255'],
    [{ retries: '2', neverRetry: 'no name' }, '"no name" is not the name of an error'],
  ])('that say nothing useful are refused: %j', (options, said) => {
    expect(() => parseRetry(options)).toThrow(said)
  })
})
