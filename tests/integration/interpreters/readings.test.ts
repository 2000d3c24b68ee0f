import { expect, test } from 'vitest'
import type { InterpreterReading } from '../../../src-preload/contract.ts'
import { openInterpreterHost } from '../../support/interpreter-host.ts'
import { until } from '../../support/until.ts'

const { host } = openInterpreterHost()

/** Waits until a reading is as it should be. */
async function untilRead(what: string, is: (row: InterpreterReading) => boolean): Promise<InterpreterReading> {
  let found: InterpreterReading | undefined
  await until(what, async () => {
    found = (await host.client.interpreters.readings()).find(is)
    return found !== undefined
  })
  return found as InterpreterReading
}

test('an interpreter says what it is like while somebody looks: of a pool, of a single run, and a named one', async () => {
  const waits = `log('here'); await queue('readings-go').get()`
  const shared = await host.start(waits, 'async')
  const own = await host.start(waits, 'process')
  for (const run of [shared, own]) await host.untilSaid(run, 'here')
  const made = await host.client.interpreters.create({ name: 'read', memoryMb: 64 })
  for (const [kind, run] of [
    ['async', shared],
    ['process', own],
  ] as const) {
    const row = await untilRead(`${kind} is read`, (each) => each.kind === kind && each.loopUtilisation !== null)
    expect(row).toMatchObject({ state: 'running', runs: [{ run, name: 'task.ts' }], endedAt: null })
    expect(row.heapUsed).toBeGreaterThan(1_000_000)
    expect(row.rss).toBeGreaterThan(row.heapUsed ?? 0)
    expect(row.loopUtilisation).toBeLessThan(0.9)
    expect(row.loopDelayP99Ms).toBeGreaterThanOrEqual(0)
  }
  const named = await untilRead('the named one is read', ({ kind, heapUsed }) => kind === 'named' && heapUsed !== null)
  expect(named).toMatchObject({
    interpreter: made.id,
    name: 'read',
    state: 'idle',
    heapLimit: 64 * 1024 * 1024,
    runs: [],
  })

  for (const value of [1, 2]) await host.client.queues.put({ name: 'readings-go', value, create: {} })
  for (const run of [shared, own]) expect((await host.ended(run)).outcome).toBe('succeeded')
  // The last values of one that has ended stay for a while, and say so.
  expect(
    await untilRead('the own one has ended', ({ kind, endedAt }) => kind === 'process' && endedAt !== null),
  ).toMatchObject({
    state: 'ended',
    heapUsed: expect.any(Number) as number,
  })
  await host.client.interpreters.close({ interpreter: 'read' })
})

test('a loop that does not turn is flagged as blocked, with the run that keeps it, and in the feed as well', async () => {
  const busy = await host.start(`log('here'); const end = Date.now() + 30_000; while (Date.now() < end);`, 'process')
  await host.untilSaid(busy, 'here')
  const row = await untilRead('it is blocked', ({ state, runs }) => state === 'blocked' && runs[0]?.run === busy)
  expect(row).toMatchObject({ kind: 'process', loopUtilisation: 1, rss: expect.any(Number) as number })
  const stop = new AbortController()
  const feed = await host.client.feeds.interpreters(undefined, { signal: stop.signal })
  for await (const message of feed) {
    await host.client.feeds.ack({ feed: message.feed, version: message.version })
    const rows = message.type === 'snapshot' ? message.rows : message.upserts
    if (rows.some((each) => each.row.state === 'blocked')) break
  }
  stop.abort()
  await host.client.runs.cancel({ id: busy })
  expect((await host.ended(busy)).outcome).toBe('cancelled')
})
