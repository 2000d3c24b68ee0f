/**
 * Callbacks of the loop: `callSoon` in the order of the calls, `callLater` in the order of their times.
 *
 * executor: async
 * input: { "unitMs": 200 }
 */
import { log, loop, sleep } from 'signalbox'

export default async function callLater(input: { unitMs?: number } | null) {
  const { unitMs } = { unitMs: 200, ...input }
  const began = loop.time()
  const calls: { name: string; atMs: number }[] = []
  const note = (name: string) => {
    calls.push({ name, atMs: Math.round(loop.time() - began) })
    log(name)
  }

  loop.callLater(2 * unitMs, note, 'later: two units')
  loop.callLater(unitMs, note, 'later: one unit')
  loop.callLater(1.5 * unitMs, note, 'never: it is cancelled').cancel()
  loop.callSoon(note, 'soon: first')
  loop.callSoon(() => {
    note('soon: second')
    loop.callSoon(note, 'soon: asked for by the second')
  })
  loop.callSoon(note, 'soon: third')
  note('at once')

  await sleep(2.5 * unitMs)
  return { calls }
}
