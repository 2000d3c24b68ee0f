import { join } from 'node:path'
import { buildDBClient, Runner, SqliteQueue } from 'liteque'

export function open({ folder, isFirst }) {
  const db = buildDBClient(join(folder, 'liteque.db'), { runMigrations: isFirst })
  // It sets NORMAL itself, which can lose what was acknowledged when the power goes.
  db.session.client.pragma('synchronous = FULL')
  const queue = new SqliteQueue('no-op', db, { defaultJobArgs: { numRetries: 0 }, keepFailedJobs: false })
  const runner = (run, concurrency) =>
    // The shortest interval: it has no other way to learn of a job.
    new Runner(queue, { run, onError: fail }, { concurrency, pollIntervalMs: 1, timeoutSecs: 60 })
  const submit = () => queue.enqueue({ n: 1 })
  return {
    async fill(count) {
      for (let n = 0; n < count; n += 1) await submit()
    },
    drain: (_count, { concurrency }) => runner(async () => undefined, concurrency).runUntilEmpty(),
    listen: (onStart) => void runner(async () => onStart(), 1).run(),
    submit,
  }
}

async function fail({ error }) {
  console.error(error)
  process.exit(1)
}
