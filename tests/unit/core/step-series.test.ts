import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SERIES_POINTS, StepSeries } from '../../../src-main/core/step-series.ts'

const last = (points: number[], count: number) => points.slice(-count)

test('a sum counts what falls into each step, and steps without anything are 0', () => {
  const series = new StepSeries('sum', 1_000, 100_000)
  series.record(100_100, 2)
  series.record(100_900, 3)
  series.record(103_000, 1)
  expect(last(series.read(104_500), 5)).toEqual([5, 0, 0, 1, 0])
  expect(series.read(104_500)).toHaveLength(SERIES_POINTS)
})

test('a peak keeps its level until another is said, and has the highest of each step', () => {
  const series = new StepSeries('peak', 1_000, 100_000, 4)
  series.record(100_500, 9)
  series.record(100_900, 2)
  series.record(103_100, 7)
  expect(last(series.read(105_000), 6)).toEqual([9, 2, 2, 7, 7, 7])
})

test('what is older than the series is gone, and reading changes nothing', () => {
  const series = new StepSeries('sum', 1_000, 0)
  series.record(0, 5)
  expect(series.read(59_000)[0]).toBe(5)
  expect(series.read(60_000).every((point) => point === 0)).toBe(true)
  expect(series.read(59_000)[0]).toBe(5)
  series.record(3_600_000, 1)
  expect(series.read(3_600_000)).toEqual([...Array.from({ length: SERIES_POINTS - 1 }, () => 0), 1])
})

test('what happened before the series began stands where it belongs', () => {
  const series = new StepSeries('sum', 60_000, 10_000_000)
  series.recordPast(0, 1)
  series.recordPast(90_000, 2)
  series.recordPast(3_600_000, 4)
  expect(last(series.read(10_000_000), 4)).toEqual([0, 2, 1, 0])
})

test('a sum over any history is the count of what is in the window', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 9 }))), (steps) => {
      const series = new StepSeries('sum', 1_000, 500_000)
      let now = 500_000
      const events = steps.map(([wait, count]) => {
        now += wait
        series.record(now, count)
        return { step: Math.floor(now / 1_000), count }
      })
      const oldest = Math.floor(now / 1_000) - SERIES_POINTS + 1
      const expected = events.filter(({ step }) => step >= oldest).reduce((sum, { count }) => sum + count, 0)
      expect(series.read(now).reduce((sum, count) => sum + count, 0)).toBe(expected)
    }),
  )
})
