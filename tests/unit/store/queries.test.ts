import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, newestSchema, readMigrations } from '../../../src-main/store/migrate.ts'
import { prepareHistory } from '../../../src-main/store/queries/history.ts'
import { prepareStore } from '../../../src-main/store/store.ts'

function emptyStore() {
  const db = new Database(':memory:')
  migrate(db, readMigrations())
  return prepareStore(db)
}

const planOf = (db: Database.Database, sql: string) =>
  db
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...Array.from({ length: (sql.match(/\?/g) ?? []).length }, () => 1))
    .map(({ detail }) => detail)

test('migrations bring an empty file to the newest schema, in one step or one by one', () => {
  const migrations = readMigrations()
  const stepwise = new Database(':memory:')
  for (const { version } of migrations) migrate(stepwise, migrations, version)
  const schema = (db: Database.Database) => db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()
  expect(stepwise.pragma('user_version', { simple: true })).toBe(newestSchema(migrations))
  expect(schema(stepwise)).toEqual(schema(emptyStore().db))
})

test('lanes of an older store are kept when those of threads become possible', () => {
  const migrations = readMigrations()
  const db = new Database(':memory:')
  migrate(db, migrations, 4)
  const insert = `INSERT INTO lanes (id, executor, job_id, gate, queued) VALUES (?, ?, 7, '["g"]', 3)`
  db.prepare(insert).run(4, 'process')
  expect(() => db.prepare(insert).run(5, 'thread')).toThrow(/CHECK/)
  const before = db.prepare('SELECT * FROM lanes').all()
  migrate(db, migrations, 5)
  expect(db.prepare('SELECT * FROM lanes').all()).toEqual(before)
  db.prepare(insert).run(5, 'thread')
  expect(() => db.prepare(insert).run(6, 'fiber')).toThrow(/CHECK/)
})

test('hot statements read an index and never the whole table', () => {
  const { db, runs, search, retention, bulk, logs, overview } = emptyStore()
  const plans = {
    ready: planOf(db, runs.ready.source),
    head: planOf(db, runs.head.source),
    nextDue: planOf(db, runs.nextDue.source),
    nextExpiry: planOf(db, runs.nextExpiry.source),
    nextDeadline: planOf(db, runs.nextDeadline.source),
    takeOverdue: planOf(db, runs.takeOverdue.source),
    moveDeadlines: planOf(db, runs.moveDeadlines.source),
    moveDelays: planOf(db, runs.moveDelays.source),
    takeDue: planOf(db, runs.takeDue.source),
    takeExpired: planOf(db, runs.takeExpired.source),
    live: planOf(db, runs.live.source),
    countAhead: planOf(db, runs.countAhead.source),
    lastOfJob: planOf(db, runs.lastOfJob.source),
    measuredOfJob: planOf(db, runs.measuredOfJob.source),
    moveScheduled: planOf(db, runs.moveScheduled.source),
    moveQueued: planOf(db, runs.moveQueued.source),
    moveLive: planOf(db, runs.moveLive.source),
    unindexed: planOf(db, search.unindexed.source),
    nextUnindexedAt: planOf(db, search.nextUnindexedAt.source),
    countUnindexed: planOf(db, search.countUnindexed.source),
    oldest: planOf(db, retention.oldest.source),
    oldestAt: planOf(db, retention.oldestAt.source),
    countOlder: planOf(db, retention.countOlder.source),
    open: planOf(db, bulk.open.source),
    nextLoud: planOf(db, logs.nextLoud.source),
    previousLoud: planOf(db, logs.previousLoud.source),
    sizesFromEnd: planOf(db, logs.sizesFromEnd.source),
    backFrom: planOf(db, logs.backFrom.source),
    liveSpans: planOf(db, overview.liveSpans.source),
    endedSpans: planOf(db, overview.endedSpans.source),
  }
  const indexOf: Record<keyof typeof plans, string> = {
    ready: 'runs_ready',
    head: 'runs_ready',
    nextDue: 'runs_due',
    nextExpiry: 'runs_expiring',
    nextDeadline: 'runs_deadline',
    takeOverdue: 'runs_deadline',
    moveDeadlines: 'runs_deadline',
    moveDelays: 'runs_due',
    takeDue: 'runs_due',
    takeExpired: 'runs_expiring',
    live: 'runs_live',
    countAhead: 'runs_ready',
    lastOfJob: 'runs_of_job',
    measuredOfJob: 'runs_of_job',
    moveScheduled: 'runs_due',
    moveQueued: 'runs_ready',
    moveLive: 'runs_live',
    unindexed: 'runs_finished',
    nextUnindexedAt: 'runs_finished',
    countUnindexed: 'runs_finished',
    oldest: 'runs_finished',
    oldestAt: 'runs_finished',
    countOlder: 'runs_finished',
    open: 'bulk_actions_open',
    nextLoud: 'log_chunks_loud',
    previousLoud: 'log_chunks_loud',
    sizesFromEnd: 'sqlite_autoindex_log_chunks_1',
    backFrom: 'sqlite_autoindex_log_chunks_1',
    liveSpans: 'runs_live',
    endedSpans: 'runs_finished',
  }
  for (const [name, plan] of Object.entries(plans)) {
    const text = plan.join('; ')
    expect(text, name).toContain(indexOf[name as keyof typeof plans])
    expect(text, name).not.toContain('TEMP B-TREE')
    expect(text, name).not.toMatch(/SCAN runs(?! USING (COVERING )?INDEX)/)
  }
})

