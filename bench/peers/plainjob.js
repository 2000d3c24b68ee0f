import Database from 'better-sqlite3'
import { join } from 'node:path'
import { better, defineQueue, defineWorker } from 'plainjob'

const silent = { error: console.error, warn() {}, info() {}, debug() {} }

export function open({ folder }) {
  const connection = better(new Database(join(folder, 'plainjob.db')))
  const queue = defineQueue({ connection, logger: silent })
  // It sets NORMAL itself, which can lose what was acknowledged when the power goes.
  connection.pragma('synchronous = FULL')
  const start = (handler, onCompleted) => {
    // The shortest interval: it has no other way to learn of a job.
    const worker = defineWorker('no-op', handler, { queue, logger: silent, pollIntervall: 1, onCompleted })
    void worker.start()
    return worker
  }
  return {
    fill: (count) => void queue.addMany('no-op', Array(count).fill({ n: 1 })),
    drain: (count) =>
      new Promise((resolve) => {
        let left = count
        const worker = start(
          async () => undefined,
          () => {
            left -= 1
            if (left === 0) resolve(worker.stop())
          },
        )
      }),
    listen: (onStart) => void start(onStart),
    submit: () => void queue.add('no-op', { n: 1 }),
  }
}
