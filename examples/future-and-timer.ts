/**
 * A future of this run is settled by a timer: two tasks wait for it, and two callbacks are called with it.
 *
 * executor: async
 * input: { "afterMs": 500 }
 */
import { future, gather, InvalidStateError, log, loop, sleep, spawn } from 'signalbox'

export default async function futureAndTimer(input: { afterMs?: number } | null) {
  const { afterMs } = { afterMs: 500, ...input }
  const began = loop.time()
  const answer = future<string>()
  const steps: string[] = []
  const note = (step: string) => {
    steps.push(step)
    log(step)
  }

  answer.addDoneCallback((settled) => note(`first callback: ${settled.result()}`))
  answer.addDoneCallback((settled) => note(`second callback: ${settled.result()}`))
  loop.callLater(afterMs, () => answer.setResult('the value of the timer'))
  const tooEarly = nameOfError(() => answer.result())

  const waiters = ['one', 'two'].map((name) => spawn(async () => `${name} got ${await answer}`, { name }))
  const results = await gather(waiters)
  const tookMs = Math.round(loop.time() - began)

  const tooLate = nameOfError(() => answer.setResult('another value'))
  answer.addDoneCallback(() => note('late callback'))
  note('after adding the late callback')
  await sleep(0)
  return { tooEarly, results, steps, tooLate, value: answer.result(), tookMs }
}

function nameOfError(call: () => unknown): string | null {
  try {
    call()
    return null
  } catch (error) {
    if (!(error instanceof InvalidStateError)) throw error
    return error.name
  }
}
