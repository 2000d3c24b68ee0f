import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'

test('what was stored before there were conditions and delays stays as it was', () => {
  const migrations = readMigrations()
  const version = migrations.find(({ name }) => name === 'time')?.version ?? 0
  const db = new Database(':memory:')
  migrate(db, migrations, version - 1)
  db.exec(`INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}');
    INSERT INTO jobs (id, name, definition_id, priority, created_at, updated_at) VALUES (1, 'work', 1, 0, 0, 0);
    INSERT INTO schedules (id, name, job_id, timing, catch_up, overlap, input, cursor_at, created_at, updated_at)
      VALUES (1, 'nightly', 1, '{}', '{}', 'skip', 'null', 7, 0, 0);
    INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, lifecycle, created_at, due_at, input)
      VALUES (1, 1, 1, 'x', 'manual', 0, 'scheduled', 0, 50, 'null');
    INSERT INTO groups (id, parent_run, created_at) VALUES (1, 1, 0);`)
  migrate(db, migrations)
  expect(db.prepare('SELECT cursor_at, conditions, ledger_from, next_at, next_by FROM schedules').get()).toEqual({
    cursor_at: 7,
    conditions: null,
    ledger_from: null,
    // Nobody has looked for it: the next start does.
    next_at: null,
    next_by: null,
  })
  expect(db.prepare('SELECT due_at, is_delay FROM runs').get()).toEqual({ due_at: 50, is_delay: 0 })
  expect(db.prepare('SELECT deadline_at FROM groups').get()).toEqual({ deadline_at: null })
})

test('there is one standing alert for a job', () => {
  const db = new Database(':memory:')
  migrate(db, readMigrations())
  const raise = () =>
    db.exec(`INSERT INTO alerts (job_id, job_name, every_ms, quiet_since, raised_at) VALUES (1, 'work', 5, 0, 5)`)
  raise()
  expect(raise).toThrow(/UNIQUE/)
  db.exec('UPDATE alerts SET cleared_at = 9')
  raise()
  expect(() => db.exec('UPDATE alerts SET cleared_by = 3')).toThrow(/CHECK/)
})
