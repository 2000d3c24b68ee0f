import { expect, test } from 'vitest'
import { adviseExecutor } from '../../../src-main/core/advisor.ts'
import type { Use } from '../../../src-main/core/advisor.ts'

const slots = { async: 256, thread: 2, process: 4 }
const threeOf = (use: Partial<Use>): Use[] =>
  Array.from({ length: 3 }, () => ({ ms: 1_000, cpuMs: 0, loopMs: use.cpuMs ?? 0, peakBytes: 60e6, ...use }))
const advise = (use: Partial<Use>, needsProcess = false) => adviseExecutor(threeOf(use), 'process', needsProcess, slots)

test('what keeps a core busy belongs on a thread', () => {
  expect(advise({ ms: 1_000, cpuMs: 970 })).toEqual({
    executor: 'thread',
    isCurrent: false,
    runs: 3,
    cpuShare: 0.97,
    waitMs: 30,
    reason: '97 % CPU: thread',
  })
})

test('what mostly waits belongs on the shared event loop', () => {
  expect(advise({ ms: 248, cpuMs: 8 })).toMatchObject({
    executor: 'async',
    waitMs: 240,
    reason: '3 % CPU, 240 ms waiting: async',
  })
})

test('what waits in a call that blocks may not share an event loop, little as it computes', () => {
  expect(advise({ ms: 30, cpuMs: 1, loopMs: 29 })).toMatchObject({
    executor: 'thread',
    reason: '3 % CPU, 29 ms waiting, event loop held 97 % of the time: thread',
  })
})

test('what computes on threads of its own leaves the event loop to others', () => {
  expect(advise({ cpuMs: 960, loopMs: 20 })).toMatchObject({
    executor: 'async',
    reason: '96 % CPU, event loop held 2 % of the time: async',
  })
})

test('of long runs that do some of each, more go on in processes than on a thread for each core; short ones are not worth a start', () => {
  expect(advise({ ms: 1_000, cpuMs: 400 })).toMatchObject({
    executor: 'process',
    isCurrent: true,
    reason: '40 % CPU, 600 ms waiting: process',
  })
  expect(advise({ ms: 20, cpuMs: 8 })).toMatchObject({ executor: 'thread', reason: '40 % CPU, 12 ms waiting: thread' })
})

test('a fresh process may hold its loop a little longer, but no more than cold code explains', () => {
  expect(advise({ ms: 130, cpuMs: 40 })).toMatchObject({ executor: 'async' })
  expect(advise({ ms: 785, cpuMs: 230, loopMs: 260 })).toMatchObject({ executor: 'process' })
})

test('one run with much memory is reason enough for a process', () => {
  const [first, ...others] = threeOf({ cpuMs: 990 })
  const runs = [{ ...first!, peakBytes: 800 * 1024 * 1024 }, ...others]
  expect(adviseExecutor(runs, 'thread', false, slots)).toMatchObject({
    executor: 'process',
    isCurrent: false,
    reason: '99 % CPU, 800 MB of memory: process',
  })
})

test('a folder, an environment or limits of its own need a process, whatever the work is', () => {
  expect(advise({ cpuMs: 990 }, true)).toMatchObject({
    executor: 'process',
    reason: '99 % CPU, but its folder, environment or limits need a process of its own: process',
  })
})

test('more threads than one do not make more than all of the time', () => {
  expect(advise({ ms: 100, cpuMs: 180, loopMs: 100 })).toMatchObject({ cpuShare: 1, waitMs: 0 })
})

test('too few runs are no ground for advice', () => {
  expect(adviseExecutor(threeOf({ cpuMs: 99 }).slice(1), 'thread', false, slots)).toBeNull()
})

// Measured on the executors of a host with two cores while others used them, by `npm run bench advisor`.
test.each<[work: string, use: Use, fits: string]>([
  ['fetching, on a thread', { ms: 139, cpuMs: 5, loopMs: 0, peakBytes: null }, 'async'],
  ['fetching, alone on a shared event loop', { ms: 175, cpuMs: 3, loopMs: 0, peakBytes: null }, 'async'],
  ['hashing, in a process', { ms: 75, cpuMs: 76, loopMs: 75, peakBytes: 53059584 }, 'thread'],
  ['hashing, on a thread', { ms: 72, cpuMs: 72, loopMs: 72, peakBytes: null }, 'thread'],
  ['hashing, alone on a shared event loop', { ms: 50, cpuMs: 67, loopMs: 50, peakBytes: null }, 'thread'],
  ['gzip, in a process', { ms: 416, cpuMs: 421, loopMs: 416, peakBytes: 106995712 }, 'thread'],
  ['gzip, on a thread', { ms: 360, cpuMs: 338, loopMs: 360, peakBytes: null }, 'thread'],
  ['sleeping, in a process', { ms: 165, cpuMs: 0, loopMs: 0, peakBytes: 50352128 }, 'async'],
  ['sleeping, on a thread', { ms: 251, cpuMs: 1, loopMs: 1, peakBytes: null }, 'async'],
  ['sleeping, alone on a shared event loop', { ms: 250, cpuMs: 1, loopMs: 0, peakBytes: null }, 'async'],
  ['parsing JSON, in a process', { ms: 160, cpuMs: 154, loopMs: 160, peakBytes: 76689408 }, 'thread'],
  ['parsing JSON, on a thread', { ms: 121, cpuMs: 123, loopMs: 121, peakBytes: null }, 'thread'],
  ['parsing JSON, alone on a shared event loop', { ms: 202, cpuMs: 200, loopMs: 202, peakBytes: null }, 'thread'],
])('%s', (_, use, fits) => {
  expect(adviseExecutor([use, use, use], 'process', false, slots)?.executor).toBe(fits)
})

test('fetching in fresh processes of a busy machine is known for waiting all the same', () => {
  const measured: [ms: number, cpuMs: number, loopMs: number][] = [
    [258, 90, 70],
    [196, 18, 44],
    [152, 63, 36],
    [229, 51, 48],
    [151, 30, 68],
    [141, 62, 35],
    [172, 34, 35],
  ]
  const runs = measured.map(([ms, cpuMs, loopMs]) => ({ ms, cpuMs, loopMs, peakBytes: 64e6 }))
  expect(adviseExecutor(runs, 'process', false, slots)).toMatchObject({ executor: 'async', isCurrent: false })
})
