import type { Database } from 'better-sqlite3'

/** Values are JSON. */
export function prepareSettings(db: Database) {
  return {
    get: db.prepare<[key: string], string>('SELECT value FROM settings WHERE key = ?').pluck(),
    set: db.prepare<[key: string, value: string]>(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ),
  }
}
