import type { Database } from 'better-sqlite3'
import type { NoRunReason, Overlap, SlotOutcome } from '../../../src-preload/schedule-policy.ts'

export type StoredSchedule = {
  id: number
  name: string
  job_id: number
  /** JSON of `Timing`. */
  timing: string
  /** JSON of `CatchUp`. */
  catch_up: string
  overlap: Overlap
  /** JSON of `Conditions`. */
  conditions: string | null
  input: string
  priority: number | null
  cursor_at: number
  paused_at: number | null
  created_at: number
  updated_at: number
}

export type StoredSlot = {
  slot_at: number
  is_backfill: 0 | 1
  through: number
  slot_count: number | null
  outcome: SlotOutcome
  why: NoRunReason | null
  run_id: number | null
  decided_at: number
}

type Content = [
  job: number,
  timing: string,
  catchUp: string,
  overlap: Overlap,
  conditions: string | null,
  input: string,
  priority: number | null,
  cursor: number,
]

export function prepareSchedules(db: Database) {
  return {
    all: db.prepare<[], StoredSchedule>(
      `SELECT id, name, job_id, timing, catch_up, overlap, conditions, input, priority, cursor_at, paused_at, created_at, updated_at
       FROM schedules ORDER BY name`,
    ),
    insert: db
      .prepare<[name: string, ...Content, now: number, now: number], number>(
        `INSERT INTO schedules (name, job_id, timing, catch_up, overlap, conditions, input, priority, cursor_at, created_at,
           updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck(),
    replace: db.prepare<[...Content, now: number, id: number]>(
      `UPDATE schedules SET job_id = ?, timing = ?, catch_up = ?, overlap = ?, conditions = ?, input = ?, priority = ?,
         cursor_at = max(cursor_at, ?), updated_at = ? WHERE id = ?`,
    ),
    setPaused: db.prepare<[pausedAt: number | null, now: number, id: number]>(
      'UPDATE schedules SET paused_at = ?, updated_at = ? WHERE id = ?',
    ),
    setCursor: db.prepare<[cursor: number, id: number, notBeyond: number]>(
      'UPDATE schedules SET cursor_at = ? WHERE id = ? AND cursor_at <= ?',
    ),
    remove: db.prepare<[id: number]>('DELETE FROM schedules WHERE id = ?'),

    insertSlot: db.prepare<
      [
        schedule: number,
        slot: number,
        isBackfill: 0 | 1,
        through: number,
        count: number | null,
        outcome: SlotOutcome,
        why: NoRunReason | null,
        run: number | null,
        now: number,
      ]
    >(
      `INSERT INTO slots (schedule_id, slot_at, is_backfill, through, slot_count, outcome, why, run_id, decided_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    firstWaiting: db.prepare<[schedule: number], { slot_at: number }>(
      `SELECT slot_at FROM slots WHERE schedule_id = ? AND outcome = 'waiting' ORDER BY slot_at LIMIT 1`,
    ),
    countWaiting: db
      .prepare<[schedule: number], number>(`SELECT count(*) FROM slots WHERE schedule_id = ? AND outcome = 'waiting'`)
      .pluck(),
    startWaiting: db.prepare<[outcome: 'run' | 'late', run: number, schedule: number, slot: number]>(
      `UPDATE slots SET outcome = ?, run_id = ?
       WHERE schedule_id = ? AND slot_at = ? AND is_backfill = 0 AND outcome = 'waiting'`,
    ),
    skipWaiting: db.prepare<[why: NoRunReason, schedule: number]>(
      `UPDATE slots SET outcome = 'skipped', why = ? WHERE schedule_id = ? AND outcome = 'waiting'`,
    ),
    /** The newest first, from before `before`. */
    slotPage: db.prepare<[schedule: number, before: number, limit: number], StoredSlot>(
      `SELECT slot_at, is_backfill, through, slot_count, outcome, why, run_id, decided_at FROM slots
       WHERE schedule_id = ? AND slot_at < ? ORDER BY slot_at DESC, is_backfill DESC LIMIT ?`,
    ),
    /** Whether a run was made for the slot, or waits to be made. */
    hasRun: db
      .prepare<[schedule: number, slot: number], 1>(
        `SELECT 1 FROM slots WHERE schedule_id = ? AND slot_at = ? AND outcome IN ('run', 'late', 'waiting') LIMIT 1`,
      )
      .pluck(),
    // `> 0` is for the index: without it SQLite reads the whole history.
    unfinishedRuns: db.prepare<[], { id: number; schedule: number }>(
      `SELECT id, schedule_id AS schedule FROM runs
       WHERE schedule_id > 0 AND is_backfill = 0 AND lifecycle <> 'finished' ORDER BY schedule_id, id`,
    ),
  }
}
