/**
 * Memory of the host's process, in which the engine is (the built one, without a window): after its start, after 20,000 runs
 * of the `async` executor, and with 1,000,000 pending runs of a paused job. Resident, as the system counts it (Linux).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { connectToHost } from '../src-main/cli/connection.ts'
import { drain, slotsOption, submitAll } from './draining.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { residentMb } from './resident.ts'
import { inRounds, print, spread } from './rounds.ts'

const RUNS = 20_000
const PENDING = 1_000_000
/** What was given back is seen only after the collector has had its time. */
const SETTLE_MS = 3_000

async function settledMb(pid: number | undefined): Promise<number> {
  await delay(SETTLE_MS)
  return residentMb(pid)
}

const rounds = await inRounds(3, async (folder) => {
  const host = await startHostProcess(folder, { slots: slotsOption })
  const { client, close } = await connectToHost(folder)
  const startedMb = await settledMb(host.child.pid)
  await drain(client, 'async', RUNS)
  const after20kMb = await settledMb(host.child.pid)
  await client.jobs.pause({ name: 'async' })
  await submitAll(client, 'async', PENDING)
  const pending1mMb = await settledMb(host.child.pid)
  close()
  await endHost(host, 'SIGTERM')
  return { startedMb, after20kMb, pending1mMb }
})

print('memory', {
  startedMb: spread(rounds.map(({ startedMb }) => startedMb)),
  after20kMb: spread(rounds.map(({ after20kMb }) => after20kMb)),
  pending1mMb: spread(rounds.map(({ pending1mMb }) => pending1mMb)),
})
