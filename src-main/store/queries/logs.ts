import type { Database } from 'better-sqlite3'

export type StoredChunk = { attempt: number; first_line: number; lines: number; body: string }

export function prepareLogs(db: Database) {
  return {
    insert: db.prepare<[run: number, attempt: number, firstLine: number, lines: number, levels: number, body: string]>(
      'INSERT INTO log_chunks (run_id, attempt, first_line, lines, levels, body) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    /** None: nothing was written. The last chunk says it; a long log has tens of thousands. */
    lastLine: db
      .prepare<[run: number], number>(
        'SELECT first_line + lines - 1 FROM log_chunks WHERE run_id = ? + 0 ORDER BY first_line DESC LIMIT 1',
      )
      .pluck(),
    /** The chunk that holds line `line`, if any, and those after it. */
    from: db.prepare<[run: number, run: number, line: number], StoredChunk>(
      `SELECT attempt, first_line, lines, body FROM log_chunks
       WHERE run_id = ? + 0 AND first_line >= coalesce(
         (SELECT max(first_line) FROM log_chunks WHERE run_id = ? + 0 AND first_line <= ?), 0)
       ORDER BY first_line`,
    ),
    /** The chunk that holds line `line`, if any, and those before it, the last first. */
    backFrom: db.prepare<[run: number, line: number], StoredChunk>(
      `SELECT attempt, first_line, lines, body FROM log_chunks WHERE run_id = ? + 0 AND first_line <= ?
       ORDER BY first_line DESC`,
    ),
    /** Where the chunks begin that may hold a warning or an error, after a line and before it. */
    nextLoud: db
      .prepare<[run: number, line: number], number>(
        `SELECT first_line FROM log_chunks INDEXED BY log_chunks_loud
         WHERE run_id = ? + 0 AND first_line > ? AND (levels IS NULL OR levels & 44 <> 0) ORDER BY first_line LIMIT 1`,
      )
      .pluck(),
    previousLoud: db
      .prepare<[run: number, line: number], number>(
        `SELECT first_line FROM log_chunks INDEXED BY log_chunks_loud
         WHERE run_id = ? + 0 AND first_line < ? AND (levels IS NULL OR levels & 44 <> 0) ORDER BY first_line DESC LIMIT 1`,
      )
      .pluck(),
    /** From the end: how long each chunk is. */
    sizesFromEnd: db.prepare<[run: number], { first_line: number; bytes: number }>(
      `SELECT first_line, octet_length(body) AS bytes FROM log_chunks WHERE run_id = ? + 0 ORDER BY first_line DESC`,
    ),
  }
}