test('a page of the history is read from the search index or through the ids, never sorted from all', () => {
  const { db, search } = emptyStore()
  expect(planOf(db, search.matches.source).join()).toMatch(/^SCAN search VIRTUAL TABLE INDEX \d+:M1><$/)
  const prepared: string[] = []
  const watched = new Proxy(db, {
    get: (target, key) =>
      key === 'prepare'
        ? (sql: string) => (prepared.push(sql), target.prepare(sql))
        : (Reflect.get(target, key) as unknown),
  })
  const filter = { job: null, parent: null, text: null, from: 1, to: 9, since: null, until: null }
  const queries = prepareHistory(watched)
  queries.list({ ...filter, lifecycle: ['queued'], outcome: null }, 50)
  queries.tail({ ...filter, lifecycle: ['finished'], outcome: null }, 0, 0)
  const [list = '', tail = ''] = prepared.slice(-2).map((sql) => planOf(db, sql).join('; '))
  expect(list).toContain('SEARCH runs USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)')
  expect(list).not.toContain('TEMP B-TREE')
  expect(tail).toContain('runs_finished')
})

test('the history of an older store is not in the index yet, and its logs are counted', () => {
  const migrations = readMigrations()
  const db = new Database(':memory:')
  migrate(db, migrations, 5)
  db.exec(
    `INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}');
     INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, created_at, input, lifecycle, outcome, finished_at)
     VALUES (7, 1, 1, 'old', 'manual', 0, 0, '1', 'finished', 'failed', 5);
     INSERT INTO log_chunks (run_id, attempt, first_line, lines, body) VALUES (7, 1, 1, 1, '1' || char(9) || 'err' || char(9) || 'ä')`,
  )
  migrate(db, migrations)
  const { search, counters, logs } = prepareStore(db)
  expect(search.countUnindexed.get(0, 0, 10)).toBe(1)
  expect(counters.all.all()).toContainEqual({ name: 'log_bytes', value: 8 })
  expect(logs.nextLoud.get(7, 0)).toBe(1)
  const bulk = `INSERT INTO bulk_actions (action, what, state, total, cursor, starts_at, created_at) VALUES (?, '{}', 'waiting', 0, 0, 0, 0)`
  expect(() => db.prepare(bulk).run('explode')).toThrow(/CHECK/)
  db.prepare(bulk).run('cancel')
})

test('a state that cannot be is refused by the table itself', () => {
  const { db } = emptyStore()
  db.exec(
    `INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}'); INSERT INTO lanes (id, executor) VALUES (1, 'async')`,
  )
  const insert = (columns: string, values: string) =>
    db.exec(`INSERT INTO runs (lane_id, definition_id, name, origin, priority, created_at, input, ${columns})
             VALUES (1, 1, 'n', 'manual', 0, 0, '1', ${values})`)
  expect(() => insert('lifecycle', `'finished'`)).toThrow(/CHECK/)
  expect(() => insert('lifecycle, outcome', `'queued', 'failed'`)).toThrow(/CHECK/)
  expect(() => insert('lifecycle', `'running'`)).toThrow(/CHECK/)
  expect(() => insert('lifecycle', `'scheduled'`)).toThrow(/CHECK/)
  expect(() => insert('lifecycle', `'sleeping'`)).toThrow(/CHECK/)
  insert('lifecycle, queued_at', `'queued', 0`)
})

test('a change of state names the attempt and the state it expects, and otherwise changes nothing', () => {
  const { db, runs } = emptyStore()
  db.exec(
    `INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}'); INSERT INTO lanes (id, executor) VALUES (1, 'async');
     INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, created_at, input, lifecycle, queued_at)
     VALUES (1, 1, 1, 'n', 'manual', 0, 0, '1', 'queued', 0)`,
  )
  const start = () => runs.start.run(5, 1).changes
  expect([start(), start()]).toEqual([1, 0])
  const finish = (attempt: number, result: string) =>
    runs.finish.run('succeeded', 6, result, null, null, 0, null, null, null, null, null, 1, attempt).changes
  const stop = (attempt: number) => runs.setStop.run('{}', 1, attempt).changes
  const requeue = (attempt: number) => runs.requeue.get(6, 0, 0, 1, attempt)
  expect([finish(2, '"late"'), stop(2), requeue(2)]).toEqual([0, 0, undefined])
  expect(finish(1, '"first"')).toBe(1)
  expect([finish(1, '"second"'), stop(1), requeue(1)]).toEqual([0, 0, undefined])
  expect(runs.values.get(1)?.result).toBe('"first"')
})
