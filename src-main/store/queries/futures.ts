import type { Database } from 'better-sqlite3'

export type StoredFuture = {
  id: number
  name: string
  state: 'pending' | 'done' | 'failed' | 'cancelled'
  /** JSON: the value, a `CallError`, or the words of the cancel. */
  value: string | null
}

/** How a future ends: `value` as in `StoredFuture`. */
export type Settlement = { state: Exclude<StoredFuture['state'], 'pending'>; value: string | null }

export function prepareFutures(db: Database) {
  return {
    byName: db.prepare<[name: string], StoredFuture>('SELECT id, name, state, value FROM futures WHERE name = ?'),
    count: db.prepare<[], number>('SELECT count(*) FROM futures').pluck(),
    insert: db.prepare<[name: string, now: number]>(
      `INSERT INTO futures (name, state, created_at) VALUES (?, 'pending', ?)`,
    ),
    settle: db.prepare<
      [state: Settlement['state'], value: string | null, now: number, by: string, name: string],
      { name: string }
    >(
      `UPDATE futures SET state = ?, value = ?, settled_at = ?, settled_by = ?, due_at = NULL, due_with = NULL
       WHERE name = ? AND state = 'pending' RETURNING name`,
    ),
    /** `with` is JSON of a `Settlement`. */
    plan: db.prepare<[at: number, settlement: string, name: string]>(
      `UPDATE futures SET due_at = ?, due_with = ? WHERE name = ? AND state = 'pending'`,
    ),
    due: db.prepare<[now: number, limit: number], { name: string; due_with: string }>(
      `SELECT name, due_with FROM futures WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?`,
    ),
    nextDue: db.prepare<[], number | null>('SELECT min(due_at) FROM futures WHERE due_at IS NOT NULL').pluck(),
  }
}
