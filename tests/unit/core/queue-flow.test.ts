import { describe, expect, it } from 'vitest'
import { hasMovedLately, QueueFlow, queueState, ratePerSecond } from '../../../src-main/core/queue-flow.ts'

describe('the flow of a queue', () => {
  it('has the rates of the last ten seconds, and 0 once nothing comes any more', () => {
    const flow = new QueueFlow(0)
    for (let second = 0; second < 10; second += 1) flow.record(100_000 + second * 1_000, 20, 10, (second + 1) * 10)
    const at = (mono: number) => {
      const { ins, outs } = flow.minute(mono)
      return [ratePerSecond(ins), ratePerSecond(outs), hasMovedLately(ins)]
    }
    expect(at(109_999)).toEqual([18, 9, true])
    expect(at(110_000)).toEqual([20, 10, true])
    expect(at(119_999)).toEqual([2, 1, true])
    expect(at(120_000)).toEqual([0, 0, false])
  })

  it('remembers the most that was ready, also when that has gone since', () => {
    const flow = new QueueFlow(3)
    expect(flow.highWater).toBe(3)
    flow.record(5_000, 9, 0, 12)
    flow.record(5_100, 0, 12, 0)
    expect(flow.highWater).toBe(12)
    expect(flow.minute(7_000).depths.slice(-4)).toEqual([0, 12, 0, 0])
  })

  it('goes on with the depth that it was made with', () => {
    expect(new QueueFlow(7).minute(100_000).depths.at(-1)).toBe(7)
  })
})

describe('the state of a queue', () => {
  const quiet = {
    isShutDown: false,
    isPaused: false,
    unfinished: 0,
    ready: 0,
    taken: 0,
    putting: 0,
    getting: 0,
    hasComeLately: false,
    hasGoneLately: false,
  }
  it.each([
    ['idle', {}],
    ['idle', { ready: 5, unfinished: 5 }],
    ['flowing', { hasComeLately: true }],
    ['flowing', { hasGoneLately: true }],
    ['flowing', { taken: 1, unfinished: 1 }],
    ['flowing', { getting: 2, hasComeLately: true }],
    ['starved', { getting: 1 }],
    ['starved', { getting: 1, taken: 1, unfinished: 1 }],
    ['backpressure', { putting: 1, ready: 3, unfinished: 3, hasComeLately: true }],
    ['paused', { isPaused: true, putting: 1, ready: 3, unfinished: 3 }],
    ['draining', { isShutDown: true, isPaused: true, taken: 1, unfinished: 1 }],
    ['shut_down', { isShutDown: true }],
  ])('is %s', (state, differences) => {
    expect(queueState({ ...quiet, ...differences })).toBe(state)
  })
})
