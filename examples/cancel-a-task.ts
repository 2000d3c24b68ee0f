/**
 * A task is cancelled by hand: the cancel is a request, and the task is cancelled when it has let it pass.
 *
 * executor: async
 * input: { "jobMs": 2000, "cancelAfterMs": 300 }
 */
import { CancelledError, log, loop, sleep, spawn } from 'signalbox'

export default async function cancelATask(input: { jobMs?: number; cancelAfterMs?: number } | null) {
  const { jobMs, cancelAfterMs } = { jobMs: 2000, cancelAfterMs: 300, ...input }
  const began = loop.time()
  const job = spawn(() => sleep(jobMs, 'the result'), { name: 'job' })
  await sleep(cancelAfterMs)

  const isAccepted = job.cancel('It is not needed any more.')
  const atOnce = { isDone: job.done(), isCancelled: job.cancelled(), cancels: job.cancelling() }
  log('a cancel was asked for', atOnce)

  let seen: string
  try {
    seen = await job
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    seen = `${error.name}: ${error.message}`
  }
  const tookMs = Math.round(loop.time() - began)
  log('the job has ended', { seen })
  const later = { isDone: job.done(), isCancelled: job.cancelled(), isSecondAccepted: job.cancel() }
  return { isAccepted, atOnce, seen, later, tookMs }
}
