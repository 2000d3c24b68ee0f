import type { Database } from 'better-sqlite3'

export type StoredChunk = { attempt: number; first_line: number; lines: number; body: string }

export function prepareLogs(db: Database) {
  return {
    insert: db.prepare<[run: number, attempt: number, firstLine: number, lines: number, body: string]>(
      'INSERT INTO log_chunks (run_id, attempt, first_line, lines, body) VALUES (?, ?, ?, ?, ?)',
    ),
    lastLine: db
      .prepare<[run: number], number>(
        'SELECT coalesce(max(first_line + lines - 1), 0) FROM log_chunks WHERE run_id = ?',
      )
      .pluck(),
    /** The chunk that holds line `line`, if any, and those after it. */
    from: db.prepare<[run: number, run: number, line: number], StoredChunk>(
      `SELECT attempt, first_line, lines, body FROM log_chunks
       WHERE run_id = ? AND first_line >= coalesce(
         (SELECT max(first_line) FROM log_chunks WHERE run_id = ? AND first_line <= ?), 0)
       ORDER BY first_line`,
    ),
  }
}
