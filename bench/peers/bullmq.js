import { Queue, Worker } from 'bullmq'

const BULK = 5_000
const once = { removeOnComplete: { count: 0 }, removeOnFail: false }

export async function open({ port }) {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
  const queue = new Queue('no-op', { connection, defaultJobOptions: once })
  await queue.waitUntilReady()
  const start = (handler, concurrency) => {
    const worker = new Worker('no-op', handler, { connection, concurrency, ...once })
    worker.on('error', fail)
    worker.on('failed', (_job, error) => fail(error))
    return worker
  }
  return {
    async fill(count) {
      for (let left = count; left > 0; left -= BULK) {
        const jobs = Array.from({ length: Math.min(BULK, left) }, () => ({ name: 'no-op', data: { n: 1 } }))
        await queue.addBulk(jobs)
      }
    },
    async drain(count, { concurrency }) {
      const worker = start(async () => null, concurrency)
      await new Promise((resolve) => {
        let left = count
        worker.on('completed', () => {
          left -= 1
          if (left === 0) resolve()
        })
      })
      // Left to close by itself: that waits for a blocked connection, and is no part of the drain.
      void worker.close()
    },
    listen: async (onStart) => void (await start(async () => onStart(), 1).waitUntilReady()),
    submit: () => queue.add('no-op', { n: 1 }),
  }
}

function fail(error) {
  console.error(error)
  process.exit(1)
}
