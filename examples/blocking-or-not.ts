/**
 * Three waits: blocking, awaited one after the other, and all at once. Only the last takes the time of one.
 *
 * executor: process
 * input: { "waitMs": 300 }
 */
import { gather, log, loop, sleep, spawn, wait } from 'signalbox'
import { sleep as sleepBlocking } from 'signalbox/sync'

export default async function blockingOrNot(input: { waitMs?: number } | null) {
  const { waitMs } = { waitMs: 300, ...input }
  let ticks = 0
  const ticker = spawn(async function tick() {
    for (;;) {
      await sleep(waitMs / 10)
      ticks += 1
    }
  })

  async function measure(name: string, work: () => unknown) {
    await sleep(0)
    const began = loop.time()
    const ticksBefore = ticks
    await work()
    const measured = { tookMs: Math.round(loop.time() - began), ticks: ticks - ticksBefore }
    log(name, measured)
    return measured
  }

  // Nothing else happens in this process meanwhile, and the ticker stands still.
  const blocking = await measure('blocking', () => {
    for (let time = 0; time < 3; time += 1) sleepBlocking(waitMs)
  })
  // Others can go on, but the second wait begins when the first is over.
  const oneByOne = await measure('one by one', async () => {
    for (let time = 0; time < 3; time += 1) await sleep(waitMs)
  })
  // All three are begun before one is awaited.
  const atOnce = await measure('at once', () => gather([sleep(waitMs), sleep(waitMs), sleep(waitMs)]))

  ticker.cancel()
  await wait([ticker])
  return { blocking, oneByOne, atOnce }
}
