/**
 * A MISTAKE TO LOOK AT: two tasks that nobody awaits. One fails in silence, one is cut off; the run's events tell of both.
 *
 * executor: async
 * input: { "workMs": 100 }
 */
import { log, sleep, spawn } from 'signalbox'

export default async function forgottenAwait(input: { workMs?: number } | null) {
  const { workMs } = { workMs: 100, ...input }
  spawn(
    async () => {
      await sleep(workMs / 2)
      throw new Error('the parcel is lost')
    },
    { name: 'send the parcel' },
  )
  spawn(
    async () => {
      await sleep(10 * workMs)
      log('the letter is written')
    },
    { name: 'write the letter' },
  )
  await sleep(workMs)
  return 'all is well, or so it seems'
}
