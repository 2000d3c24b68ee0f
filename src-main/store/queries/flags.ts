import type { Database } from 'better-sqlite3'

export function prepareFlags(db: Database) {
  return {
    all: db.prepare<[], { name: string; is_set: 0 | 1 }>('SELECT name, is_set FROM flags'),
    /** In the order of their names, from behind `after`. */
    names: db
      .prepare<[after: string, limit: number], string>(
        'SELECT name FROM flags WHERE name > ? ORDER BY name LIMIT ? + 0',
      )
      .pluck(),
    createdAt: db.prepare<[name: string], number>('SELECT created_at FROM flags WHERE name = ?').pluck(),
    insert: db.prepare<[name: string, now: number]>('INSERT INTO flags (name, is_set, created_at) VALUES (?, 0, ?)'),
    set: db.prepare<[isSet: 0 | 1, name: string]>('UPDATE flags SET is_set = ? WHERE name = ?'),
  }
}
