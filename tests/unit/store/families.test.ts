import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
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

test('what hangs on a run or a group is found in an index, and only what is unfinished is looked at', () => {
  const { db, children, groups } = emptyStore()
  expect({
    unfinished: planOf(db, children.unfinished.source),
    bound: planOf(db, children.bound.source),
    count: planOf(db, children.count.source),
    first: planOf(db, children.first.source),
    ofGroup: planOf(db, groups.unfinishedRuns.source),
    aborted: planOf(db, groups.abortedWithRuns.source),
  }).toEqual({
    unfinished: ['SEARCH runs USING INDEX runs_bound (parent_run>?)'],
    bound: ['SEARCH runs USING INDEX runs_bound (parent_run=? AND on_parent_end=? AND id>? AND id<?)'],
    count: ['SEARCH runs USING COVERING INDEX runs_of_parent (parent_run=?)'],
    first: ['SEARCH runs USING INDEX runs_of_parent (parent_run=?)'],
    ofGroup: ['SEARCH runs USING INDEX runs_of_group (group_id=? AND id>? AND id<?)'],
    aborted: [
      'SEARCH groups USING INTEGER PRIMARY KEY (rowid=?)',
      'LIST SUBQUERY 1',
      'SEARCH runs USING INDEX runs_of_group (group_id>?)',
    ],
  })
})

test('a step up a family is a look at one row', () => {
  const { db, children } = emptyStore()
  expect(planOf(db, children.depth.source).filter((step) => step.includes('runs'))).toEqual([
    'SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)',
  ])
})

test('an aborted group has a reason and a run that gave it, and is aborted once', () => {
  const { db, groups } = emptyStore()
  const id = groups.insert.get('pages', 1, null, 0) ?? 0
  expect(groups.abort.get(7, 'run 7 has failed', id)).toEqual({
    id,
    name: 'pages',
    parent_run: 1,
    is_aborted: 1,
    aborted_by: 7,
    abort_reason: 'run 7 has failed',
  })
  expect(groups.abort.get(8, 'run 8 has failed', id)).toBeUndefined()
  expect(() => db.exec(`UPDATE groups SET abort_reason = NULL WHERE id = ${id}`)).toThrow(/CHECK/)
})
