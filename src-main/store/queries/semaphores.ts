import type { Database } from 'better-sqlite3'

export type StoredSemaphore = {
  kind: 'semaphore' | 'lock'
  name: string
  permits: number
  is_bounded: 0 | 1
  per_ms: number | null
  extra: number
}

/** Permits of a rate limit that have not come back yet. */
export type StoredUse = { id: number; semaphore: string; amount: number; returns_at: number }

export function prepareSemaphores(db: Database) {
  return {
    all: db.prepare<[], StoredSemaphore>('SELECT kind, name, permits, is_bounded, per_ms, extra FROM semaphores'),
    /** In the order of their names, from behind `after`. */
    names: db
      .prepare<[kind: string, after: string, limit: number], string>(
        'SELECT name FROM semaphores WHERE kind = ? AND name > ? ORDER BY name LIMIT ? + 0',
      )
      .pluck(),
    createdAt: db
      .prepare<[kind: string, name: string], number>('SELECT created_at FROM semaphores WHERE kind = ? AND name = ?')
      .pluck(),
    insert: db.prepare<
      [kind: string, name: string, permits: number, isBounded: 0 | 1, perMs: number | null, now: number]
    >('INSERT INTO semaphores (kind, name, permits, is_bounded, per_ms, created_at) VALUES (?, ?, ?, ?, ?, ?)'),
    change: db.prepare<
      [permits: number, isBounded: 0 | 1, perMs: number | null, extra: number, kind: string, name: string]
    >('UPDATE semaphores SET permits = ?, is_bounded = ?, per_ms = ?, extra = ? WHERE kind = ? AND name = ?'),
    remove: db.prepare<[kind: string, name: string]>('DELETE FROM semaphores WHERE kind = ? AND name = ?'),
    allUses: db.prepare<[], StoredUse>('SELECT id, semaphore, amount, returns_at FROM rate_uses ORDER BY id'),
    insertUse: db
      .prepare<[semaphore: string, amount: number, returnsAt: number], number>(
        'INSERT INTO rate_uses (semaphore, amount, returns_at) VALUES (?, ?, ?) RETURNING id',
      )
      .pluck(),
    nextReturn: db
      .prepare<[semaphore: string], number | null>('SELECT min(returns_at) FROM rate_uses WHERE semaphore = ?')
      .pluck(),
    removeUse: db.prepare<[id: number]>('DELETE FROM rate_uses WHERE id = ?'),
    removeUsesOf: db.prepare<[semaphore: string]>('DELETE FROM rate_uses WHERE semaphore = ?'),
    moveUses: db.prepare<[byMs: number]>('UPDATE rate_uses SET returns_at = returns_at + ?'),
  }
}
