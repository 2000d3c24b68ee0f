import { expect, test } from 'vitest'
import * as v from 'valibot'
import { retrySchema } from '../../../src-preload/retry-policy.ts'
import { noRetries, readRetry, retrySummary, retryTexts } from '../../../src-renderer/lib/state/retry-text.ts'
import type { RetryTexts } from '../../../src-renderer/lib/state/retry-text.ts'

const read = (texts: Partial<RetryTexts>) => {
  const faults = {}
  const policy = readRetry({ ...noRetries, retries: '3', ...texts }, faults)
  return { policy, faults: Object.keys(faults) }
}

test.each([
  [{}, '3 times, after 1s..1h'],
  [{ retries: '1', backoff: '5s' }, '1 time, after 5s'],
  [{ backoff: '1m 30s..2h' }, '3 times, after 1m 30s..2h'],
  [{ backoff: '1s*1.5..10m', jitter: '0.2' }, '3 times, after 1s*1.5..10m · jitter 0.2'],
  [{ backoff: '1s,5s, 2h', jitter: 'full' }, '3 times, after 1s, 5s, 2h · jitter full'],
  [
    { retryOn: 'FetchError,75, timeout', neverRetry: 'TypeError' },
    '3 times, after 1s..1h · on FetchError, 75, timeout · never on TypeError',
  ],
])('%j is a policy that a job takes, and is typed and read the same way', (texts, summary) => {
  const { policy, faults } = read(texts)
  if (policy === null) throw new Error(`at fault: ${faults.join(', ')}`)
  expect(v.parse(retrySchema, policy)).toEqual(policy)
  expect(retrySummary(policy)).toBe(summary)
  expect(read(retryTexts(policy)).policy).toEqual(policy)
})

test('no retries are no policy, whatever else stands there', () => {
  expect(['', ' ', '0'].map((retries) => read({ retries, backoff: 'soon' }))).toEqual(
    Array.from({ length: 3 }, () => ({ policy: null, faults: [] })),
  )
})

test.each([
  [{ retries: 'many' }, ['retries']],
  [{ retries: '1000' }, ['retries']],
  [{ backoff: 'soon' }, ['backoff']],
  [{ backoff: '1h..1s' }, ['backoff']],
  [{ backoff: '1s*0..1h' }, ['backoff']],
  [{ backoff: '1s, ,2s' }, ['backoff']],
  [{ jitter: '2', retryOn: '300', neverRetry: 'a b' }, ['jitter', 'retryOn', 'neverRetry']],
])('%j is at fault', (texts, faults) => {
  expect(read(texts)).toEqual({ policy: null, faults })
})
