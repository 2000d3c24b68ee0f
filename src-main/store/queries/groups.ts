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
      .prepare<[name: string | null, parent: number, now: number], number>(
        'INSERT INTO groups (name, parent_run, created_at) VALUES (?, ?, ?) RETURNING id',
      )
      .pluck(),
    get: db.prepare<[id: number], StoredGroup>(`SELECT ${columns} FROM groups WHERE id = ?`),
    /** No row: it is aborted already, or there is none. */
    abort: db.prepare<[by: number, reason: string, id: number], StoredGroup>(
      `UPDATE groups SET is_aborted = 1, aborted_by = ?, abort_reason = ? WHERE id = ? AND is_aborted = 0
       RETURNING ${columns}`,
    ),
    /** Unfinished runs of a group, after id `after` up to `upTo`. */
    unfinishedRuns: db
      .prepare<[group: number, after: number, upTo: number, limit: number], number>(
        `SELECT id FROM runs WHERE group_id = ? AND lifecycle <> 'finished' AND id > ? AND id <= ? ORDER BY id LIMIT ?`,
      )
      .pluck(),
    /** Aborted ones whose runs have not all ended. */
    abortedWithRuns: db.prepare<[], StoredGroup>(
      `SELECT ${columns} FROM groups WHERE is_aborted = 1 AND id IN (
         SELECT group_id FROM runs WHERE group_id IS NOT NULL AND lifecycle <> 'finished')`,
    ),
  }
}
