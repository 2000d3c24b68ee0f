import { expect, test } from 'vitest'
import { adviseExecutor } from '../../../src-main/core/advisor.ts'
import type { MeasuredRun } from '../../../src-main/core/advisor.ts'

const threeOf = (executor: MeasuredRun['executor'], wallMs: number, cpuMs: number): MeasuredRun[] =>
  Array.from({ length: 3 }, () => ({ executor, wallMs, cpuMs }))

test('what keeps a core busy belongs on a thread', () => {
  expect(adviseExecutor(threeOf('process', 1_050, 1_020), 'process', false)).toEqual({
    executor: 'thread',
    isCurrent: false,
    runs: 3,
    cpuShare: 0.97,
    waitMs: 30,
    reason: '97 % CPU: it keeps a core busy',
  })
})

test('what mostly waits belongs on the shared event loop', () => {
  expect(adviseExecutor(threeOf('process', 298, 57), 'process', false)).toMatchObject({
    executor: 'async',
    waitMs: 241,
    reason: '3 % CPU, 241 ms waiting: others can use the time',
  })
})

test('what does some of each stays in a process', () => {
  expect(adviseExecutor(threeOf('thread', 100, 50), 'thread', false)).toMatchObject({
    executor: 'process',
    isCurrent: false,
    reason: '50 % CPU, 50 ms waiting: it would hold up others on a shared event loop, and leave a thread idle',
  })
})

test('the start of a process is not taken for work of the script', () => {
  expect(adviseExecutor(threeOf('process', 60, 48), 'process', false)?.executor).toBe('async')
})

test('a folder or an environment of its own needs a process, whatever the work is', () => {
  expect(adviseExecutor(threeOf('process', 1_000, 990), 'process', true)).toMatchObject({
    executor: 'process',
    isCurrent: true,
    reason: '99 % CPU, but its folder or environment needs a process of its own',
  })
})

test('more threads than one do not make more than all of the time', () => {
  expect(adviseExecutor(threeOf('thread', 100, 180), 'thread', false)).toMatchObject({ cpuShare: 1, waitMs: 0 })
})

test('too few runs are no ground for advice', () => {
  expect(adviseExecutor(threeOf('thread', 100, 99).slice(1), 'thread', false)).toBeNull()
})
