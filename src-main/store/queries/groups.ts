import type { Database } from 'better-sqlite3'

export type StoredGroup = {
  id: number
  name: string | null
  parent_run: number
  is_aborted: 0 | 1
  aborted_by: number | null
  abort_reason: string | null
}

const columns = 'id, name, parent_run, is_aborted, aborted_by, abort_reason'

export function prepareGroups(db: Database) {
  return {
    insert: db
      .prepare<[name: string | null, parent: number, deadlineAt: number | null, now: number], number>(
        'INSERT INTO groups (name, parent_run, deadline_at, created_at) VALUES (?, ?, ?, ?) RETURNING id',
      )
      .pluck(),
    get: db.prepare<[id: number], StoredGroup>(`SELECT ${columns} FROM groups WHERE id = ?`),
    /** No row: it is aborted already, or there is none. */
    abort: db.prepare<[by: number, reason: string, id: number], StoredGroup>(
      `UPDATE groups SET is_aborted = 1, aborted_by = ?, abort_reason = ? WHERE id = ? AND is_aborted = 0
       RETURNING ${columns}`,
    ),
    /** Those whose deadline has passed. */
    overdue: db.prepare<[now: number, limit: number], Pick<StoredGroup, 'id' | 'parent_run'>>(
      `SELECT id, parent_run FROM groups WHERE deadline_at IS NOT NULL AND is_aborted = 0 AND deadline_at <= ?
       ORDER BY deadline_at LIMIT ? + 0`,
    ),
    nextDeadline: db
      .prepare<[], number | null>(
        'SELECT min(deadline_at) FROM groups WHERE deadline_at IS NOT NULL AND is_aborted = 0',
      )
      .pluck(),
    moveDeadlines: db.prepare<[byMs: number]>(
      'UPDATE groups SET deadline_at = deadline_at + ? WHERE deadline_at IS NOT NULL AND is_aborted = 0',
    ),
    /** Unfinished runs of a group, after id `after` up to `upTo`. */
    unfinishedRuns: db
      .prepare<[group: number, after: number, upTo: number, limit: number], number>(
        `SELECT id FROM runs WHERE group_id = ? + 0 AND lifecycle <> 'finished' AND id > ? AND id <= ? ORDER BY id LIMIT ? + 0`,
      )
      .pluck(),
    /** Aborted ones whose runs have not all ended. */
    abortedWithRuns: db.prepare<[], StoredGroup>(
      `SELECT ${columns} FROM groups WHERE is_aborted = 1 AND id IN (
         SELECT group_id FROM runs WHERE group_id IS NOT NULL AND lifecycle <> 'finished')`,
    ),
  }
}
