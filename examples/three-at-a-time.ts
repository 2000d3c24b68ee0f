/**
 * A semaphore of three permits: of ten jobs three work at the same time, and the others wait in line.
 *
 * Its name is known on the whole machine: a second run of this sample shares the same three permits, and
 * `signalbox semaphore set "three at a time" 5` opens it wider while it is in use.
 *
 * executor: async
 * input: { "jobs": 10, "jobMs": 300 }
 */
import { gather, log, loop, progress, semaphore, sleep, spawn } from 'signalbox'

export default async function threeAtATime(input: { jobs?: number; jobMs?: number } | null) {
  const { jobs, jobMs } = { jobs: 10, jobMs: 300, ...input }
  const places = semaphore('three at a time', { permits: 3 })
  const began = loop.time()
  const starts: { job: number; atMs: number }[] = []
  let working = 0
  let mostAtOnce = 0
  let done = 0

  async function work(job: number) {
    await using permit = await places.acquire()
    starts.push({ job, atMs: Math.round(loop.time() - began) })
    working += 1
    mostAtOnce = Math.max(mostAtOnce, working)
    log(`job ${job} works`, { permit: permit.id, working })
    await sleep(jobMs)
    working -= 1
    done += 1
    progress(done, jobs, `job ${job}`)
    return job
  }

  const numbers = Array.from({ length: jobs }, (_, job) => job)
  const results = await gather(numbers.map((job) => spawn(() => work(job), { name: `job ${job}` })))
  return { results, starts, mostAtOnce, free: await places.value(), tookMs: Math.round(loop.time() - began) }
}
