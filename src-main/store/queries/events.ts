import type { Database } from 'better-sqlite3'

export type StoredEvent = { id: number; at: number; type: string; data: string }

export function prepareEvents(db: Database) {
  return {
    /** The same event for several runs (a JSON array of ids); ids follow each other from `firstId`. */
    insert: db.prepare<[firstId: number, at: number, type: string, data: string, runs: string]>(
      `INSERT INTO events (run_id, id, at, type, data) SELECT value, ? + key, ?, ?, ? FROM json_each(?)`,
    ),
    hasStart: db
      .prepare<[run: number], 1>(`SELECT 1 FROM events WHERE run_id = ? AND type = 'started' LIMIT 1`)
      .pluck(),
    /** The newest `limit` events of a run, oldest of them first. */
    ofRun: db.prepare<[run: number, limit: number], StoredEvent>(
      `SELECT id, at, type, data FROM (SELECT * FROM events WHERE run_id = ? + 0 ORDER BY id DESC LIMIT ? + 0) ORDER BY id`,
    ),
  }
}
