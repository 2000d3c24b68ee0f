/**
 * One who waits in line for a semaphore is cancelled: it never starts, and the next one takes its place.
 *
 * executor: async
 * input: { "jobs": 10, "jobMs": 400, "cancel": 4 }
 */
import { gather, log, loop, run, semaphore, sleep, spawn } from 'signalbox'

type Input = { jobs?: number; jobMs?: number; cancel?: number }

export default async function cancelInLine(input: Input | null) {
  const { jobs, jobMs, cancel } = { jobs: 10, jobMs: 400, cancel: 4, ...input }
  const places = semaphore(`line of run ${run.id}`, { permits: 3 })
  const began = loop.time()
  const startOrder: number[] = []

  async function work(job: number) {
    await using permit = await places.acquire()
    startOrder.push(job)
    log(`job ${job} works`, { permit: permit.id })
    await sleep(jobMs)
    return job
  }

  const tasks = Array.from({ length: jobs }, (_, job) => spawn(() => work(job), { name: `job ${job}` }))
  await sleep(jobMs / 2)
  tasks[cancel]?.cancel('It has waited long enough.')

  const ends = await gather(tasks, { returnExceptions: true })
  const results = ends.map((end) => (end instanceof Error ? end.message : end))
  return { results, startOrder, free: await places.value(), tookMs: Math.round(loop.time() - began) }
}
