/**
 * Work for the processor goes to processes of its own, waiting stays in the event loop, and both go on at once.
 *
 * executor: async
 * input: { "jobs": 4, "cpuMs": 200, "waitMs": 1000 }
 */
import { gather, log, loop, sleep, spawn, wait } from 'signalbox'

type Input = { jobs?: number; cpuMs?: number; waitMs?: number }
type Burnt = { job: number; primes: number; pid: number }

export default async function mixedWork(input: Input | null) {
  const { jobs, cpuMs, waitMs } = { jobs: 4, cpuMs: 200, waitMs: 1000, ...input }
  const began = loop.time()
  const numbers = Array.from({ length: jobs }, (_, job) => job)

  // Shows that the loop stays free: it ticks while the processes count.
  let ticks = 0
  const ticker = spawn(async function tick() {
    for (;;) {
      await sleep(50)
      ticks += 1
    }
  })

  const burning = numbers.map((job) =>
    spawn<Burnt>('./children/burn-cpu.ts', { job, cpuMs }, { name: `cpu ${job}`, executor: 'process' }),
  )
  const waiting = numbers.map((job) => spawn(() => sleep(waitMs, `waited ${job}`)))
  const [burnt, waited] = await Promise.all([gather(burning), gather(waiting)])
  ticker.cancel()
  await wait([ticker])

  log('done', { primes: burnt.map(({ primes }) => primes) })
  return {
    results: [...burnt.map(({ job }) => `cpu ${job}`), ...waited],
    processes: new Set(burnt.map(({ pid }) => pid)).size,
    isOneOfThemOurs: burnt.some(({ pid }) => pid === process.pid),
    ticks,
    tookMs: Math.round(loop.time() - began),
  }
}
