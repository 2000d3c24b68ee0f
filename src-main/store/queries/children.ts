import type { Database } from 'better-sqlite3'
import type { StoredRun } from './runs.ts'

type ChildSpan = Pick<
  StoredRun,
  | 'id'
  | 'definition_id'
  | 'name'
  | 'group_id'
  | 'lifecycle'
  | 'outcome'
  | 'attempt'
  | 'interrupted'
  | 'created_at'
  | 'due_at'
  | 'queued_at'
  | 'started_at'
  | 'finished_at'
>

/**
 * Statements on `runs` as families: who spawned whom, and what of that is unfinished. The index is named where the planner,
 * left alone, walks through all children that ever were.
 */
export function prepareChildren(db: Database) {
  return {
    /** Every parent that has unfinished children: how many, and whether some end with it. */
    unfinished: db.prepare<[], { parent: number; count: number; hasBound: 0 | 1 }>(
      `SELECT parent_run AS parent, count(*) AS count, max(on_parent_end = 'cancel') AS hasBound
       FROM runs INDEXED BY runs_bound WHERE parent_run IS NOT NULL AND lifecycle <> 'finished' GROUP BY parent_run`,
    ),
    /** Unfinished children that end with their parent, after id `after` up to `upTo`. */
    bound: db
      .prepare<[parent: number, after: number, upTo: number, limit: number], number>(
        `SELECT id FROM runs INDEXED BY runs_bound
         WHERE parent_run = ? + 0 AND on_parent_end = 'cancel' AND lifecycle <> 'finished' AND id > ? AND id <= ? ORDER BY id LIMIT ? + 0`,
      )
      .pluck(),
    count: db.prepare<[parent: number], number>('SELECT count(*) FROM runs WHERE parent_run = ?').pluck(),
    first: db.prepare<[parent: number, limit: number], Pick<StoredRun, 'id' | 'name' | 'lifecycle' | 'outcome'>>(
      'SELECT id, name, lifecycle, outcome FROM runs WHERE parent_run = ? + 0 ORDER BY id LIMIT ? + 0',
    ),
    /** The same with what a picture of them over time needs. */
    spans: db.prepare<[parent: number, limit: number], ChildSpan>(
      `SELECT id, definition_id, name, group_id, lifecycle, outcome, attempt, interrupted, created_at, due_at, queued_at,
         started_at, finished_at
       FROM runs WHERE parent_run = ? + 0 ORDER BY id LIMIT ? + 0`,
    ),
    /** How many ancestors a child of this run has, counted up to `limit`. */
    depth: db
      .prepare<[run: number, limit: number], number>(
        `WITH RECURSIVE line (run, depth) AS (
           VALUES (?, 1)
           UNION ALL
           SELECT runs.parent_run, line.depth + 1 FROM line JOIN runs ON runs.id = line.run
           WHERE runs.parent_run IS NOT NULL AND line.depth < ?)
         SELECT max(depth) FROM line`,
      )
      .pluck(),
  }
}
