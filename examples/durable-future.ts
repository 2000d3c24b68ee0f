/**
 * A future with a name is settled by a timer of the engine: it keeps its time also while the host is down.
 *
 * Start it with a longer `afterMs`, end the host meanwhile and start it again: the run begins anew, and its future is
 * there. `signalbox future ls` shows it, and `signalbox future resolve` is faster than the timer.
 *
 * executor: async
 * input: { "afterMs": 1000 }
 */
import { future, log, loop, run } from 'signalbox'

export default async function durableFuture(input: { afterMs?: number } | null) {
  const { afterMs } = { afterMs: 1000, ...input }
  const began = loop.time()
  const answer = future<string>(`answer for run ${run.id}`)

  const isThere = await answer.done()
  if (!isThere) await answer.setResult('the value of the timer', { delay: afterMs })
  log(isThere ? 'it was settled before' : 'the timer is set', { future: answer.name })

  const value = await answer
  return { value, isThere, tookMs: Math.round(loop.time() - began) }
}
