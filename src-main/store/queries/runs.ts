import type { Database } from 'better-sqlite3'
import type { Lifecycle, Outcome, RunRow } from '../../../src-preload/contract.ts'
import type { Place } from '../../core/admission.ts'

/** What lists need of a run: everything but the values that can be large. */
export type StoredRun = {
  id: number
  lane_id: number
  definition_id: number
  job_id: number | null
  job_name: string | null
  name: string
  origin: RunRow['origin']
  retry_of: number | null
  parent_run: number | null
  group_id: number | null
  schedule_id: number | null
  slot_at: number | null
  is_backfill: 0 | 1
  priority: number
  rank: number
  lifecycle: Lifecycle
  outcome: Outcome | null
  attempt: number
  interrupted: number
  created_at: number
  due_at: number | null
  queued_at: number | null
  expires_at: number | null
  started_at: number | null
  finished_at: number | null
  /** JSON of `Stop`. */
  stop: string | null
  /** Epoch ms at which its time over all attempts ends. */
  deadline_at: number | null
  /** JSON of `Progress`. */
  progress: string | null
  log_lines: number
  pid: number | null
  exit_code: number | null
  exit_signal: string | null
  cpu_ms: number | null
  /** JSON of `RunError`. */
  error: string | null
}

/** `result`, `error` and `progress` are JSON texts; a null `progress` leaves what is stored. */
export type FinishedRun = [
  outcome: Outcome,
  now: number,
  result: string | null,
  error: string | null,
  progress: string | null,
  logLines: number,
  pid: number | null,
  exitCode: number | null,
  exitSignal: string | null,
  cpuMs: number | null,
  measured: string | null,
  id: number,
  attempt: number,
]

export type ClaimedRun = Pick<
  StoredRun,
  'id' | 'definition_id' | 'job_id' | 'job_name' | 'name' | 'attempt' | 'interrupted' | 'priority' | 'rank'
> & {
  /** How many supervisors have died under it. */
  suspected: number
  deadlineAt: number | null
  input: string
  startedAt: number
  parent: number | null
  group: number | null
  slot: number | null
  isBackfill: 0 | 1
}

/** A run that came into the queue; its lane is that of the time before. */
export type RequeuedRun = Pick<StoredRun, 'id' | 'lane_id' | 'rank' | 'definition_id' | 'job_id' | 'attempt'>

/** The next attempt of a run whose last one failed. While it is scheduled, `rank` holds the head start; see `takeDue`. */
export type BackingOffRun = [dueAt: number, lane: number, rank: number, logLines: number, id: number, attempt: number]

export const listColumns = `id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, parent_run, group_id,
  schedule_id, slot_at, is_backfill, priority, rank, lifecycle, outcome, attempt, interrupted, created_at, due_at,
  queued_at, expires_at, started_at, finished_at, deadline_at, stop, progress, log_lines, pid, exit_code, exit_signal,
  cpu_ms, error`

/**
 * Statements on `runs`, prepared once. Every change of state names the state it expects; 0 rows is an answer. A moment is
 * never earlier than the one it follows, also when the wall clock was set back: no duration is negative.
 */
