/**
 * A job of two seconds gets half a second: it is cancelled, cleans up, and then its caller gets a TimeoutError.
 *
 * executor: async
 * input: { "jobMs": 2000, "limitMs": 500, "cleanUpMs": 200 }
 */
import { log, loop, sleep, spawn, TimeoutError, waitFor } from 'signalbox'

type Input = { jobMs?: number; limitMs?: number; cleanUpMs?: number }

export default async function timeIsUp(input: Input | null) {
  const { jobMs, limitMs, cleanUpMs } = { jobMs: 2000, limitMs: 500, cleanUpMs: 200, ...input }
  const began = loop.time()
  const steps: { step: string; atMs: number }[] = []
  const note = (step: string) => {
    steps.push({ step, atMs: Math.round(loop.time() - began) })
    log(step)
  }

  async function work() {
    try {
      await sleep(jobMs)
      note('the job is done')
    } finally {
      // A cancel ends one wait. What is waited for in a cleanup is not disturbed by it.
      note('the job cleans up')
      await sleep(cleanUpMs)
      note('the job has cleaned up')
    }
  }

  const job = spawn(work)
  try {
    await waitFor(job, limitMs)
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error
    note(`the caller sees a ${error.name}, because of a ${(error.cause as Error).name}`)
  }
  return { steps, isDone: job.done(), isCancelled: job.cancelled(), cancels: job.cancelling() }
}
