import type { Database } from 'better-sqlite3'
import type { Outcome } from '../../../src-preload/contract.ts'
import type { StoredRun } from './runs.ts'

export type StoredSpan = Pick<
  StoredRun,
  | 'id'
  | 'definition_id'
  | 'job_name'
  | 'name'
  | 'lifecycle'
  | 'outcome'
  | 'attempt'
  | 'interrupted'
  | 'started_at'
  | 'finished_at'
>

const spanColumns = `id, definition_id, job_name, name, lifecycle, outcome, attempt, interrupted, started_at, finished_at`

/** Statements on `runs` that say how things go as a whole. Each looks at a bounded number of the newest rows. */
export function prepareOverview(db: Database) {
  const newestWith = (outcome: 'failed' | 'timed_out') =>
    `SELECT id, job_id FROM runs INDEXED BY runs_unhappy
     WHERE outcome = '${outcome}' AND outcome IS NOT NULL AND outcome <> 'succeeded' ORDER BY id DESC LIMIT @limit + 0`
  return {
    /**
     * Of the newest runs that failed or ran out of time, up to `limit` of each: their jobs. That the outcome is not
     * 'succeeded' is said for the planner, which does not conclude it and would walk through all runs.
     */
    failedJobs: db
      .prepare<{ limit: number }, number>(
        `SELECT job_id FROM (
           SELECT * FROM (${newestWith('failed')}) UNION ALL SELECT * FROM (${newestWith('timed_out')}))
         WHERE job_id IS NOT NULL GROUP BY job_id ORDER BY max(id) DESC`,
      )
      .pluck(),
    /** Of the `looked` newest runs that were abandoned: those that nobody has looked at or run again, the newest first. */
    abandoned: db.prepare<{ looked: number }, { id: number; name: string; finished_at: number; error: string | null }>(
      `SELECT id, name, finished_at, error FROM (
         SELECT id, name, finished_at, error FROM runs INDEXED BY runs_unhappy
         WHERE outcome = 'abandoned' AND outcome IS NOT NULL AND outcome <> 'succeeded' ORDER BY id DESC LIMIT @looked + 0) AS r
       WHERE NOT EXISTS (SELECT 1 FROM events WHERE run_id = r.id AND type IN ('looked_at', 'run_again'))`,
    ),
    /** Those of the job's `looked` newest runs that have ended, the newest first. */
    lastEndedOfJob: db.prepare<
      { job: number; looked: number; limit: number },
      { id: number; outcome: Outcome; finished_at: number; error: string | null }
    >(
      `SELECT id, outcome, finished_at, error FROM (
         SELECT id, outcome, finished_at, error FROM runs WHERE job_id = @job + 0 ORDER BY id DESC LIMIT @looked + 0)
       WHERE outcome IS NOT NULL LIMIT @limit + 0`,
    ),
    /** Of the `looked` newest runs those that have ended since. */
    endedSince: db.prepare<{ since: number; looked: number }, { outcome: Outcome; finished_at: number }>(
      `SELECT outcome, finished_at FROM (SELECT outcome, finished_at FROM runs ORDER BY id DESC LIMIT @looked + 0)
       WHERE finished_at >= @since`,
    ),
    /** What runs now, the newest first. */
    liveSpans: db.prepare<[limit: number], StoredSpan>(
      `SELECT ${spanColumns} FROM runs WHERE lifecycle IN ('running', 'stopping') ORDER BY id DESC LIMIT ? + 0`,
    ),
    /** What has ended since, also what never began, as it ended last. */
    endedSpans: db.prepare<[since: number, limit: number], StoredSpan>(
      `SELECT ${spanColumns} FROM runs WHERE lifecycle = 'finished' AND finished_at >= ?
       ORDER BY finished_at DESC, id DESC LIMIT ? + 0`,
    ),
  }
}
