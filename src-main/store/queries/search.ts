import type { Database } from 'better-sqlite3'
import type { Outcome } from '../../../src-preload/contract.ts'

/** A finished run that is not in the index yet. `input` is cut at 64 KB. */
export type UnindexedRun = {
  id: number
  finished_at: number
  created_at: number
  job_id: number | null
  name: string
  outcome: Outcome
  log_lines: number
  error: string | null
  input: string
}

/** Parts of a run in the index; see the migration. */
export const PARTS = 4_096

export function prepareSearch(db: Database) {
  return {
    /** In the order of their ends, after the cursor; those of the present millisecond may have successors in it. */
    unindexed: db.prepare<[at: number, run: number, now: number, limit: number], UnindexedRun>(
      `SELECT id, finished_at, created_at, job_id, name, outcome, log_lines, error, substr(input, 1, 65536) AS input
       FROM runs WHERE lifecycle = 'finished' AND (finished_at, id) > (?, ?) AND finished_at < ?
       ORDER BY finished_at, id LIMIT ? + 0`,
    ),
    nextUnindexedAt: db
      .prepare<[at: number, run: number], number>(
        `SELECT finished_at FROM runs WHERE lifecycle = 'finished' AND (finished_at, id) > (?, ?)
         ORDER BY finished_at, id LIMIT 1`,
      )
      .pluck(),
    countUnindexed: db
      .prepare<[at: number, run: number, limit: number], number>(
        `SELECT count(*) FROM (
           SELECT 1 FROM runs WHERE lifecycle = 'finished' AND (finished_at, id) > (?, ?) LIMIT ? + 0)`,
      )
      .pluck(),
    insert: db.prepare<[id: number, words: string]>('INSERT INTO search (rowid, words) VALUES (?, ?)'),
    remove: db.prepare<[id: number]>('DELETE FROM search WHERE rowid = ?'),
    addPart: db.prepare<[id: number, firstLine: number]>('INSERT INTO search_parts (id, first_line) VALUES (?, ?)'),
    part: db.prepare<[id: number], number>('SELECT first_line FROM search_parts WHERE id = ?').pluck(),
    partsOf: db
      .prepare<[from: number, to: number], number>('SELECT id FROM search_parts WHERE id > ? AND id < ?')
      .pluck(),
    removePart: db.prepare<[id: number]>('DELETE FROM search_parts WHERE id = ?'),
    /** Newest first. The ends of the range are included. */
    matches: db
      .prepare<[match: string, from: number, to: number], number>(
        'SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ? AND rowid <= ? ORDER BY rowid DESC',
      )
      .pluck(),
    addToHour: db.prepare<[hour: number, job: number, outcome: Outcome]>(
      `INSERT INTO history_hours (hour, job_id, outcome, runs) VALUES (?, ?, ?, 1)
       ON CONFLICT (hour, job_id, outcome) DO UPDATE SET runs = runs + 1`,
    ),
    // The last run of an hour takes its row with it: a row of none is refused.
    lastOfHour: db.prepare<[hour: number, job: number, outcome: Outcome]>(
      'DELETE FROM history_hours WHERE hour = ? AND job_id = ? AND outcome = ? AND runs = 1',
    ),
    takeFromHour: db.prepare<[hour: number, job: number, outcome: Outcome]>(
      'UPDATE history_hours SET runs = runs - 1 WHERE hour = ? AND job_id = ? AND outcome = ?',
    ),
    hours: db.prepare<[from: number, to: number], { hour: number; job_id: number; outcome: Outcome; runs: number }>(
      'SELECT hour, job_id, outcome, runs FROM history_hours WHERE hour >= ? AND hour < ? ORDER BY hour',
    ),
  }
}
