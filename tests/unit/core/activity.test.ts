import { expect, test } from 'vitest'
import { ActivityLog } from '../../../src-main/core/activity.ts'
import type { Totals } from '../../../src-main/core/activity.ts'

const none = { succeeded: 0, failed: 0, timed_out: 0, cancelled: 0, skipped: 0, abandoned: 0 }
const totals = (submitted: number, running: number, ended: Partial<Totals['ended']> = {}): Totals => ({
  submitted,
  running,
  ended: { ...none, ...ended },
})

test('growing totals are counted in their minute and their ten seconds', () => {
  const start = 36_000_000
  const log = new ActivityLog(start, totals(100, 2, { succeeded: 50 }))
  log.record(start + 1_000, totals(104, 3, { succeeded: 51, failed: 1 }))
  log.record(start + 70_000, totals(104, 0, { succeeded: 54, failed: 1 }))
  const { hour, tenMinutes } = log.read(start + 70_000)
  expect(hour.ended.succeeded.slice(-2)).toEqual([1, 3])
  expect(hour.ended.failed.slice(-2)).toEqual([1, 0])
  expect(hour.running.slice(-2)).toEqual([3, 3])
  expect(log.read(start + 180_000).hour.running.at(-1)).toBe(0)
  expect(tenMinutes.submitted.slice(-8)).toEqual([4, 0, 0, 0, 0, 0, 0, 0])
  expect(tenMinutes.finished.slice(-8)).toEqual([2, 0, 0, 0, 0, 0, 0, 3])
})

test('a total that shrinks because old runs were removed is no run', () => {
  const log = new ActivityLog(0, totals(10, 0, { succeeded: 10 }))
  log.record(1_000, totals(10, 0, { succeeded: 2 }))
  log.record(2_000, totals(11, 0, { succeeded: 3 }))
  expect(log.read(2_000).hour.ended.succeeded.reduce((sum, count) => sum + count)).toBe(1)
})

test('what ended in an earlier life stands in the hour', () => {
  const log = new ActivityLog(36_000_000, totals(10, 0))
  log.recordPast([
    { outcome: 'failed', agoMs: 120_000 },
    { outcome: 'failed', agoMs: 7_200_000 },
  ])
  expect(log.read(36_000_000).hour.ended.failed.slice(-3)).toEqual([1, 0, 0])
})
