/**
 * From the queue to the stored end, in the built host: no-op scripts on the `async` executor, commands (`true`), and
 * no-op scripts in processes of their own. Commands and processes are held against a bare spawn of the same program from a
 * small process, at its best of several degrees of parallelism, taken right before and right after; the host is 500 MB
 * large, since forking is what a large process pays for.
 */
import type { Client } from '../src-preload/contract.ts'
import { connectToHost } from '../src-main/cli/connection.ts'
import { bareSpawns } from './bare-spawns.ts'
import { drain, SLOTS, slotsOption } from './draining.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, print, spread } from './rounds.ts'

const WARM_UP = 5_000
const counts = { async: 100_000, thread: 20_000, command: 3_000, process: 200 }

/** How fast `job` is drained, and what that is to the mean of the bare spawns before and after. */
async function drainBesideBare(client: Client, job: 'command' | 'process', command: string[]) {
  const before = bareSpawns(command, counts[job] / 2)
  const perSecond = await drain(client, job, counts[job])
  const after = bareSpawns(command, counts[job] / 2)
  return { perSecond, toBare: perSecond / ((before + after) / 2) }
}

const rounds = await inRounds(3, async (folder) => {
  const host = await startHostProcess(folder, { slots: slotsOption, isLarge: true })
  const { client, close } = await connectToHost(folder)
  await drain(client, 'async', WARM_UP)
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
