import type { Database } from 'better-sqlite3'

export type StoredFuture = {
  id: number
  name: string
  state: 'pending' | 'done' | 'failed' | 'cancelled'
  /** JSON: the value, a `CallError`, or the words of the cancel. */
  value: string | null
}

/** What lists show; the value can be large. */
export type ListedFuture = Omit<StoredFuture, 'value'> & {
  created_at: number
  settled_at: number | null
  settled_by: string | null
  due_at: number | null
}

/** How a future ends: `value` as in `StoredFuture`. */
export type Settlement = { state: Exclude<StoredFuture['state'], 'pending'>; value: string | null }

export function prepareFutures(db: Database) {
  const listed = 'SELECT id, name, state, created_at, settled_at, settled_by, due_at FROM futures'
  return {
    /** The newest first, from before the id on. */
    pending: db.prepare<[before: number, limit: number], ListedFuture>(
      `${listed} WHERE state = 'pending' AND id < ? ORDER BY id DESC LIMIT ? + 0`,
    ),
    /** Those in that state; null: in any but pending. */
    settled: db.prepare<{ state: string | null; before: number; limit: number }, ListedFuture>(
      `${listed} WHERE state <> 'pending' AND state = coalesce(@state, state) AND id < @before ORDER BY id DESC LIMIT @limit + 0`,
    ),
    listed: db.prepare<[name: string], ListedFuture>(`${listed} WHERE name = ?`),
    remove: db.prepare<[name: string]>('DELETE FROM futures WHERE name = ?'),
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
    plan: db.prepare<[at: number, isDelay: 0 | 1, settlement: string, name: string]>(
      `UPDATE futures SET due_at = ?, is_delay = ?, due_with = ? WHERE name = ? AND state = 'pending'`,
    ),
    due: db.prepare<[now: number, limit: number], { name: string; due_with: string }>(
      `SELECT name, due_with FROM futures WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ? + 0`,
    ),
    /** When its timer settles it. */
    dueAt: db.prepare<[name: string], number | null>('SELECT due_at FROM futures WHERE name = ?').pluck(),
    moveDelays: db.prepare<[byMs: number]>(
      'UPDATE futures SET due_at = due_at + ? WHERE due_at IS NOT NULL AND is_delay = 1',
    ),
    nextDue: db.prepare<[], number | null>('SELECT min(due_at) FROM futures WHERE due_at IS NOT NULL').pluck(),
  }
}
