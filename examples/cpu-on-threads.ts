/**
 * Four jobs for the processor, each a run on a thread of its own: as many go on at once as the executor has slots.
 *
 * The slots are as many as the machine has cores, so on two cores two of the four wait for the others. This run waits on a
 * shared event loop, which ticks on all the time.
 *
 * executor: async
 * input: { "jobs": 4, "cpuMs": 300 }
 */
import { gather, log, loop, runInExecutor, sleep, spawn, wait } from 'signalbox'

type Burnt = { job: number; primes: number; pid: number; beganAt: number; endedAt: number }

export default async function cpuOnThreads(input: { jobs?: number; cpuMs?: number } | null) {
  const { jobs, cpuMs } = { jobs: 4, cpuMs: 300, ...input }
  const began = loop.time()
  let ticks = 0
  const ticker = spawn(async function tick() {
    for (;;) {
      await sleep(50)
      ticks += 1
    }
  })

  const numbers = Array.from({ length: jobs }, (_, job) => job)
  const burnt = await gather(
    numbers.map((job) => runInExecutor<Burnt>('thread', './children/burn-cpu.ts', { job, cpuMs })),
  )
  ticker.cancel()
  await wait([ticker])

  log('done', { primes: burnt.map(({ primes }) => primes) })
  return {
    jobs: burnt.map(({ job }) => job),
    mostAtOnce: mostAtOnce(burnt),
    processes: new Set(burnt.map(({ pid }) => pid)).size,
    isOneOfThemOurs: burnt.some(({ pid }) => pid === process.pid),
    ticks,
    tookMs: Math.round(loop.time() - began),
  }
}

/** How many of the jobs were under way when one began, at most. */
const mostAtOnce = (burnt: Burnt[]): number =>
  Math.max(
    ...burnt.map(({ beganAt }) => burnt.filter((other) => other.beganAt <= beganAt && beganAt < other.endedAt).length),
  )
