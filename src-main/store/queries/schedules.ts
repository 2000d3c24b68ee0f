import type { Database } from 'better-sqlite3'
import type { Lifecycle, Outcome } from '../../../src-preload/contract.ts'
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
  /** Slots before it are not kept any more. */
  ledger_from: number | null
  /** Its first slot after the cursor, if `next_by` is the time zone database of now. */
  next_at: number | null
  next_by: string | null
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

export type RunOfSlot = { run_lifecycle: Lifecycle | null; run_outcome: Outcome | null }

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
      `SELECT id, name, job_id, timing, catch_up, overlap, conditions, input, priority, cursor_at,
         ledger_from, next_at, next_by, paused_at, created_at, updated_at
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
    setCursor: db.prepare<[cursor: number, next: number | null, by: string | null, id: number, notBeyond: number]>(
      'UPDATE schedules SET cursor_at = ?, next_at = ?, next_by = ? WHERE id = ? AND cursor_at <= ?',
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
    /** Schedules with slots that wait. */
    waiting: db.prepare<[], number>(`SELECT DISTINCT schedule_id FROM slots WHERE outcome = 'waiting'`).pluck(),
    firstWaiting: db.prepare<[schedule: number], { slot_at: number }>(
      `SELECT slot_at FROM slots WHERE schedule_id = ? + 0 AND outcome = 'waiting' ORDER BY slot_at LIMIT 1`,
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
       WHERE schedule_id = ? + 0 AND slot_at < ? ORDER BY slot_at DESC, is_backfill DESC LIMIT ? + 0`,
    ),
    /** Whether a run was made for the slot, or waits to be made. */
    hasRun: db
      .prepare<[schedule: number, slot: number], 1>(
        `SELECT 1 FROM slots WHERE schedule_id = ? AND slot_at = ? AND outcome IN ('run', 'late', 'waiting') LIMIT 1`,
      )
      .pluck(),
    /** The newest first; `run_lifecycle` and `run_outcome` are of its run. */
    lastSlots: db.prepare<[schedule: number, limit: number], StoredSlot & RunOfSlot>(
      `SELECT slots.slot_at AS slot_at, slots.is_backfill AS is_backfill, through, slot_count, slots.outcome AS outcome,
         why, run_id, decided_at,
         runs.lifecycle AS run_lifecycle, runs.outcome AS run_outcome
       FROM slots LEFT JOIN runs ON runs.id = run_id
       WHERE slots.schedule_id = ? + 0 ORDER BY slots.slot_at DESC, slots.is_backfill DESC LIMIT ? + 0`,
    ),
    /** Of all schedules, those decided last first. */
    lastMissed: db.prepare<[limit: number], StoredSlot & { schedule_id: number }>(
      `SELECT schedule_id, slot_at, is_backfill, through, slot_count, outcome, why, run_id, decided_at FROM slots
       WHERE outcome = 'missed' ORDER BY decided_at DESC LIMIT ? + 0`,
    ),
    /** The oldest of the newest `kept`; no row: there are fewer. */
    oldestKept: db
      .prepare<[schedule: number, kept: number], number>(
        'SELECT slot_at FROM slots WHERE schedule_id = ? + 0 ORDER BY slot_at DESC LIMIT 1 OFFSET ? - 1',
      )
      .pluck(),
    forgetBefore: db.prepare<[schedule: number, schedule: number, before: number, limit: number]>(
      `DELETE FROM slots WHERE schedule_id = ? + 0 AND outcome <> 'waiting' AND slot_at IN (
         SELECT slot_at FROM slots WHERE schedule_id = ? + 0 AND slot_at < ? ORDER BY slot_at LIMIT ? + 0)`,
    ),
    setLedgerFrom: db.prepare<[from: number, id: number]>('UPDATE schedules SET ledger_from = ? WHERE id = ?'),
    // `> 0` is for the index: without it SQLite reads the whole history.
    unfinishedRuns: db.prepare<[], { id: number; schedule: number }>(
      `SELECT id, schedule_id AS schedule FROM runs
       WHERE schedule_id > 0 AND is_backfill = 0 AND lifecycle <> 'finished' ORDER BY schedule_id, id`,
    ),
  }
}
