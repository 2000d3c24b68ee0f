/**
 * A producer fills a queue of three places, a consumer empties it slowly; `join` waits until the last item is done.
 *
 * The producer waits while the queue is full. The consumer would wait for ever, so it is cancelled at the end; a queue
 * that is shut down, read with `for await (const item of basket)`, needs no cancel.
 *
 * executor: async
 * input: { "items": 5, "workMs": 200 }
 */
import { log, progress, queue, run, sleep, spawn, wait } from 'signalbox'

export default async function producerConsumer(input: { items?: number; workMs?: number } | null) {
  const { items, workMs } = { items: 5, workMs: 200, ...input }
  // Each run has a basket of its own; with the same name they would share one.
  const basket = queue<number>(`basket of run ${run.id}`, { maxsize: 3 })
  const steps: string[] = []
  let largestSize = 0

  async function note(step: string) {
    steps.push(step)
    const size = await basket.size()
    largestSize = Math.max(largestSize, size)
    log(step, { size })
  }

  async function produce() {
    for (let item = 0; item < items; item += 1) {
      await basket.put(item)
      await note(`put ${item}`)
    }
    await note('the producer ends')
  }

  async function consume() {
    for (;;) {
      const item = await basket.get()
      await note(`get ${item}`)
      await sleep(workMs)
      await note(`done ${item}`)
      progress(item + 1, items)
      await basket.taskDone(item)
    }
  }

  const consumer = spawn(consume)
  await spawn(produce)
  await basket.join()
  await note('join returns')

  consumer.cancel('All is done.')
  await wait([consumer])
  await note('the consumer was cancelled')

  const left = { size: await basket.size(), unfinished: await basket.unfinished() }
  return { steps, largestSize, left, isConsumerCancelled: consumer.cancelled() }
}
