import type { Database } from 'better-sqlite3'

export type StoredBulk = {
  id: number
  action: 'cancel' | 'retry' | 'delete'
  /** JSON. */
  what: string
  reason: string | null
  state: 'waiting' | 'running' | 'done' | 'stopped'
  total: number
  done: number
  failed: number
  first_error: string | null
  cursor: number
  starts_at: number
  created_at: number
  ended_at: number | null
  undone_by: number | null
}

export function prepareBulk(db: Database) {
  return {
    insert: db.prepare<
      [
        action: string,
        what: string,
        reason: string | null,
        state: string,
        total: number,
        cursor: number,
        startsAt: number,
        createdAt: number,
      ],
      StoredBulk
    >(
      `INSERT INTO bulk_actions (action, what, reason, state, total, cursor, starts_at, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    ),
    get: db.prepare<[id: number], StoredBulk>('SELECT * FROM bulk_actions WHERE id = ?'),
    open: db.prepare<[], StoredBulk>(`SELECT * FROM bulk_actions WHERE state IN ('waiting', 'running') ORDER BY id`),
    newest: db.prepare<[limit: number], StoredBulk>('SELECT * FROM bulk_actions ORDER BY id DESC LIMIT ? + 0'),
    step: db.prepare<[done: number, failed: number, error: string | null, cursor: number, id: number]>(
      `UPDATE bulk_actions SET state = 'running', done = done + ?, failed = failed + ?,
         first_error = coalesce(first_error, ?), cursor = ? WHERE id = ? AND state IN ('waiting', 'running')`,
    ),
    end: db.prepare<[state: 'done' | 'stopped', at: number, id: number]>(
      `UPDATE bulk_actions SET state = ?, ended_at = ? WHERE id = ? AND state IN ('waiting', 'running')`,
    ),
    setUndone: db.prepare<[by: number, id: number]>(
      'UPDATE bulk_actions SET undone_by = ? WHERE id = ? AND undone_by IS NULL',
    ),
    addMade: db.prepare<[action: number, run: number]>('INSERT INTO bulk_made (action_id, run_id) VALUES (?, ?)'),
    made: db
      .prepare<[action: number, before: number, limit: number], number>(
        'SELECT run_id FROM bulk_made WHERE action_id = ? + 0 AND run_id < ? ORDER BY run_id DESC LIMIT ? + 0',
      )
      .pluck(),
    countMade: db.prepare<[action: number], number>('SELECT count(*) FROM bulk_made WHERE action_id = ?').pluck(),
  }
}
