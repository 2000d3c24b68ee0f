import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { prepareStore } from '../../../src-main/store/store.ts'
import { newDatabase } from '../../support/new-database.ts'

/**
 * better-sqlite3 compiles a function that makes rows when a statement is prepared, and compiles it again when SQLite
 * has prepared the statement anew in silence. That is the only sign of it outside.
 */
let preparations = 0
const compile = globalThis.Function
beforeEach(() => {
  preparations = 0
  vi.stubGlobal(
    'Function',
    new Proxy(compile, {
      apply: (target, self, words) => {
        preparations += 1
        return Reflect.apply(target, self, words) as unknown
      },
    }),
  )
})
afterEach(() => vi.unstubAllGlobals())

function storeWithRuns(count: number) {
  const db = newDatabase()
  db.exec(`INSERT INTO definitions (id, hash, body) VALUES (1, 'h', '{}');
           INSERT INTO lanes (id, executor) VALUES (1, 'async')`)
  const insert = db.prepare(
    `INSERT INTO runs (id, lane_id, definition_id, name, origin, priority, rank, lifecycle, created_at, queued_at, input)
     VALUES (?, 1, 1, 'n', 'manual', 0, ?, 'queued', 1, 1, 'null')`,
  )
  for (let id = 1; id <= count; id += 1) insert.run(id, id)
  return prepareStore(db)
}

test('a bound limit, or a bound column beside an order, makes SQLite prepare anew at every call', () => {
  const { db } = storeWithRuns(1)
  const timesPrepared = (sql: string) => {
    preparations = 0
    const statement = db.prepare<[number], { id: number }>(sql)
    for (const value of [1, 1, 1]) statement.all(value)
    return preparations
  }
  expect(timesPrepared('SELECT id FROM runs ORDER BY id LIMIT ?')).toBeGreaterThan(1)
  expect(timesPrepared('SELECT id FROM runs ORDER BY id LIMIT ? + 0')).toBe(1)
  expect(timesPrepared('SELECT id FROM runs WHERE lane_id = ? ORDER BY rank')).toBeGreaterThan(1)
  expect(timesPrepared('SELECT id FROM runs WHERE lane_id = ? + 0 ORDER BY rank')).toBe(1)
})

test('what a claim reads is prepared once, however often it is asked', () => {
  const { db, runs, events, children } = storeWithRuns(20)
  db.exec(
    `UPDATE runs SET parent_run = 1, parent_attempt = 1, on_parent_end = 'cancel' WHERE id > 1; INSERT INTO events (id, run_id, at, type, data) VALUES (1, 1, 1, 'queued', '{}')`,
  )
  const read = (round: number) => [
    runs.ready.all(1, 100 + round, 1, 5 + round),
    runs.head.get(1),
    events.ofRun.all(1, 5 + round),
    children.first.all(1, 5 + round),
  ]
  expect(read(0)[0]).toHaveLength(5)
  preparations = 0
  for (let round = 1; round < 10; round += 1) read(round)
  expect(preparations).toBe(0)
})

test('no statement of the store lets the planner look at what is bound', () => {
  const db = newDatabase()
  const sources: string[] = []
  const prepare = db.prepare.bind(db)
  vi.spyOn(db, 'prepare').mockImplementation((source) => {
    sources.push(source)
    return prepare(source)
  })
  prepareStore(db)
  expect(sources.length).toBeGreaterThan(100)
  const bareLimit = /\bLIMIT [?@]\w*(?! \+ 0)(?!\w)/
  const bareColumn = /\b(?:lane|run|parent|group|queue|schedule|action|job)_(?:id|run) = [?@]\w*(?! \+ 0)(?!\w)/
  const isBare = (source: string) => bareLimit.test(source) || (source.includes('ORDER BY') && bareColumn.test(source))
  expect(sources.filter(isBare)).toEqual([])
})
