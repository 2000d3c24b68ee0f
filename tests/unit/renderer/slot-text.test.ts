import { expect, test } from 'vitest'
import type { ExecutorSlots } from '../../../src-preload/contract.ts'
import { slotFault, slotHint, wantedSlots } from '../../../src-renderer/lib/state/slot-text.ts'

const row = (more: Partial<ExecutorSlots> = {}): ExecutorSlots => ({
  executor: 'thread',
  inUse: 1,
  total: 2,
  standard: 2,
  saved: null,
  atStart: null,
  most: 256,
  ...more,
})

test('a number of slots is whole, and no more than the executor can have', () => {
  expect(['1', '256', ' 4 ', ''].map((text) => slotFault(row(), text))).toEqual(Array(4).fill(undefined))
  for (const text of ['0', '257', '1.5', '-1', 'many', '1e2'])
    expect(slotFault(row(), text)).toBe('Write a whole number from 1 to 256.')
})

test('it says where the number comes from', () => {
  expect(slotHint(row())).toBe('1 in use; empty: 2, as is usual here')
  expect(slotHint(row({ atStart: 4 }))).toBe('1 in use; from --slots at the start, which holds until it is set here')
})

test('only what changes is asked for; an empty field takes back what was set', () => {
  const rows = [row(), row({ executor: 'process', total: 8, saved: 8 }), row({ executor: 'async', total: 256 })]
  expect(wantedSlots(rows, { thread: '2', process: '8', async: '' })).toEqual({})
  expect(wantedSlots(rows, { thread: '4', process: '', async: '256' })).toEqual({ thread: 4, process: null })
})
