import type { Database } from 'better-sqlite3'
import type { Outcome } from '../../../src-preload/contract.ts'

export type RemovableRun = {
  id: number
  finished_at: number
  created_at: number
  job_id: number | null
  outcome: Outcome
  log_lines: number
  /** A run that has not finished may still ask for the result of its child. */
  is_needed: 0 | 1
}

const columns = `id, finished_at, created_at, job_id, outcome, log_lines,
  EXISTS (SELECT 1 FROM runs AS parent WHERE parent.id = runs.parent_run AND parent.lifecycle <> 'finished') AS is_needed`

/** What removes finished runs with all that hangs on them, the oldest first. */
export function prepareRetention(db: Database) {
  return {
    oldest: db.prepare<[at: number, run: number], RemovableRun>(
      `SELECT ${columns} FROM runs WHERE lifecycle = 'finished' AND (finished_at, id) > (?, ?)
       ORDER BY finished_at, id LIMIT 1`,
    ),
    one: db.prepare<[id: number], RemovableRun>(`SELECT ${columns} FROM runs WHERE id = ? AND lifecycle = 'finished'`),
    oldestAt: db.prepare<[], number | null>(`SELECT min(finished_at) FROM runs WHERE lifecycle = 'finished'`).pluck(),
    countOlder: db
      .prepare<[before: number, limit: number], number>(
        `SELECT count(*) FROM (SELECT 1 FROM runs WHERE lifecycle = 'finished' AND finished_at < ? LIMIT ? + 0)`,
      )
      .pluck(),
    /** Up to `limit` chunks; how many bytes each was. */
    removeChunks: db
      .prepare<[run: number, limit: number], number>(
        `DELETE FROM log_chunks WHERE id IN (SELECT id FROM log_chunks WHERE run_id = ? + 0 ORDER BY first_line LIMIT ? + 0)
         RETURNING octet_length(body)`,
      )
      .pluck(),
    removeEvents: db.prepare<[run: number]>('DELETE FROM events WHERE run_id = ?'),
    removeAttempts: db.prepare<[run: number]>('DELETE FROM attempts WHERE run_id = ?'),
    removeRun: db.prepare<[id: number]>(`DELETE FROM runs WHERE id = ? AND lifecycle = 'finished'`),
    usedBytes: db
      .prepare<[], number>(
        `SELECT (page_count - freelist_count) * page_size
         FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
      )
      .pluck(),
  }
}
