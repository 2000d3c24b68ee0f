import { expect, test } from 'vitest'
import type { InterpreterReading } from '../../../src-preload/contract.ts'
import {
  blockedWords,
  bytesText,
  delayText,
  endingOf,
  interpreterName,
  recyclingOf,
  shareText,
} from '../../../src-renderer/lib/state/interpreter-words.ts'
import { HeapTrends } from '../../../src-renderer/lib/state/heap-trends.svelte.ts'

const reading = (more: Partial<InterpreterReading>): InterpreterReading => ({
  key: '1',
  kind: 'process',
  interpreter: null,
  name: null,
  pid: 1,
  launchedAt: 0,
  endedAt: null,
  state: 'running',
  blockedSince: null,
  isRetired: false,
  heapUsed: null,
  heapLimit: null,
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

test('who recycles what runs share is told of all that is in its process, and is not asked where nothing is', () => {
  const shared = (more: Partial<InterpreterReading>) => reading({ kind: 'thread', pid: 9, ...more })
  const more = [8, 9].map((run) => ({ run, name: 'weekly', since: 0 }))
  const rows = [shared({ key: '4.1', runs }), shared({ key: '4.2', runs: more }), shared({ key: '5.1', pid: 10 })]
  expect(rows.map((row) => recyclingOf(row, rows)?.question?.text.split('.')[0])).toEqual([
    'Run 7 (nightly), run 8 (weekly) and 1 more are there',
    'Run 7 (nightly), run 8 (weekly) and 1 more are there',
    undefined,
  ])
  expect(rows.map((row) => recyclingOf(row, rows)?.which)).toEqual(['4.1', '4.2', '5.1'])
  const not = [shared({ isRetired: true }), shared({ state: 'ended' }), reading({ runs }), reading({ kind: 'named' })]
  expect(not.map((row) => recyclingOf(row, rows))).toEqual([null, null, null, null])
})

test('the heap of a row is kept for a minute, each reading once, and forgotten with its row', () => {
  const trends = new HeapTrends()
  const at = (sampledAt: number, heapUsed: number) => trends.add([reading({ key: '1', sampledAt, heapUsed })])
  at(1, 10)
  at(1, 10)
  for (let n = 2; n <= 70; n += 1) at(n, n)
  const points = trends.shown.get('1') ?? []
  expect([points.length, points[0], points.at(-1)]).toEqual([60, 11, 70])
  trends.add([reading({ key: '2' })])
  expect([...trends.shown]).toEqual([['2', []]])
})
