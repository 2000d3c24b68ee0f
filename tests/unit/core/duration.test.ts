import { expect, test } from 'vitest'
import { parseDuration } from '../../../src-main/core/duration.ts'

test.each([
  [0, 0],
  [1_500, 1_500],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['10m', 600_000],
  ['2h', 7_200_000],
  [' 1 d ', 86_400_000],
])('%j is %i ms', (duration, ms) => {
  expect(parseDuration(duration)).toBe(ms)
})

test.each([-1, NaN, Infinity, '', '10', 's', '1.s', '-1s', '1w', '1s 2'])('%j is refused with a hint', (duration) => {
  expect(() => parseDuration(duration)).toThrow(RangeError)
  expect(() => parseDuration(duration)).toThrow(/Write milliseconds as a number, or a text such as/)
})
