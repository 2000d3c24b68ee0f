import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { PgBoss } from 'pg-boss'

const BULK = 5_000

export async function open({ url, isFirst }) {
  const boss = new PgBoss({
    connectionString: url,
    useListenNotify: true,
    max: 20,
    migrate: isFirst,
    createSchema: isFirst,
  })
  boss.on('error', console.error)
  await boss.start()
  if (isFirst) await boss.createQueue('one-by-one', { notify: true })
  const pgPool = new pg.Pool({ connectionString: url, max: 1 })
  pgPool.on('error', console.error)
  const pending = async (queue) => {
    const { rows } = await pgPool.query(
      `SELECT count(*)::int AS count FROM pgboss.job WHERE name = $1 AND state < 'completed'`,
      [queue],
    )
    return rows[0].count
  }
  let filled = 0
  const queueOf = (n) => `bulk-${n}`
  return {
    async fill(count) {
      filled += 1
      await boss.createQueue(queueOf(filled))
      for (let left = count; left > 0; left -= BULK) {
        const jobs = Array.from({ length: Math.min(BULK, left) }, () => ({ data: { n: 1 } }))
        await boss.insert(queueOf(filled), jobs)
      }
    },
    async drain(count, { concurrency }) {
      const queue = queueOf(filled)
      let left = count
      const options = {
        batchSize: 1_000,
        localConcurrency: concurrency,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: 0.5,
      }
      await boss.work(queue, options, async (jobs) => {
        left -= jobs.length
      })
      while (left > 0 || (await pending(queue)) > 0) await delay(2)
      await boss.offWork(queue)
    },
    listen: (onStart) => boss.work('one-by-one', { batchSize: 1 }, async () => onStart()),
    submit: () => boss.send('one-by-one', { n: 1 }),
  }
}
