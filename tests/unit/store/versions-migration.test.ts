import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'

test('what a job was when versions began to be kept is its first version; a removed job leaves none', () => {
  const migrations = readMigrations()
  const version = migrations.find(({ name }) => name === 'job_versions')?.version ?? 0
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  migrate(db, migrations, version - 1)
  db.exec(`INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}'), (2, 'i', '{}');
    INSERT INTO jobs (id, name, definition_id, priority, created_at, updated_at)
      VALUES (4, 'work', 2, 0, 5, 8), (6, 'rest', 1, 0, 5, 5);`)
  migrate(db, migrations)
  expect(db.prepare('SELECT * FROM job_versions').all()).toEqual([
    { job_id: 4, number: 1, definition_id: 2, saved_at: 8 },
    { job_id: 6, number: 1, definition_id: 1, saved_at: 5 },
  ])
  db.exec('DELETE FROM jobs WHERE id = 4')
  expect(db.prepare('SELECT job_id FROM job_versions').pluck().all()).toEqual([6])
})
