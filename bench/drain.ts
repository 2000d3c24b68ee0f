/**
 * From the queue to the stored end, in the built host: no-op scripts on the `async` executor, commands (`true`), and
 * no-op scripts in processes of their own. Commands and processes are held against a bare spawn of the same program from a
 * small process, at its best of several degrees of parallelism, taken right before and right after; the host is 500 MB
 * large, since forking is what a large process pays for.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Client, Submit } from '../src-preload/contract.ts'
import { connectToHost } from '../src-main/cli/connection.ts'
import { bareSpawns } from './bare-spawns.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, print, rate, spread } from './rounds.ts'

const BULK = 5_000
const SLOTS = { async: 1024, thread: 256, process: 16 }
const counts = { async: 100_000, thread: 20_000, command: 3_000, process: 200 }

const script = (executor: 'async' | 'thread' | 'process') => ({
  kind: 'script' as const,
  code: { from: 'text' as const, name: 'no-op.ts', text: 'export default () => null\n' },
  executor,
})
const definitions: Record<keyof typeof counts, Extract<Submit, { what: 'definition' }>['definition']> = {
  async: script('async'),
  thread: script('thread'),
  command: { kind: 'command', command: { as: 'argv', argv: ['true'] } },
  process: script('process'),
}

/** Runs drained per second; the job is paused while its runs are submitted. */
async function drain(client: Client, job: keyof typeof counts, count: number): Promise<number> {
  await client.jobs.save({ name: job, definition: definitions[job], replace: true })
  await client.jobs.pause({ name: job })
  const succeeded = async () => (await client.engine.status()).finished.succeeded
  const target = (await succeeded()) + count
  for (let left = count; left > 0; left -= BULK) {
    const inputs = Array.from({ length: Math.min(BULK, left) }, () => ({ n: 1 }))
    await client.runs.submitMany({ job, inputs })
  }
  return rate(count, async () => {
    await client.jobs.resume({ name: job })
    while ((await succeeded()) < target) await delay(10)
  })
}

/** How fast `job` is drained, and what that is to the mean of the bare spawns before and after. */
async function drainBesideBare(client: Client, job: 'command' | 'process', command: string[]) {
  const before = bareSpawns(command, counts[job] / 2)
  const perSecond = await drain(client, job, counts[job])
  const after = bareSpawns(command, counts[job] / 2)
  return { perSecond, toBare: perSecond / ((before + after) / 2) }
}

const rounds = await inRounds(3, async (folder) => {
  const slots = Object.entries(SLOTS).map(([executor, number]) => `${executor}=${number}`)
  const host = await startHostProcess(folder, { slots: slots.join(','), isLarge: true })
  const { client, close } = await connectToHost(folder)
  await drain(client, 'async', BULK)
  const probe = probeSqlite(folder)
  const async = await drain(client, 'async', counts.async)
  await drain(client, 'thread', 1_000)
  const thread = await drain(client, 'thread', counts.thread)
  const commands = await drainBesideBare(client, 'command', ['true'])
  const processes = await drainBesideBare(client, 'process', [process.execPath, '-e', '0'])
  close()
  await endHost(host, 'SIGTERM')
  return { probe, async, thread, commands, processes }
})

print('drain', {
  asyncPerSecond: spread(rounds.map((round) => round.async)),
  asyncToCycle100: spread(rounds.map((round) => round.async / round.probe.cycle100)),
  threadPerSecond: spread(rounds.map((round) => round.thread)),
  threadToCycle100: spread(rounds.map((round) => round.thread / round.probe.cycle100)),
  commandsPerSecond: spread(rounds.map(({ commands }) => commands.perSecond)),
  commandsToBareSpawn: spread(rounds.map(({ commands }) => commands.toBare)),
  processesPerSecond: spread(rounds.map(({ processes }) => processes.perSecond)),
  processesToBareNode: spread(rounds.map(({ processes }) => processes.toBare)),
  slots: SLOTS,
  cycle100: spread(rounds.map(({ probe }) => probe.cycle100)),
})
