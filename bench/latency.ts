/**
 * From the sender's call to the first line of the handler, on an idle host: another process submits over the local
 * socket, as the command line does; both ends read the machine's monotonic clock. Executor `async`, synchronous=FULL.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { connectToHost } from '../src-main/cli/connection.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, percentile, print, spread } from './rounds.ts'

const SAMPLES = 300
const WARM_UP = 50
const HANDLER = 'export default () => Number(process.hrtime.bigint() / 1000n)\n'

const rounds = await inRounds(3, async (folder) => {
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
    let run = await client.runs.get({ id })
    while (run.lifecycle !== 'finished') {
      await delay(2)
      run = await client.runs.get({ id })
    }
    if (n >= WARM_UP) {
      startToHandlerMs.push((Number(run.result) - before) / 1_000)
      submittedMs.push((stored - before) / 1_000)
    }
    await delay(5)
  }
  close()
  await endHost(host, 'SIGTERM')
  return { startToHandlerMs, submittedMs, insert1: probeSqlite(folder).insert1 }
})

print('latency', {
  handlerP50Ms: spread(rounds.map((round) => percentile(round.startToHandlerMs, 0.5))),
  handlerP99Ms: spread(rounds.map((round) => percentile(round.startToHandlerMs, 0.99))),
  storedP50Ms: spread(rounds.map((round) => percentile(round.submittedMs, 0.5))),
  insert1: spread(rounds.map((round) => round.insert1)),
})
