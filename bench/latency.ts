/**
 * From the sender's call to the first line of the handler, on an idle host: another process submits over the local
 * socket, as the command line does; both ends read the machine's monotonic clock. Executor `async`, synchronous=FULL.
 * `idleCommitP50Ms` is the floor under it: one row committed by SQLite itself at the same rhythm. A disk that had nothing
 * to do takes longer for an fsync than one that is kept busy, so `insert1` says too little here. `directP50Ms` and
 * `shortestP50Ms` are the floor of the way as well: the same hops between bare processes, and the fewest that keep a handler
 * out of the process which owns the store.
 */
import { connectToHost } from '../src-main/cli/connection.ts'
import { measureBareChain } from './bare-chain.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { probeIdleCommits } from './probe.ts'
import { inRounds, percentile, print, spread } from './rounds.ts'
import { measureStarts, PAUSE_MS } from './starting.ts'

const SAMPLES = 300

const rounds = await inRounds(5, async (folder) => {
  const host = await startHostProcess(folder)
  const { client, close } = await connectToHost(folder)
  const starts = await measureStarts(client, SAMPLES)
  close()
  await endHost(host, 'SIGTERM')
  return {
    ...starts,
    directMs: await measureBareChain(folder, 'direct', SAMPLES, PAUSE_MS),
    shortestMs: await measureBareChain(folder, 'shortest', SAMPLES, PAUSE_MS),
    idleCommitMs: await probeIdleCommits(folder, SAMPLES, PAUSE_MS),
  }
})

print('latency', {
  handlerP50Ms: spread(rounds.map((round) => percentile(round.startToHandlerMs, 0.5))),
  handlerP99Ms: spread(rounds.map((round) => percentile(round.startToHandlerMs, 0.99))),
  storedP50Ms: spread(rounds.map((round) => percentile(round.submittedMs, 0.5))),
  directP50Ms: spread(rounds.map((round) => percentile(round.directMs, 0.5))),
  shortestP50Ms: spread(rounds.map((round) => percentile(round.shortestMs, 0.5))),
  handlerToDirect: spread(
    rounds.map((round) => percentile(round.startToHandlerMs, 0.5) / percentile(round.directMs, 0.5)),
  ),
  idleCommitP50Ms: spread(rounds.map((round) => percentile(round.idleCommitMs, 0.5))),
  idleCommitP99Ms: spread(rounds.map((round) => percentile(round.idleCommitMs, 0.99))),
})
