import type { Database } from 'better-sqlite3'

export type StoredAttempt = {
  number: number
  started_at: number
  ended_at: number
  pid: number | null
  cpu_ms: number | null
  note: string
}

/** Interrupted attempts; the one that runs or ran last is in its run's row. */
export function prepareAttempts(db: Database) {
  return {
    insert: db.prepare<
      [
        run: number,
        number: number,
        startedAt: number,
        endedAt: number,
        pid: number | null,
        cpuMs: number | null,
        note: string,
      ]
    >(`INSERT INTO attempts (run_id, number, started_at, ended_at, pid, cpu_ms, note) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    ofRun: db.prepare<[run: number], StoredAttempt>(
      `SELECT number, started_at, ended_at, pid, cpu_ms, note FROM attempts WHERE run_id = ? ORDER BY number`,
    ),
  }
}
