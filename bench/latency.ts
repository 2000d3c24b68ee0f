/**
 * From the sender's call to the first line of the handler, on an idle host: another process submits over the local
 * socket, as the command line does; both ends read the machine's monotonic clock. Executor `async`, synchronous=FULL.
 * `idleCommitP50Ms` is the floor under it: one row committed by SQLite itself at the same rhythm. A disk that had nothing
 * to do takes longer for an fsync than one that is kept busy, so `insert1` says too little here.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { connectToHost } from '../src-main/cli/connection.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { probeIdleCommits } from './probe.ts'
import { inRounds, percentile, print, spread } from './rounds.ts'

const SAMPLES = 300
const WARM_UP = 50
const HANDLER = 'export default () => Number(process.hrtime.bigint() / 1000n)\n'

/** Between two submits. The host is asked for the result only after the first half, when it is long idle again. */
const PAUSE_MS = 10

const rounds = await inRounds(5, async (folder) => {
  const host = await startHostProcess(folder)
  const { client, close } = await connectToHost(folder)
  await client.jobs.save({
    name: 'clock',
    definition: { kind: 'script', code: { from: 'text', name: 'clock.ts', text: HANDLER }, executor: 'async' },
  })
  const startToHandlerMs: number[] = []
  const submittedMs: number[] = []
  for (let n = 0; n < SAMPLES + WARM_UP; n += 1) {
    const before = Number(process.hrtime.bigint() / 1000n)
    const { id } = await client.runs.submit({ what: 'job', job: 'clock' })
    const stored = Number(process.hrtime.bigint() / 1000n)
    let run
    do {
      await delay(PAUSE_MS / 2)
      run = await client.runs.get({ id })
    } while (run.lifecycle !== 'finished')
    if (n >= WARM_UP) {
      startToHandlerMs.push((Number(run.result) - before) / 1_000)
      submittedMs.push((stored - before) / 1_000)
    }
    await delay(PAUSE_MS / 2)
  }
  close()
  await endHost(host, 'SIGTERM')
  return { startToHandlerMs, submittedMs, idleCommitMs: await probeIdleCommits(folder, SAMPLES, PAUSE_MS) }
})

print('latency', {
  handlerP50Ms: spread(rounds.map((round) => percentile(round.startToHandlerMs, 0.5))),
  handlerP99Ms: spread(rounds.map((round) => percentile(round.startToHandlerMs, 0.99))),
  storedP50Ms: spread(rounds.map((round) => percentile(round.submittedMs, 0.5))),
  idleCommitP50Ms: spread(rounds.map((round) => percentile(round.idleCommitMs, 0.5))),
  idleCommitP99Ms: spread(rounds.map((round) => percentile(round.idleCommitMs, 0.99))),
})
