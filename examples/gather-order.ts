/**
 * `gather` gives results in the order of its list, whoever is ready first, and it can give errors as results.
 *
 * executor: async
 * input: { "unitMs": 200 }
 */
import { gather, log, loop, sleep, spawn } from 'signalbox'

export default async function gatherOrder(input: { unitMs?: number } | null) {
  const { unitMs } = { unitMs: 200, ...input }
  const finished: string[] = []
  const work = (name: string, units: number) =>
    spawn(
      async () => {
        await sleep(units * unitMs)
        if (name === 'bad') throw new RangeError('bad luck')
        finished.push(name)
        log(`${name} is ready`)
        return name
      },
      { name },
    )

  const results = await gather([work('A', 3), work('B', 1), work('C', 2)])
  const finishOrder = finished.splice(0)

  // The first error is thrown at once. The others are not cancelled by it, and can be awaited still.
  const began = loop.time()
  const slow = work('A', 3)
  const error = await gather([slow, work('bad', 1.5), work('C', 1)]).then(
    () => 'none',
    (thrown) => String(thrown),
  )
  const atError = {
    error,
    finished: finished.splice(0),
    isSlowDone: slow.done(),
    atMs: Math.round(loop.time() - began),
  }
  const slowLater = await slow

  const list = [work('A', 3), work('bad', 1.5), work('C', 1)]
  const mixed = await gather(list, { returnExceptions: true })
  const withErrors = mixed.map((each) => (each instanceof Error ? each.message : each))
  return { results, finishOrder, atError, slowLater, withErrors }
}
