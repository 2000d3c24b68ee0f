import { expect, test } from 'vitest'
import { LogBudget } from '../../../src-main/interpreters/log-budget.ts'

const texts = (entries: ([number, string, string] | null)[]) => entries.map((entry) => entry?.[2] ?? null)

test('lines within the budget pass as they come and nothing is held back', () => {
  const budget = new LogBudget({ totalBytes: 1_000 })
  expect(budget.admit(1, 'out', 'a')).toEqual([1, 'out', 'a'])
  expect(budget.admit(2, 'err', 'b')).toEqual([2, 'err', 'b'])
  expect([...budget.release()]).toEqual([])
})

test('beyond the head the last lines are held, and a mark says what was cut between', () => {
  // Each line costs 4 + 16 bytes: the head (80) takes four, the tail (20) one.
  const budget = new LogBudget({ totalBytes: 100 })
  const admitted = Array.from({ length: 10 }, (_, i) => budget.admit(i, 'out', `no ${i}`))
  expect(texts(admitted)).toEqual(['no 0', 'no 1', 'no 2', 'no 3', null, null, null, null, null, null])
  expect([...budget.release()]).toEqual([
    [9, 'mark', '… 5 lines (20 bytes) cut …'],
    [9, 'out', 'no 9'],
  ])
})

test('a tail that fits is released whole and without a mark', () => {
  const budget = new LogBudget({ totalBytes: 100 })
  for (let i = 0; i < 5; i++) budget.admit(i, 'out', `no ${i}`)
  expect([...budget.release()]).toEqual([[4, 'out', 'no 4']])
})

test('empty lines cost too', () => {
  const budget = new LogBudget({ totalBytes: 160 })
  const admitted = Array.from({ length: 20 }, () => budget.admit(1, 'out', ''))
  expect(admitted.filter((entry) => entry !== null)).toHaveLength(8)
  expect([...budget.release()]).toEqual([
    [1, 'mark', '… 10 lines (0 bytes) cut …'],
    [1, 'out', ''],
    [1, 'out', ''],
  ])
})

test('a long line is cut at a character and says how much is missing', () => {
  const budget = new LogBudget({ lineBytes: 5 })
  expect(budget.admit(1, 'out', 'ab€€€')).toEqual([1, 'out', 'ab€ … 6 bytes cut …'])
  expect(budget.admit(1, 'out', 'abc€€')).toEqual([1, 'out', 'abc … 6 bytes cut …'])
})

test('a flood costs no more memory than its tail', () => {
  const budget = new LogBudget({ totalBytes: 10_000 })
  for (let i = 0; i < 200_000; i++) budget.admit(i, 'out', `line ${i}`)
  const released = [...budget.release()]
  expect(released.at(-1)).toEqual([199_999, 'out', 'line 199999'])
  expect(released.length).toBeLessThan(100)
})
