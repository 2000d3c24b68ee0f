import { expect, test } from 'vitest'
import { TokenBucket } from '../../../src-main/server/token-bucket.ts'

const rate = { perSecond: 200, burst: 400 }
const takeMany = (bucket: TokenBucket, count: number, nowMs: number) => {
  let pauseMs = 0
  for (let n = 0; n < count; n++) pauseMs = bucket.take(nowMs)
  return pauseMs
}

test('a burst passes, and what goes beyond it must be waited for', () => {
  const bucket = new TokenBucket(rate, 0)
  expect(takeMany(bucket, 400, 0)).toBe(0)
  expect(takeMany(bucket, 100, 0)).toBe(500)
})

test('a debt is paid with time, and no burst is saved beyond its size', () => {
  const bucket = new TokenBucket(rate, 0)
  takeMany(bucket, 500, 0)
  expect(bucket.take(500)).toBe(5)
  expect(bucket.take(510)).toBe(0)
  expect(takeMany(bucket, 400, 60_000)).toBe(0)
  expect(bucket.take(60_000)).toBe(5)
})
