import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const BULK = 5_000
const silent = new Logger(() => (level, message) => {
  if (level === 'error') console.error(message)
})

export async function open({ url }) {
  const pgPool = new pg.Pool({ connectionString: url, max: 20 })
  pgPool.on('error', console.error)
  pgPool.on('connect', (client) => client.on('error', console.error))
  const utils = await makeWorkerUtils({ pgPool, logger: silent })
  await utils.migrate()
  const start = (handler, worker) =>
    run({
      pgPool,
      logger: silent,
      noHandleSignals: true,
      taskList: { 'no-op': handler },
      preset: { worker },
    })
  const pending = async () => {
    const { rows } = await pgPool.query('SELECT count(*)::int AS count FROM graphile_worker._private_jobs')
    return rows[0].count
  }
  return {
    async fill(count) {
      for (let left = count; left > 0; left -= BULK) {
        const jobs = Array.from({ length: Math.min(BULK, left) }, () => ({ identifier: 'no-op', payload: { n: 1 } }))
        await utils.addJobs(jobs)
      }
    },
    async drain(count, { concurrency }) {
      let left = count
      const runner = await start(
        () => {
          left -= 1
        },
        { concurrentJobs: concurrency, localQueue: { size: 500 }, completeJobBatchDelay: 0 },
      )
      while (left > 0 || (await pending()) > 0) await delay(2)
      await runner.stop()
    },
    // Without the local queue, which buys throughput with latency.
    listen: async (onStart) => void (await start(onStart, { concurrentJobs: 4 })),
    submit: () => utils.addJob('no-op', { n: 1 }),
  }
}
