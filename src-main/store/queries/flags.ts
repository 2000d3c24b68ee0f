import type { Database } from 'better-sqlite3'

export function prepareFlags(db: Database) {
  return {
    all: db.prepare<[], { name: string; is_set: 0 | 1 }>('SELECT name, is_set FROM flags'),
    insert: db.prepare<[name: string, now: number]>('INSERT INTO flags (name, is_set, created_at) VALUES (?, 0, ?)'),
    set: db.prepare<[isSet: 0 | 1, name: string]>('UPDATE flags SET is_set = ? WHERE name = ?'),
  }
}
