import { expect, test } from 'vitest'
import type { Sample } from '../../../../src-main/interpreters/telemetry/gauge.ts'
import { Gauges } from '../../../../src-main/interpreters/telemetry/gauges.ts'

function open() {
  let now = 1_000
  const asked: number[] = []
  const gauges = new Gauges(
    () => now,
    (channel) => asked.push(channel),
    (pid) => (pid === 50 ? 5_000 : null),
  )
  const sample = (thread = 0, more: Partial<Sample> = {}): Sample => ({
    thread,
    heapUsed: 10,
    heapLimit: 100,
    rss: 1_000,
    loopUtilisation: 0.5,
    loopDelayP99Ms: 1,
    runs: [],
    runsDone: 0,
    ...more,
  })
  return { gauges, asked, sample, pass: (ms: number) => void (now += ms) }
}

test('nobody is asked before somebody reads, and then once a second at most', () => {
  const { gauges, asked, pass } = open()
  gauges.launched(1, { kind: 'async' })
  gauges.launched(2, { kind: 'thread' })
  gauges.started(1, 50)
  pass(10_000)
  expect(asked).toEqual([])
  gauges.read()
  pass(200)
  gauges.read()
  // The second has no process yet.
  expect(asked).toEqual([1])
  pass(800)
  gauges.read()
  expect(asked).toEqual([1, 1])
})

test('a thread that was asked and does not answer is blocked, and keeps its last values; what it has in memory is seen from outside', () => {
  const { gauges, sample, pass } = open()
  gauges.launched(1, { kind: 'process', run: 7, attempt: 1 })
  gauges.started(1, 50)
  gauges.read()
  pass(100)
  gauges.taken(1, sample(0, { heapUsed: 42 }))
  expect(gauges.read()).toMatchObject([{ blockedSince: null, sample: { heapUsed: 42 }, rss: 5_000 }])
  pass(900)
  gauges.read()
  pass(600)
  expect(gauges.read()).toMatchObject([{ blockedSince: null }])
  pass(200)
  expect(gauges.read()).toMatchObject([{ blockedSince: 2_000, sample: { heapUsed: 42 }, sampledAt: 1_100 }])
  gauges.taken(1, sample(0, { heapUsed: 43 }))
  expect(gauges.read()).toMatchObject([{ blockedSince: null, sample: { heapUsed: 43 } }])
})

test('of a pool each thread is a reading, and one can be blocked beside another', () => {
  const { gauges, sample, pass } = open()
  gauges.launched(3, { kind: 'thread' })
  gauges.started(3, 60)
  gauges.read()
  gauges.taken(3, sample(1))
  gauges.taken(3, sample(2))
  pass(1_000)
  gauges.read()
  gauges.taken(3, sample(2))
  pass(800)
  expect(gauges.read().map(({ key, blockedSince, rss }) => ({ key, blockedSince, rss }))).toEqual([
    { key: '3.1', blockedSince: 2_000, rss: 1_000 },
    { key: '3.2', blockedSince: null, rss: 1_000 },
  ])
})

test('one that has ended keeps its last values for a minute, unless nobody has ever asked it', () => {
  const { gauges, sample, pass } = open()
  const begin = (channel: number) => {
    gauges.launched(channel, { kind: 'process', run: channel, attempt: 1 })
    gauges.started(channel, 50)
  }
  begin(1)
  begin(2)
  gauges.read()
  begin(3)
  gauges.taken(1, sample())
  for (const channel of [1, 2, 3]) gauges.ended(channel)
  gauges.taken(1, sample(0, { heapUsed: 99 }))
  expect(gauges.read()).toMatchObject([
    { role: { run: 1 }, endedAt: 1_000, blockedSince: null, sample: { heapUsed: 10 } },
    { role: { run: 2 }, endedAt: 1_000, blockedSince: null, sample: null },
  ])
  pass(60_001)
  expect(gauges.read()).toEqual([])
})
