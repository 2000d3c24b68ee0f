import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Client, Definition } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { endWithTest, serveHome } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const HOUR = 3_600_000
const preload = pathToFileURL(join(import.meta.dirname, '../support/moved-clock.ts')).href

/** A real host whose wall clock the test moves; its monotonic clock and its timers are the machine's. */
async function serveWithMovedClock() {
  const home = tempFolder()
  const clock = join(home, 'clock')
  let movedBy = 0
  const move = (byMs: number) => writeFileSync(clock, String((movedBy += byMs)))
  move(0)
  process.env['MOVED_CLOCK'] = clock
  const host = await serveHome(home, [], ['--import', preload])
  endWithTest(host.child)
  const { client, close } = await connectToHost(home)
  onTestFinished(close)
  return { host, client, move, now: () => Date.now() + movedBy }
}

const command = (line: string, more: object = {}): Definition =>
  ({ kind: 'command', command: { as: 'shell', line }, ...more }) as Definition

/** Slots of a schedule whose intervals are an hour long and began 30 minutes ago: none comes by itself during a test. */
async function addHourly(client: Client, now: number): Promise<void> {
  await client.jobs.save({ name: 'tick', definition: command('true') })
  const timing = { kind: 'interval' as const, everyMs: HOUR, anchorAt: now - HOUR / 2, zone: 'UTC' }
  await client.schedules.save({ name: 'hourly', job: 'tick', timing })
}

const slots = async (client: Client) =>
  (await client.schedules.slots({ name: 'hourly' })).rows
    .map(({ outcome, count, why }) => [outcome, count, why])
    .reverse()
const runsOf = async (client: Client, job: string) => (await client.runs.list({ job })).rows

test('a wall clock that goes 3 hours ahead and 2 back makes one late run, none twice, and moves no limit', async () => {
  const { client, move, now } = await serveWithMovedClock()
  await addHourly(client, now())
  const startedAt = performance.now()
  const limited = await client.runs.submit({
    what: 'definition',
    definition: command('exec sleep 600', { timeoutMs: 9_000, graceMs: 100 }),
  })
  await client.jobs.save({ name: 'later', definition: command('true') })
  const delayed = await client.runs.submit({ what: 'job', job: 'later', delayMs: HOUR })
  const planned = await client.runs.submit({ what: 'job', job: 'later', at: now() + 2 * HOUR })
  await until('the limited run runs', async () => (await client.runs.get(limited)).lifecycle === 'running')

  move(3 * HOUR)
  // Noticed within 5 s, without anybody who asks.
  await until('the late run was made', async () => (await runsOf(client, 'tick')).length > 0, 20_000)
  const ledger = [
    ['missed', 2, 'superseded'],
    ['late', 1, null],
  ]
  expect(await slots(client)).toEqual(ledger)
  await until('what was planned for then has run', async () => (await client.runs.get(planned)).outcome !== null)
  expect((await client.runs.get(delayed)).lifecycle).toBe('scheduled')
  if (performance.now() - startedAt < 8_500) expect((await client.runs.get(limited)).lifecycle).toBe('running')

  move(-2 * HOUR)
  await until('the limited run is over', async () => (await client.runs.get(limited)).lifecycle === 'finished', 30_000)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(9_000)
  expect((await client.runs.get(limited)).outcome).toBe('timed_out')
  expect(await slots(client)).toEqual(ledger)
  expect(await runsOf(client, 'tick')).toHaveLength(1)
  expect((await client.runs.get(delayed)).lifecycle).toBe('scheduled')
})

test('a host that was stopped for 8 hours goes on with one late run, and no limit has passed meanwhile', async () => {
  const { host, client, move, now } = await serveWithMovedClock()
  await addHourly(client, now())
  const running = await client.runs.submit({
    what: 'definition',
    definition: command('exec sleep 600', { timeoutMs: HOUR, idleTimeoutMs: HOUR, totalTimeoutMs: 2 * HOUR }),
  })
  await client.jobs.save({ name: 'waits', definition: command('true', { queueTimeoutMs: HOUR }) })
  await client.jobs.pause({ name: 'waits' })
  const queued = await client.runs.submit({ what: 'job', job: 'waits' })
  await until('it runs', async () => (await client.runs.get(running)).lifecycle === 'running')

  host.child.kill('SIGSTOP')
  move(8 * HOUR)
  host.child.kill('SIGCONT')
  await until('the late run was made', async () => (await runsOf(client, 'tick')).length > 0, 20_000)
  await until('it has run', async () => (await runsOf(client, 'tick')).every(({ outcome }) => outcome === 'succeeded'))
  expect(await slots(client)).toEqual([
    ['missed', 7, 'superseded'],
    ['late', 1, null],
  ])
  expect((await client.runs.get(running)).lifecycle).toBe('running')
  expect((await client.runs.get(queued)).lifecycle).toBe('queued')
  expect(await runsOf(client, 'tick')).toHaveLength(1)
  await client.runs.cancel(running)
})
