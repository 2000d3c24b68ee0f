import { expect, test } from 'vitest'
import type { Canceller } from '../../../src-preload/contract.ts'
import {
  cancellersInWords,
  logLineInWords,
  spanInWords,
  stateInWords,
  timeInWords,
} from '../../../src-main/cli/words.ts'

test.each([
  [-5, '0 ms'],
  [999.4, '999 ms'],
  [1_000, '1.0 s'],
  [59_940, '59.9 s'],
  [61_500, '1 m 1 s'],
  [3_600_000, '1 h 0 m'],
  [90_000_000, '1 d 1 h'],
])('%d ms are %s', (ms, words) => {
  expect(spanInWords(ms)).toBe(words)
})

test('the state of what has finished is its outcome', () => {
  expect(stateInWords({ lifecycle: 'stopping', outcome: null })).toBe('stopping')
  expect(stateInWords({ lifecycle: 'finished', outcome: 'timed_out' })).toBe('timed out')
})

test('times and log lines are local and aligned', () => {
  const at = new Date(2027, 0, 2, 3, 4, 5, 67).getTime()
  expect(timeInWords(at)).toBe('2027-01-02 03:04:05')
  expect(logLineInWords({ n: 1, at, attempt: 1, level: 'out', text: 'hello' })).toBe('03:04:05.067 out   hello')
})

test('who cancelled a run is said with all that came before', () => {
  const cancelledBy = (by: Canceller) =>
    cancellersInWords([
      { id: 1, at: 0, type: 'started', data: { attempt: 1 } },
      { id: 2, at: 0, type: 'stop_requested', data: { cause: 'cancel', by } },
    ])
  expect(cancellersInWords([{ id: 1, at: 0, type: 'finished', data: { outcome: 'cancelled' } }])).toBeNull()
  expect(cancelledBy({ cause: 'run', run: 4 })).toBe('run 4')
  expect(cancelledBy({ cause: 'group', group: 2, run: 4 })).toBe('run 4, by the group 2')
  expect(cancelledBy({ cause: 'group', group: 2, name: 'pages', run: 4 })).toBe('run 4, by the group "pages"')
  expect(cancelledBy({ cause: 'parent', parent: 12, chain: [12, 7], because: 'run 7 has failed' })).toBe(
    'the end of run 12, by that of run 7',
  )
})
