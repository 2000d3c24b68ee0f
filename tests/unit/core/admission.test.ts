import { expect, test } from 'vitest'
import { isBefore, rankOf } from '../../../src-main/core/admission.ts'

test('a level of priority is worth a head start of one minute', () => {
  const waiting = { rank: rankOf(0, 0), id: 1 }
  expect(isBefore({ rank: rankOf(59_999, 1), id: 2 }, waiting)).toBe(true)
  expect(isBefore({ rank: rankOf(60_000, 1), id: 2 }, waiting)).toBe(false)
})
