/**
 * The same work through both faces of the SDK: with `await`, and blocking. The objects are the same ones.
 *
 * Blocking needs a process of its own, so this does not run in the executor `async`.
 *
 * executor: process
 * input: { "items": 3, "workMs": 100 }
 */
import { lock, log, queue, run, sleep } from 'signalbox'
import * as blocking from 'signalbox/sync'

type Work = { items: number; workMs: number }

export default async function syncAndAsync(input: Partial<Work> | null) {
  const work = { items: 3, workMs: 100, ...input }
  const awaited = await passWithAwait(work)
  const blocked = passBlocking(work)
  return { awaited, blocked }
}

async function passWithAwait({ items, workMs }: Work) {
  const parcels = queue<string>(`awaited parcels of run ${run.id}`)
  for (let item = 0; item < items; item += 1) await parcels.put(`parcel ${item}`)
  await parcels.shutdown()

  const received: string[] = []
  await using held = await lock('the only desk').acquire()
  for await (const parcel of parcels) {
    await sleep(workMs)
    received.push(parcel)
    log(`awaited ${parcel}`, { permit: held.id })
  }
  return received
}

function passBlocking({ items, workMs }: Work) {
  const parcels = blocking.queue<string>(`blocking parcels of run ${run.id}`)
  for (let item = 0; item < items; item += 1) parcels.put(`parcel ${item}`)
  parcels.shutdown()

  const received: string[] = []
  using held = blocking.lock('the only desk').acquire()
  for (const parcel of parcels) {
    blocking.sleep(workMs)
    received.push(parcel)
    log(`blocked for ${parcel}`, { permit: held.id })
  }
  return received
}
