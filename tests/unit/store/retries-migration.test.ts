import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
import { prepareStore } from '../../../src-main/store/store.ts'

test('attempts of a store from before retries were all cut off, and its runs have no end of their time', () => {
  const db = new Database(':memory:')
  migrate(db, readMigrations(), 2)
  db.exec(
    `INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}'); INSERT INTO lanes (id, executor) VALUES (1, 'async');
     INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, created_at, input, lifecycle, queued_at,
       attempt, interrupted) VALUES (7, 1, 1, 'n', 'manual', 0, 0, '1', 'queued', 20, 1, 1);
     INSERT INTO attempts (run_id, number, started_at, ended_at, pid, cpu_ms, note) VALUES (7, 1, 10, 20, 99, 3, 'why')`,
  )
  migrate(db, readMigrations())
  const { attempts, runs } = prepareStore(db)
  expect(attempts.ofRun.all(7)).toEqual([
    {
      number: 1,
      state: 'interrupted',
      started_at: 10,
      ended_at: 20,
      pid: 99,
      exit_code: null,
      exit_signal: null,
      cpu_ms: 3,
      note: 'why',
      error: null,
    },
  ])
  expect(runs.get.get(7)?.deadline_at).toBeNull()
  expect(() => attempts.insert.run(7, 2, 'failed', 30, 40, null, null, null, null, 'no error', null)).toThrow(/CHECK/)
})
