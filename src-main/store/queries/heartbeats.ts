import type { Database } from 'better-sqlite3'

export type StoredHeartbeat = { job_id: number; every_ms: number; quiet_since: number; last_success: number | null }

export type StoredAlert = {
  id: number
  job_id: number
  job_name: string
  every_ms: number
  quiet_since: number
  raised_at: number
  cleared_at: number | null
  cleared_by: number | null
}

const columns = 'id, job_id, job_name, every_ms, quiet_since, raised_at, cleared_at, cleared_by'

/** Jobs that are to succeed every so often, and the alerts that their silence has raised. */
export function prepareHeartbeats(db: Database) {
  return {
    all: db.prepare<[], StoredHeartbeat>('SELECT job_id, every_ms, quiet_since, last_success FROM heartbeats'),
    put: db.prepare<[job: number, everyMs: number, quietSince: number, lastSuccess: number | null]>(
      `INSERT INTO heartbeats (job_id, every_ms, quiet_since, last_success) VALUES (?, ?, ?, ?)
       ON CONFLICT (job_id) DO UPDATE SET every_ms = excluded.every_ms, quiet_since = excluded.quiet_since,
         last_success = excluded.last_success`,
    ),
    remove: db.prepare<[job: number]>('DELETE FROM heartbeats WHERE job_id = ?'),
    raise: db.prepare<[job: number, name: string, everyMs: number, quietSince: number, now: number]>(
      'INSERT INTO alerts (job_id, job_name, every_ms, quiet_since, raised_at) VALUES (?, ?, ?, ?, ?)',
    ),
    /** No row: none stands. */
    clear: db.prepare<[now: number, by: number | null, job: number]>(
      'UPDATE alerts SET cleared_at = max(?, raised_at), cleared_by = ? WHERE job_id = ? AND cleared_at IS NULL',
    ),
    standing: db.prepare<[], StoredAlert>(`SELECT ${columns} FROM alerts WHERE cleared_at IS NULL ORDER BY id`),
    /** The newest first. */
    last: db.prepare<[limit: number], StoredAlert>(`SELECT ${columns} FROM alerts ORDER BY id DESC LIMIT ? + 0`),
    /** Cleared ones that are older than the last `kept`. */
    forget: db.prepare<[kept: number]>(
      'DELETE FROM alerts WHERE cleared_at IS NOT NULL AND id <= (SELECT max(id) FROM alerts) - ?',
    ),
  }
}
