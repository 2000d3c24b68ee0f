import type { Database } from 'better-sqlite3'
import { prepareAttempts } from './queries/attempts.ts'
import { prepareBarriers } from './queries/barriers.ts'
import { prepareChildren } from './queries/children.ts'
import { prepareCounters } from './queries/counters.ts'
import { prepareDefinitions } from './queries/definitions.ts'
import { prepareEvents } from './queries/events.ts'
import { prepareFlags } from './queries/flags.ts'
import { prepareFutures } from './queries/futures.ts'
import { prepareBulk } from './queries/bulk.ts'
import { prepareGroups } from './queries/groups.ts'
import { prepareHistory } from './queries/history.ts'
import { prepareHeartbeats } from './queries/heartbeats.ts'
import { prepareJobs } from './queries/jobs.ts'
import { prepareLanes } from './queries/lanes.ts'
import { prepareLogs } from './queries/logs.ts'
import { prepareOverview } from './queries/overview.ts'
import { prepareQueueItems } from './queries/queue-items.ts'
import { prepareQueues } from './queries/queues.ts'
import { prepareRetention } from './queries/retention.ts'
import { prepareRuns } from './queries/runs.ts'
import { prepareSchedules } from './queries/schedules.ts'
import { prepareSearch } from './queries/search.ts'
import { prepareSecrets } from './queries/secrets.ts'
import { prepareSemaphores } from './queries/semaphores.ts'
import { prepareSettings } from './queries/settings.ts'

/** Every statement of the engine, prepared once on the one connection. */
export function prepareStore(db: Database) {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  return {
    db,
    runs: prepareRuns(db),
    jobs: prepareJobs(db),
    lanes: prepareLanes(db),
    definitions: prepareDefinitions(db),
    attempts: prepareAttempts(db),
    events: prepareEvents(db),
    logs: prepareLogs(db),
    flags: prepareFlags(db),
    children: prepareChildren(db),
    groups: prepareGroups(db),
    semaphores: prepareSemaphores(db),
    queues: prepareQueues(db),
    overview: prepareOverview(db),
    queueItems: prepareQueueItems(db),
    barriers: prepareBarriers(db),
    futures: prepareFutures(db),
    schedules: prepareSchedules(db),
    search: prepareSearch(db),
    history: prepareHistory(db),
    retention: prepareRetention(db),
    bulk: prepareBulk(db),
    settings: prepareSettings(db),
    secrets: prepareSecrets(db),
    heartbeats: prepareHeartbeats(db),
    counters: prepareCounters(db),
    /** One write transaction; rolls back when `work` throws. Nothing inside may await. */
    transaction<T>(work: () => T): T {
      begin.run()
      try {
        const result = work()
        commit.run()
        return result
      } catch (error) {
        if (db.inTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    databaseBytes: db
      .prepare<[], number>('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')
      .pluck(),
  }
}

export type Store = ReturnType<typeof prepareStore>
