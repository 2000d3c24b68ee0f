import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
import { prepareStore } from '../../../src-main/store/store.ts'

test('runs of a store that measured none of them are no ground for advice', () => {
  const db = new Database(':memory:')
  migrate(db, readMigrations(), 15)
  db.exec(
    `INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}'); INSERT INTO lanes (id, executor) VALUES (1, 'async');
     INSERT INTO jobs (id, name, definition_id, priority, created_at, updated_at) VALUES (3, 'j', 1, 0, 0, 0);
     INSERT INTO runs (id, lane_id, definition_id, job_id, job_name, name, origin, priority, created_at, input, lifecycle,
       queued_at, attempt, started_at)
     VALUES (7, 1, 1, 3, 'j', 'n', 'manual', 0, 0, '1', 'running', 20, 1, 30)`,
  )
  migrate(db, readMigrations())
  const { runs } = prepareStore(db)
  expect(runs.measuredOfJob.all(3, 10)).toEqual([])
  const use = '{"ms":1,"cpuMs":1,"loopMs":1,"peakBytes":null}'
  runs.finish.run('succeeded', 40, '1', null, null, 0, null, null, null, 1, use, 7, 1)
  expect(runs.measuredOfJob.all(3, 10)).toEqual([use])
})
