import type { Database } from 'better-sqlite3'
import type { Lifecycle, Outcome } from '../../../src-preload/contract.ts'
import { listColumns } from './runs.ts'
import type { StoredRun } from './runs.ts'

export type HistoryFilter = {
  lifecycle: Lifecycle[] | null
  outcome: Outcome[] | null
  job: string | null
  parent: number | null
  /** Found in the name, the error message or the id. */
  text: string | null
  /** Ids, both included. */
  from: number
  to: number
  /** Epoch ms of the submission: at the first or later, and before the second. */
  since: number | null
  until: number | null
}

/** Finished runs that the index does not have yet, at most so many: those that finished last. */
const TAIL = 2_000

/** Statements that choose runs by conditions that a person puts together. */
export function prepareHistory(db: Database) {
  return {
    /** Submitted at `since` or later: the first id of these. Ids are given out in the order of time. */
    createdAt: db.prepare<[id: number], { id: number; created_at: number }>(
      'SELECT id, created_at FROM runs WHERE id >= ? ORDER BY id LIMIT 1',
    ),
    list: (filter: HistoryFilter, limit: number): StoredRun[] => {
      const { where, values } = whereOf(filter)
      return db
        .prepare<(string | number)[], StoredRun>(
          `SELECT ${listColumns} FROM runs WHERE ${where} ORDER BY id DESC LIMIT ? + 0`,
        )
        .all(...values, limit)
    },
    /** The same among what has finished after (`at`, `run`). */
    tail: (filter: HistoryFilter, at: number, run: number): StoredRun[] => {
      const { where, values } = whereOf(filter)
      return db
        .prepare<(string | number)[], StoredRun>(
          `SELECT * FROM (
             SELECT ${listColumns} FROM runs WHERE lifecycle = 'finished' AND (finished_at, id) > (?, ?)
             ORDER BY finished_at DESC, id DESC LIMIT ${TAIL})
           WHERE ${where} ORDER BY id DESC`,
        )
        .all(at, run, ...values)
    },
    count: (filter: HistoryFilter): number => {
      const { where, values } = whereOf(filter)
      return (
        db
          .prepare<(string | number)[], number>(`SELECT count(*) FROM runs WHERE ${where}`)
          .pluck()
          .get(...values) ?? 0
      )
    },
  }
}

/** Put together at run time: one condition per filter that is set, values always bound. */
function whereOf(filter: HistoryFilter): { where: string; values: (string | number)[] } {
  const conditions: string[] = ['id >= ?', 'id <= ?']
  const values: (string | number)[] = [filter.from, filter.to]
  const add = (condition: string, ...bound: (string | number)[]) => {
    conditions.push(condition)
    values.push(...bound)
  }
  const states: string[] = []
  const stateValues: string[] = []
  for (const [column, wanted] of [
    ['lifecycle', filter.lifecycle],
    ['outcome', filter.outcome],
  ] as const) {
    if (wanted === null) continue
    states.push(`${column} IN (${wanted.map(() => '?').join(', ')})`)
    stateValues.push(...wanted)
  }
  if (states.length > 0) add(`(${states.join(' OR ')})`, ...stateValues)
  if (filter.job !== null) add('job_id = (SELECT id FROM jobs WHERE name = ?)', filter.job)
  if (filter.parent !== null) add('parent_run = ?', filter.parent)
  if (filter.since !== null) add('created_at >= ?', filter.since)
  if (filter.until !== null) add('created_at < ?', filter.until)
  if (filter.text !== null) {
    const pattern = `%${filter.text.replace(/[\\%_]/g, (special) => `\\${special}`)}%`
    // The message, not the whole error: its stack names files, and a file's name would find every failure.
    add(
      `(name LIKE ? ESCAPE '\\' OR error ->> 'message' LIKE ? ESCAPE '\\' OR CAST(id AS TEXT) = ?)`,
      pattern,
      pattern,
      filter.text,
    )
  }
  return { where: conditions.join(' AND '), values }
}
