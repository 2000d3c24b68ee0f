import { describe, expect, it } from 'vitest'
import type { QueueRow } from '../../../src-preload/contract.ts'
import { axisTop, formatCount } from '../../../src-renderer/lib/state/chart-scale.ts'
import {
  fillLook,
  fillMax,
  fitsQueue,
  queueEventWords,
  rateText,
  readQueueFilter,
  writeQueueFilter,
} from '../../../src-renderer/lib/state/queue-words.ts'

const row = (changes: Partial<QueueRow>): QueueRow => ({
  name: 'pages',
  state: 'flowing',
  order: 'fifo',
  maxsize: 100,
  maxDeliveries: null,
  pausedAt: null,
  shutdown: 'no',
  ready: 10,
  taken: 0,
  dead: 0,
  getting: 0,
  putting: 0,
  joining: 0,
  inPerSecond: 0,
  outPerSecond: 0,
  highWater: 40,
  oldestAt: null,
  depths: [],
  ...changes,
})

describe('the meter of a queue', () => {
  it('is measured by the capacity, or by the most that a queue without one has held', () => {
    expect(
      [row({}), row({ ready: 130 }), row({ maxsize: 0 }), row({ maxsize: 0, ready: 0, highWater: 0 })].map(fillMax),
    ).toEqual([100, 130, 40, 1])
  })

  it('warns before anybody waits, and not where there is no limit', () => {
    expect(
      [row({}), row({ ready: 90 }), row({ state: 'backpressure' }), row({ maxsize: 0, ready: 9_000 })].map(fillLook),
    ).toEqual(['running', 'waiting', 'waiting', 'running'])
  })
})

describe('the filter of the queues', () => {
  it('stands in the address and is read back, and what is no state is left out', () => {
    const filter = { text: 'in gest', state: 'paused' } as const
    expect(readQueueFilter(new URLSearchParams(writeQueueFilter(filter)))).toEqual(filter)
    expect(writeQueueFilter({ text: '', state: null })).toEqual([])
    expect(readQueueFilter(new URLSearchParams('state=broken'))).toEqual({ text: '', state: null })
  })

  it('finds a part of the name, whatever its case', () => {
    expect(fitsQueue(row({}), { text: ' AGE', state: null })).toBe(true)
    expect(fitsQueue(row({}), { text: 'age', state: 'paused' })).toBe(false)
    expect(fitsQueue(row({}), { text: 'ingest', state: null })).toBe(false)
  })
})

it('a rate has a fraction only where that tells anything', () => {
  expect([0, 0.4, 9.96, 12.3, 1_204].map(rateText)).toEqual(['0', '0.4', '10', '12', (1_204).toLocaleString()])
})

it('events say how many items they were about', () => {
  expect(queueEventWords({ at: 0, what: 'dropped', count: 1 })).toBe('1 item thrown away')
  expect(queueEventWords({ at: 0, what: 'revived', count: 3 })).toBe('3 items taken up again')
})

describe('the axis of a chart', () => {
  it('ends at a round number that is not below the highest value', () => {
    expect([1, 1.2, 3, 7, 10, 11, 480, 5_001].map(axisTop)).toEqual([1, 2, 5, 10, 10, 20, 500, 10_000])
  })

  it('is written short', () => {
    expect([0, 0.5, 12, 500, 1_200, 12_300, 2_100_000].map(formatCount)).toEqual([
      '0',
      '0.5',
      '12',
      '500',
      '1,200',
      '12k',
      '2.1M',
    ])
  })
})
