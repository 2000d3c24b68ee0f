import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
import { prepareStore } from '../../../src-main/store/store.ts'

function storeWithSchedule() {
  const db = new Database(':memory:')
  migrate(db, readMigrations())
  db.exec(`INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}');
    INSERT INTO jobs (id, name, definition_id, priority, created_at, updated_at) VALUES (1, 'work', 1, 0, 0, 0);`)
  const store = prepareStore(db)
  const id = store.schedules.insert.get('nightly', 1, '{}', '{}', 'skip', null, 'null', null, 100, 100, 100) ?? 0
  return { ...store, id }
}

test('runs from before there were schedules keep where they come from', () => {
  const migrations = readMigrations()
  const version = migrations.find(({ name }) => name === 'schedules')?.version ?? 0
  const db = new Database(':memory:')
  migrate(db, migrations, version - 1)
  db.exec(`INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}')`)
  const insert = db.prepare<[number, string]>(
    `INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, lifecycle, created_at, queued_at, input)
     VALUES (?, 1, 1, 'x', ?, 0, 'queued', 0, 0, 'null')`,
  )
  for (const [index, origin] of ['manual', 'retry', 'child'].entries()) insert.run(index + 1, origin)
  migrate(db, migrations)
  expect(db.prepare('SELECT id, origin, schedule_id, slot_at, is_backfill FROM runs ORDER BY id').all()).toEqual([
    { id: 1, origin: 'manual', schedule_id: null, slot_at: null, is_backfill: 0 },
    { id: 2, origin: 'retry', schedule_id: null, slot_at: null, is_backfill: 0 },
    { id: 3, origin: 'child', schedule_id: null, slot_at: null, is_backfill: 0 },
  ])
  expect(() => db.exec(`UPDATE runs SET origin = 'elsewhere'`)).toThrow(/CHECK/)
  expect(() => db.exec('UPDATE runs SET slot_at = 5')).toThrow(/CHECK/)
  expect(() => db.exec('UPDATE runs SET is_backfill = 1')).toThrow(/CHECK/)
})

test('a slot is decided once, and a second time only as a backfill', () => {
  const { schedules, id } = storeWithSchedule()
  const decide = (isBackfill: 0 | 1) => schedules.insertSlot.run(id, 500, isBackfill, 500, 1, 'run', null, 7, 501)
  decide(0)
  expect(() => decide(0)).toThrow(/UNIQUE/)
  decide(1)
  expect(() => decide(1)).toThrow(/UNIQUE/)
  expect(schedules.slotPage.all(id, 501, 10).map((slot) => slot.is_backfill)).toEqual([1, 0])
})

test('an outcome has what belongs to it: a run, or a reason', () => {
  const { schedules, id } = storeWithSchedule()
  expect(() => schedules.insertSlot.run(id, 1, 0, 1, 1, 'run', null, null, 1)).toThrow(/CHECK/)
  expect(() => schedules.insertSlot.run(id, 1, 0, 1, 1, 'missed', null, null, 1)).toThrow(/CHECK/)
  expect(() => schedules.insertSlot.run(id, 2, 0, 1, 1, 'missed', 'cap', null, 1)).toThrow(/CHECK/)
})

test('the cursor never goes back', () => {
  const { db, schedules, id } = storeWithSchedule()
  const cursor = () => db.prepare('SELECT cursor_at FROM schedules').pluck().get()
  expect(schedules.setCursor.run(200, null, null, id, 200).changes).toBe(1)
  expect(schedules.setCursor.run(150, null, null, id, 150).changes).toBe(0)
  schedules.replace.run(1, '{}', '{}', 'skip', null, 'null', null, 120, 300, id)
  expect(cursor()).toBe(200)
})

test('what waits, and what has not finished, is found in an index of its own', () => {
  const { db, schedules } = storeWithSchedule()
  const planOf = (sql: string) =>
    db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Array.from({ length: (sql.match(/\?/g) ?? []).length }, () => 1))
      .map(({ detail }) => detail)
  expect(planOf(schedules.firstWaiting.source)).toEqual([
    'SEARCH slots USING COVERING INDEX slots_waiting (schedule_id=?)',
  ])
  expect(planOf(schedules.countWaiting.source)).toEqual([
    'SEARCH slots USING COVERING INDEX slots_waiting (schedule_id=?)',
  ])
  expect(planOf(schedules.slotPage.source)).toEqual(['SEARCH slots USING PRIMARY KEY (schedule_id=? AND slot_at<?)'])
  expect(planOf(schedules.unfinishedRuns.source)).toEqual(['SEARCH runs USING INDEX runs_of_schedule (schedule_id>?)'])
})
