import { expect, test } from 'vitest'
import type { Stop } from '../../../src-preload/contract.ts'
import { ladderInWords, stopInWords } from '../../../src-main/cli/wait-words.ts'

const stop: Stop = { cause: 'cancel', reason: null, phase: 'signalled', requestedAt: 0, since: 10, signalledAt: 10 }

test('a stop says whether the script has taken notice of it', () => {
  expect(stopInWords(stop, 12_010, 'script')).toBe('cancelled: signalled to stop 12.0 s ago, not reacting for 12.0 s')
  expect(stopInWords({ ...stop, reactedAt: 2_010 }, 12_010, 'script')).toBe(
    'cancelled: signalled to stop 12.0 s ago, cooperating since 10.0 s',
  )
  expect(stopInWords(stop, 12_010, 'command')).toBe('cancelled: signalled to stop 12.0 s ago')
})

test('a stop that a shielded section holds up says for how long', () => {
  const shielded = { ...stop, reactedAt: 20, shieldedAt: 2_000 }
  expect(stopInWords(shielded, 5_000, 'script')).toBe('cancelled: shielded since 3.0 s, stop asked 5.0 s ago')
  expect(stopInWords({ ...shielded, phase: 'killing', since: 4_000 }, 5_000, 'command')).toBe(
    'cancelled: being killed 1.0 s ago',
  )
})

test('the ladder of a stop has the time of every step that was taken', () => {
  const words = ladderInWords({ ...stop, phase: 'killing', killedAt: 5_000 }, 'script', 5_020)
  expect(words).toMatch(/^asked for .*, signal after 10 ms, SIGKILL after 5(\.0)? s, seen dead after 5(\.0)? s$/)
  expect(ladderInWords({ ...stop, reactedAt: 12 }, 'command', null)).toMatch(
    /SIGTERM after 10 ms, taken notice of after 12 ms$/,
  )
})
