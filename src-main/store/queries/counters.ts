import type { Database } from 'better-sqlite3'

export function prepareCounters(db: Database) {
  return {
    all: db.prepare<[], { name: string; value: number }>('SELECT name, value FROM counters'),
    set: db.prepare<[name: string, value: number]>(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
  }
}
