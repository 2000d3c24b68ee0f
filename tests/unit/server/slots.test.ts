import { expect, test } from 'vitest'
import { parseSlots } from '../../../src-main/server/slots.ts'

test('slots are read per executor; what is left out keeps its default', () => {
  expect(parseSlots(undefined)).toEqual({})
  expect(parseSlots('process=8')).toEqual({ process: 8 })
  expect(parseSlots('async=512, process=2,thread=4')).toEqual({ async: 512, process: 2, thread: 4 })
})

test.each(['process', 'process=0', 'process=-1', 'process=many', 'cores=4', 'process=100000', 'thread=257'])(
  'slots "%s" are refused with what is allowed',
  (text) => {
    expect(() => parseSlots(text)).toThrow(/--slots: .* is not one of async, thread, process with a number from 1/)
  },
)
