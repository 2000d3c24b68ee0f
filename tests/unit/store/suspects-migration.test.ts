import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
import { prepareStore } from '../../../src-main/store/store.ts'

test('no supervisor has died under runs of a store that did not count them', () => {
  const db = new Database(':memory:')
  migrate(db, readMigrations(), 8)
  db.exec(
    `INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}'); INSERT INTO lanes (id, executor) VALUES (1, 'async');
     INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, created_at, input, lifecycle, queued_at)
     VALUES (7, 1, 1, 'n', 'manual', 0, 0, '1', 'queued', 20)`,
  )
  migrate(db, readMigrations())
  const { runs } = prepareStore(db)
  const begin = () => runs.ready.all(1, 0, 100, 1).map(({ id, suspected }) => (runs.start.run(50, id), suspected))
  expect(begin()).toEqual([0])
  runs.requeue.get(40, 1, 0, 7, 1)
  expect(begin()).toEqual([1])
})
