import { expect, test } from 'vitest'
import type { InterpreterReading } from '../../../src-preload/contract.ts'
import {
  blockedWords,
  bytesText,
  delayText,
  endingOf,
  interpreterName,
  shareText,
} from '../../../src-renderer/lib/state/interpreter-words.ts'

const reading = (more: Partial<InterpreterReading>): InterpreterReading => ({
  key: '1',
  kind: 'process',
  interpreter: null,
  name: null,
  pid: 1,
  launchedAt: 0,
  endedAt: null,
  state: 'running',
  heapUsed: null,
  heapLimit: null,
  blockedSince: null,
  isRetired: false,
  rss: null,
  loopUtilisation: null,
  loopDelayP99Ms: null,
  sampledAt: null,
  runs: [],
  running: null,
  done: 0,
  ...more,
})
const runs = [{ run: 7, name: 'nightly', since: 0 }]

test('who ends an interpreter is told what it does: a run that has it to itself, or whoever has a named one', () => {
  expect(endingOf(reading({ runs }))).toMatchObject({
    what: 'run',
    run: 7,
    text: expect.stringContaining('run 7 (nightly)') as string,
  })
  const named = { kind: 'named', interpreter: 3, name: 'calc' } as const
  expect(endingOf(reading({ ...named, running: { doing: 'exec', by: 'exec by run 9', since: 0 } }))).toMatchObject({
    what: 'interpreter',
    interpreter: 3,
    text: expect.stringContaining('It is running: exec by run 9.') as string,
  })
  expect(endingOf(reading({ ...named }))?.text).toContain('Nothing is running in it.')
})

test('one that many runs share, that has ended, or that does nothing, is not ended from here', () => {
  expect([
    endingOf(reading({ kind: 'async', runs })),
    endingOf(reading({ runs, state: 'ended' })),
    endingOf(reading({})),
  ]).toEqual([null, null, null])
})

test('values in words, and a dash where they are not known', () => {
  expect([shareText(0.5), shareText(1.2), shareText(null)]).toEqual(['50%', '100%', '–'])
  expect([delayText(0.25), delayText(12.6), delayText(null)]).toEqual(['0.3 ms', '13 ms', '–'])
  expect([bytesText(2_048), bytesText(null)]).toEqual(['2.0 KB', '–'])
  expect([reading({ runs }), reading({ kind: 'async' }), reading({ name: 'calc' })].map(interpreterName)).toEqual([
    'nightly',
    'async',
    'calc',
  ])
})

test('blocked ones are counted in a sentence', () => {
  const blocked = reading({ state: 'blocked' })
  expect(blockedWords([reading({})])).toBe('')
  expect(blockedWords([blocked])).toMatch(/^1 is blocked/)
  expect(blockedWords([blocked, blocked])).toMatch(/^2 are blocked/)
})