export function prepareRuns(db: Database) {
  const insert = db.prepare(
    `INSERT INTO runs (id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, parent_run, parent_attempt,
       on_parent_end, group_id, schedule_id, slot_at, is_backfill, priority, rank, lifecycle, created_at, due_at,
       is_delay, queued_at, expires_at, deadline_at, input)
     VALUES (@id, @laneId, @definitionId, @jobId, @jobName, @name, @origin, @retryOf, @parentRun, @parentAttempt,
       @onParentEnd, @groupId, @scheduleId, @slotAt, @isBackfill, @priority, @rank, @lifecycle, @createdAt, @dueAt,
       @isDelay, @queuedAt, @expiresAt, @deadlineAt, @input)`,
  )
  // One statement for the whole batch: a third of the cost of one insert each.
  const insertMany = db.prepare(
    `INSERT INTO runs (id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, priority, rank, lifecycle,
       created_at, due_at, is_delay, queued_at, expires_at, deadline_at, input)
     SELECT @id + inputs.key, @laneId, @definitionId, @jobId, @jobName, @name, @origin, @retryOf, @priority, @rank,
       @lifecycle, @createdAt, @dueAt, @isDelay, @queuedAt, @expiresAt, @deadlineAt, inputs.value
     FROM json_each(@inputs) AS inputs`,
  )
  // The same for runs whose gates differ: each input comes with its lane.
  const insertManyInLanes = db.prepare(
    `INSERT INTO runs (id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, priority, rank, lifecycle,
       created_at, due_at, is_delay, queued_at, expires_at, deadline_at, input)
     SELECT @id + inputs.key, inputs.value ->> 0, @definitionId, @jobId, @jobName, @name, @origin, @retryOf, @priority,
       @rank, @lifecycle, @createdAt, @dueAt, @isDelay, @queuedAt, @expiresAt, @deadlineAt, inputs.value ->> 1
     FROM json_each(@inputs) AS inputs`,
  )
  // Read first, then marked one by one: RETURNING and a subquery each make a table of their own, which for a single run
  // costs ten times as much as all the rest.
  const ready = db.prepare<
    [lane: number, beforeRank: number, beforeId: number, limit: number],
    Omit<ClaimedRun, 'startedAt'> & { queuedAt: number }
  >(
    `SELECT id, definition_id, job_id, job_name, name, attempt + 1 AS attempt, interrupted, suspected, priority, rank,
       queued_at AS queuedAt, input, deadline_at AS deadlineAt, parent_run AS parent, group_id AS "group", slot_at AS slot,
       is_backfill AS isBackfill
     FROM runs WHERE lane_id = ? + 0 AND lifecycle = 'queued' AND (rank, id) < (?, ?)
     ORDER BY rank, id LIMIT ? + 0`,
  )
  const start = db.prepare<[startedAt: number, id: number]>(
    `UPDATE runs SET lifecycle = 'running', attempt = attempt + 1, started_at = ?, stop = NULL, progress = NULL
     WHERE id = ? AND lifecycle = 'queued'`,
  )
  const head = db.prepare<[lane: number], Place>(
    `SELECT rank, id FROM runs WHERE lane_id = ? + 0 AND lifecycle = 'queued' ORDER BY rank, id LIMIT 1`,
  )
  // Bound by position: twelve names would be looked up for every run of a drain.
  const finish = db.prepare<FinishedRun>(
    `UPDATE runs SET lifecycle = 'finished', outcome = ?, finished_at = max(?, started_at), result = ?, error = ?,
       progress = coalesce(?, progress), log_lines = ?, pid = ?, exit_code = ?, exit_signal = ?, cpu_ms = ?, measured = ?
     WHERE id = ? AND attempt = ? AND (lifecycle = 'running' OR lifecycle = 'stopping')`,
  )
  // What most runs come to: nothing else of the row differs from what it was queued with. A fifth cheaper than `finish`.
  const succeedPlainly = db.prepare<
    [now: number, result: string | null, pid: number | null, cpuMs: number | null, id: number, attempt: number]
  >(
    `UPDATE runs SET lifecycle = 'finished', outcome = 'succeeded', finished_at = max(?, started_at), result = ?, pid = ?,
       cpu_ms = ?
     WHERE id = ? AND attempt = ? AND (lifecycle = 'running' OR lifecycle = 'stopping')`,
  )
  const finishUnstarted = db.prepare<
    [outcome: Outcome, now: number, error: string, id: number],
    {
      lane_id: number
      queued_at: number | null
      attempt: number
      parent: number | null
      group: number | null
    }
  >(
    `UPDATE runs SET lifecycle = 'finished', outcome = ?, finished_at = max(?, created_at), error = ?
     WHERE id = ? AND lifecycle IN ('scheduled', 'queued')
     RETURNING lane_id, queued_at, attempt, parent_run AS parent, group_id AS "group"`,
  )
  const requeue = db.prepare<
    [now: number, suspected: 0 | 1, logLines: number, id: number, attempt: number],
    RequeuedRun
  >(
    `UPDATE runs SET lifecycle = 'queued', queued_at = ?, started_at = NULL, interrupted = interrupted + 1,
       suspected = suspected + ?, log_lines = ?, stop = NULL, progress = NULL, expires_at = NULL
     WHERE id = ? AND attempt = ? AND (lifecycle = 'running' OR lifecycle = 'stopping')
     RETURNING id, lane_id, rank, definition_id, job_id, attempt`,
  )
  const backOff = db.prepare<BackingOffRun>(
    `UPDATE runs SET lifecycle = 'scheduled', due_at = ?, lane_id = ?, rank = ?, log_lines = ?, queued_at = NULL,
       started_at = NULL, stop = NULL, progress = NULL, expires_at = NULL
     WHERE id = ? AND attempt = ? AND (lifecycle = 'running' OR lifecycle = 'stopping')`,
  )
  const setStop = db.prepare<[stop: string, id: number, attempt: number]>(
    `UPDATE runs SET lifecycle = 'stopping', stop = ?
     WHERE id = ? AND attempt = ? AND (lifecycle = 'running' OR lifecycle = 'stopping')`,
  )
  const setProgress = db.prepare<[progress: string, id: number, attempt: number]>(
    `UPDATE runs SET progress = ? WHERE id = ? AND attempt = ? AND (lifecycle = 'running' OR lifecycle = 'stopping')`,
  )
  const takeDue = db.prepare<
    [queuedAt: number, waitingFrom: number, rankFrom: number, dueBy: number, limit: number],
    RequeuedRun
  >(
    // `expires_at` holds the span while a run is scheduled, and `rank` the head start: both count from the queueing.
    `UPDATE runs SET lifecycle = 'queued', queued_at = ?, expires_at = ? + expires_at, rank = ? + rank
     WHERE id IN (SELECT id FROM runs WHERE lifecycle = 'scheduled' AND due_at <= ? ORDER BY due_at, id LIMIT ? + 0)
     RETURNING id, lane_id, rank, definition_id, job_id, attempt`,
  )
  const setLane = db.prepare<[lane: number, id: number]>(
    `UPDATE runs SET lane_id = ? WHERE id = ? AND lifecycle = 'queued'`,
  )
  const nextDue = db.prepare<[], number | null>(`SELECT min(due_at) FROM runs WHERE lifecycle = 'scheduled'`).pluck()
  const takeExpired = db.prepare<
    [now: number, limit: number],
    { id: number; definition_id: number; queued_at: number; expires_at: number }
  >(
    `SELECT id, definition_id, queued_at, expires_at FROM runs WHERE lifecycle = 'queued' AND expires_at IS NOT NULL AND expires_at <= ?
     ORDER BY expires_at LIMIT ? + 0`,
  )
  const nextExpiry = db
    .prepare<[], number | null>(
      `SELECT min(expires_at) FROM runs WHERE lifecycle = 'queued' AND expires_at IS NOT NULL`,
    )
    .pluck()
  const moveExpiries = db.prepare<[byMs: number]>(
    `UPDATE runs SET expires_at = expires_at + ? WHERE lifecycle = 'queued' AND expires_at IS NOT NULL`,
  )
  const setDeadline = db.prepare<[deadlineAt: number, id: number]>('UPDATE runs SET deadline_at = ? WHERE id = ?')
  // Those with an attempt under way are stopped by a timer.
  const takeOverdue = db.prepare<[now: number, limit: number], { id: number; attempt: number }>(
    `SELECT id, attempt FROM runs
     WHERE deadline_at IS NOT NULL AND deadline_at <= ? AND lifecycle IN ('scheduled', 'queued')
       AND lifecycle <> 'finished'
     ORDER BY deadline_at LIMIT ? + 0`,
  )
  const nextDeadline = db
    .prepare<[], number | null>(
      `SELECT min(deadline_at) FROM runs
       WHERE deadline_at IS NOT NULL AND lifecycle IN ('scheduled', 'queued') AND lifecycle <> 'finished'`,
    )
    .pluck()
  const moveDeadlines = db.prepare<[byMs: number]>(
    `UPDATE runs SET deadline_at = deadline_at + ? WHERE deadline_at IS NOT NULL AND lifecycle <> 'finished'`,
  )
  const setExpiry = db.prepare<[expiresAt: number | null, id: number]>(
    `UPDATE runs SET expires_at = ? WHERE id = ? AND lifecycle = 'queued'`,
  )
  // Of the others `due_at` is a moment that somebody named.
  const moveDelays = db.prepare<[byMs: number]>(
    `UPDATE runs SET due_at = due_at + ? WHERE lifecycle = 'scheduled' AND (attempt > 0 OR is_delay = 1)`,
  )
  // One statement for each state, so that each has an index and the history is never looked at.
  const moveTo = (state: string) =>
    db.prepare<[to: number, from: number]>(`UPDATE runs SET lane_id = ? WHERE ${state} AND lane_id = ?`)
  const moveScheduled = moveTo(`lifecycle = 'scheduled'`)
  const moveQueued = moveTo(`lifecycle = 'queued'`)
  const moveLive = moveTo(`lifecycle IN ('running', 'stopping')`)
  const get = db.prepare<[id: number], StoredRun>(`SELECT ${listColumns} FROM runs WHERE id = ?`)
  const values = db.prepare<[id: number], { input: string; result: string | null }>(
    'SELECT input, result FROM runs WHERE id = ?',
  )
  const live = db.prepare<[], StoredRun>(
    `SELECT ${listColumns} FROM runs WHERE lifecycle IN ('running', 'stopping') ORDER BY id`,
  )
  const firstLive = db.prepare<[limit: number], StoredRun>(
    `SELECT ${listColumns} FROM runs WHERE lifecycle IN ('running', 'stopping') ORDER BY id LIMIT ? + 0`,
  )
  const firstScheduled = db.prepare<[limit: number], StoredRun>(
    `SELECT ${listColumns} FROM runs WHERE lifecycle = 'scheduled' ORDER BY due_at, id LIMIT ? + 0`,
  )
  const firstQueued = db.prepare<[lane: number, limit: number], StoredRun>(
    `SELECT ${listColumns} FROM runs WHERE lane_id = ? + 0 AND lifecycle = 'queued' ORDER BY rank, id LIMIT ? + 0`,
  )
  const countAhead = db
    .prepare<[lane: number, rank: number, id: number, atMost: number], number>(
      `SELECT count(*) FROM (
         SELECT 1 FROM runs WHERE lane_id = ? + 0 AND lifecycle = 'queued' AND (rank, id) < (?, ?)
         ORDER BY rank, id LIMIT ? + 0)`,
    )
    .pluck()
  const countScheduledOfJob = db
    .prepare<[job: number], number>(`SELECT count(*) FROM runs WHERE lifecycle = 'scheduled' AND job_id = ?`)
    .pluck()
  const lastOfJob = db.prepare<[job: number], Pick<StoredRun, 'id' | 'lifecycle' | 'outcome' | 'finished_at'>>(
    'SELECT id, lifecycle, outcome, finished_at FROM runs WHERE job_id = ? + 0 ORDER BY id DESC LIMIT 1',
  )
  const measuredOfJob = db
    .prepare<[job: number, limit: number], string>(
      `SELECT measured
       FROM (SELECT * FROM runs WHERE job_id = ? + 0 ORDER BY id DESC LIMIT ? + 0)
       WHERE outcome = 'succeeded' AND measured IS NOT NULL ORDER BY id DESC`,
    )
    .pluck()
  const maxId = db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM runs').pluck()

  return {
    insert,
    insertMany,
    insertManyInLanes,
    ready,
    start,
    head,
    finish,
    succeedPlainly,
    finishUnstarted,
    requeue,
    backOff,
    setStop,
    setProgress,
    takeDue,
    setLane,
    nextDue,
    takeExpired,
    nextExpiry,
    moveExpiries,
    moveDelays,
    setExpiry,
    setDeadline,
    takeOverdue,
    nextDeadline,
    moveDeadlines,
    moveScheduled,
    moveQueued,
    moveLive,
    get,
    values,
    live,
    firstLive,
    firstScheduled,
    firstQueued,
    countAhead,
    countScheduledOfJob,
    lastOfJob,
    measuredOfJob,
    maxId,
  }
}
