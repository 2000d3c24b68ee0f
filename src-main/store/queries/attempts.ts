import type { Database } from 'better-sqlite3'

export type StoredAttempt = {
  number: number
  state: 'interrupted' | 'failed' | 'timed_out'
  started_at: number
  ended_at: number
  pid: number | null
  exit_code: number | null
  exit_signal: string | null
  cpu_ms: number | null
  note: string
  /** JSON of `RunError`. */
  error: string | null
}

/** Attempts that were not the last: cut off, or tried again. The one that runs or ran last is in its run's row. */
export function prepareAttempts(db: Database) {
  return {
    insert: db.prepare<
      [
        run: number,
        number: number,
        state: StoredAttempt['state'],
        startedAt: number,
        endedAt: number,
        pid: number | null,
        exitCode: number | null,
        exitSignal: string | null,
        cpuMs: number | null,
        note: string,
        error: string | null,
      ]
    >(
      `INSERT INTO attempts (run_id, number, state, started_at, ended_at, pid, exit_code, exit_signal, cpu_ms, note, error)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    ofRun: db.prepare<[run: number], StoredAttempt>(
      `SELECT number, state, started_at, ended_at, pid, exit_code, exit_signal, cpu_ms, note, error
       FROM attempts WHERE run_id = ? + 0 ORDER BY number`,
    ),
    last: db.prepare<[run: number], Pick<StoredAttempt, 'ended_at'>>(
      'SELECT ended_at FROM attempts WHERE run_id = ? + 0 ORDER BY number DESC LIMIT 1',
    ),
  }
}
