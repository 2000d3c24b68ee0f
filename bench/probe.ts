import Database from 'better-sqlite3'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export type Probe = { insert1: number; insert1000: number; cycle100: number }

/**
 * What SQLite itself does here and now, per second, with the settings of our store (WAL, synchronous=FULL):
 * `insert1` one row of four bound values per transaction, `insert1000` a thousand rows per transaction, `cycle100` one transaction that
 * completes 100 rows and claims 100. Machines are noisy, so every figure is read as a ratio to this, from the same run.
 */
export function probeSqlite(folder: string): Probe {
  const { db, insertMany, remove } = openProbe(folder)
  const claim = db.prepare(
    `UPDATE work SET state = 1 WHERE id IN (SELECT id FROM work WHERE state = 0 ORDER BY priority, id LIMIT 100) RETURNING id, payload`,
  )
  const complete = db.prepare('UPDATE work SET state = 2 WHERE id = ?')
  let held: { id: number }[] = []
  const cycle = db.transaction(() => {
    for (const { id } of held) complete.run(id)
    held = claim.all() as { id: number }[]
  })

  const perSecond = (count: number, work: () => void): number => {
    const start = performance.now()
    work()
    return (count / (performance.now() - start)) * 1_000
  }
  const insert1 = perSecond(2_000, () => {
    for (let row = 0; row < 2_000; row += 1) insertMany.immediate(1)
  })
  const insert1000 = perSecond(100_000, () => {
    for (let batch = 0; batch < 100; batch += 1) insertMany.immediate(1_000)
  })
  const cycle100 = perSecond(50_000, () => {
    for (let batch = 0; batch < 500; batch += 1) cycle.immediate()
  })
  remove()
  return { insert1, insert1000, cycle100 }
}

/** How long each of `samples` commits of one row takes, in ms, with a pause before each. */
export async function probeIdleCommits(folder: string, samples: number, pauseMs: number): Promise<number[]> {
  const { insertMany, remove } = openProbe(folder)
  const commitMs: number[] = []
  for (let n = 0; n < samples; n += 1) {
    await delay(pauseMs)
    const start = performance.now()
    insertMany.immediate(1)
    commitMs.push(performance.now() - start)
  }
  remove()
  return commitMs
}

/** A store of one table, as ours is set up; `insertMany` commits so many rows at once. */
export function openProbe(folder: string) {
  const path = join(folder, 'probe.db')
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(`CREATE TABLE work (id INTEGER PRIMARY KEY, priority INTEGER NOT NULL, state INTEGER NOT NULL, created_at INTEGER NOT NULL,
             payload TEXT NOT NULL);
           CREATE INDEX ready ON work (priority, id) WHERE state = 0`)
  const insert = db.prepare('INSERT INTO work (priority, state, created_at, payload) VALUES (?, 0, ?, ?)')
  const insertMany = db.transaction((count: number) => {
    for (let row = 0; row < count; row += 1) insert.run(0, Date.now(), '{"n":1}')
  })
  const remove = () => {
    db.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
  return { db, insertMany, remove }
}
