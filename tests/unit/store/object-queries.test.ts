import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../../src-main/store/migrate.ts'
import { prepareStore } from '../../../src-main/store/store.ts'

function openStore() {
  const db = new Database(':memory:')
  migrate(db, readMigrations())
  return prepareStore(db)
}

type Store = ReturnType<typeof openStore>

test.each<[what: string, sqlOf: (store: Store) => string, index: RegExp]>([
  ['queues by name', ({ queues }) => queues.names.source, /sqlite_autoindex_queues_1 \(name>\?\)/],
  ['semaphores by name', ({ semaphores }) => semaphores.names.source, /PRIMARY KEY \(kind=\? AND name>\?\)/],
  ['events by name', ({ flags }) => flags.names.source, /PRIMARY KEY \(name>\?\)/],
  ['barriers by name', ({ barriers }) => barriers.names.source, /PRIMARY KEY \(name>\?\)/],
  ['pending futures', ({ futures }) => futures.pending.source, /futures_pending \(id<\?\)/],
  ['settled futures', ({ futures }) => futures.settled.source, /PRIMARY KEY \(rowid<\?\)/],
  ['the first items', ({ queueItems }) => queueItems.firstReady.source, /queue_items_ready \(queue_id=\?\)/],
  ['the last items', ({ queueItems }) => queueItems.lastReady.source, /queue_items_ready \(queue_id=\?\)/],
  ['dead letters', ({ queueItems }) => queueItems.dead.source, /queue_items_dead \(queue_id=\?\)/],
  ['a part of the items', ({ queueItems }) => queueItems.removeFirstReady.source, /queue_items_ready \(queue_id=\?\)/],
  ['the oldest item', ({ queueItems }) => queueItems.firstPutAt.source, /queue_items_ready \(queue_id=\?\)/],
  [
    'the oldest item of each priority',
    ({ queueItems }) => queueItems.oldestReady.source,
    /queue_items_ready \(queue_id=\? AND priority>\?\).*queue_items_ready \(queue_id=\? AND priority=\?\)/,
  ],
  ['the last runs of a job', ({ overview }) => overview.lastEndedOfJob.source, /runs_of_job \(job_id=\?\)/],
  [
    'the abandoned runs that nobody has seen to',
    ({ overview }) => overview.abandoned.source,
    /SEARCH runs USING INDEX runs_unhappy \(outcome=\?\).*SEARCH events USING PRIMARY KEY \(run_id=\?\)/,
  ],
  ['the children of a run', ({ children }) => children.spans.source, /runs_of_parent \(parent_run=\?\)/],
  ['a part of the dead', ({ queueItems }) => queueItems.reviveFirst.source, /queue_items_dead \(queue_id=\?\)/],
])('%s are read in their order from an index', (_what, sqlOf, index) => {
  const store = openStore()
  const sql = sqlOf(store).replaceAll(/\?|@\w+/g, '1')
  const plan = store.db
    .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => detail)
    .join('; ')
  expect(plan).toMatch(index)
  expect(plan).not.toMatch(/TEMP B-TREE|SCAN (queue_items|futures|queues|semaphores|flags|barriers)/)
})

test('the jobs of the newest runs that failed are found by an index, and only their few rows are sorted', () => {
  const store = openStore()
  const plan = store.db
    .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${store.overview.failedJobs.source.replaceAll('@limit', '1')}`)
    .all()
    .map(({ detail }) => detail)
  expect(plan.filter((detail) => /SEARCH runs USING INDEX runs_unhappy \(outcome=\?\)/.test(detail))).toHaveLength(2)
  expect(plan.join('; ')).not.toMatch(/SCAN runs/)
})
