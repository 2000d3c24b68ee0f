-- Runs can come from a schedule. The table is made anew: the CHECK of a column is part of it, and what is read for every row
-- of a list must come before the input, which can be large: SQLite would walk through all of it.
CREATE TABLE new_runs (
  id            INTEGER PRIMARY KEY,
  lane_id       INTEGER NOT NULL, -- no REFERENCES: the lane of a finished run may be gone
  definition_id INTEGER NOT NULL REFERENCES definitions (id),
  job_id        INTEGER, -- outlives its job: no REFERENCES
  job_name      TEXT,
  name          TEXT NOT NULL,
  origin        TEXT NOT NULL CHECK (origin = 'manual' OR origin = 'retry' OR origin = 'child' OR origin = 'schedule'),
  retry_of      INTEGER,
  parent_run    INTEGER,
  parent_attempt INTEGER,
  on_parent_end TEXT CHECK (on_parent_end = 'cancel' OR on_parent_end = 'keep'),
  group_id      INTEGER,
  schedule_id   INTEGER, -- outlives its schedule: no REFERENCES
  slot_at       INTEGER,
  is_backfill   INTEGER NOT NULL DEFAULT 0,
  priority      INTEGER NOT NULL,
  -- When it came into the queue, in epoch ms that never go back, less the head start that its priority is worth.
  rank          INTEGER NOT NULL DEFAULT 0,
  lifecycle     TEXT NOT NULL,
  outcome       TEXT,
  attempt       INTEGER NOT NULL DEFAULT 0, -- attempts begun; fences late reports
  interrupted   INTEGER NOT NULL DEFAULT 0, -- how many of them do not count
  created_at    INTEGER NOT NULL,
  due_at        INTEGER,
  queued_at     INTEGER,
  expires_at    INTEGER, -- end of waiting in the queue
  deadline_at   INTEGER, -- end of the time over all attempts, set when it is first queued
  started_at    INTEGER,
  finished_at   INTEGER,
  stop          TEXT,
  progress      TEXT,
  log_lines     INTEGER NOT NULL DEFAULT 0,
  -- Of the attempt that runs or ran last; set only while started_at is.
  pid           INTEGER,
  exit_code     INTEGER,
  exit_signal   TEXT,
  cpu_ms        INTEGER,
  error         TEXT,
  input         TEXT NOT NULL,
  result        TEXT,
  CHECK (interrupted <= attempt),
  CHECK ((parent_run IS NULL) = (parent_attempt IS NULL)),
  CHECK ((parent_run IS NULL) = (on_parent_end IS NULL)),
  CHECK ((slot_at IS NULL) = (schedule_id IS NULL)),
  CHECK (is_backfill = 0 OR (is_backfill = 1 AND slot_at IS NOT NULL)),
  -- The state machine once more. CASE, because a CHECK with IN lists costs half as much as the update it guards.
  CHECK (CASE lifecycle
    WHEN 'finished'  THEN outcome IS NOT NULL AND finished_at IS NOT NULL
    WHEN 'running'   THEN outcome IS NULL AND finished_at IS NULL AND attempt > 0 AND started_at IS NOT NULL
    WHEN 'queued'    THEN outcome IS NULL AND finished_at IS NULL AND started_at IS NULL AND queued_at IS NOT NULL
    WHEN 'scheduled' THEN outcome IS NULL AND finished_at IS NULL AND started_at IS NULL AND due_at IS NOT NULL
    WHEN 'stopping'  THEN outcome IS NULL AND finished_at IS NULL AND attempt > 0 AND started_at IS NOT NULL
                          AND stop IS NOT NULL
    ELSE FALSE
  END),
  CHECK (CASE outcome
    WHEN 'succeeded' THEN TRUE WHEN 'failed' THEN TRUE WHEN 'timed_out' THEN TRUE WHEN 'cancelled' THEN TRUE
    WHEN 'skipped' THEN TRUE WHEN 'abandoned' THEN TRUE ELSE outcome IS NULL
  END)
) STRICT;
INSERT INTO new_runs (id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, parent_run, parent_attempt,
    on_parent_end, group_id, priority, rank, lifecycle, outcome, attempt, interrupted, created_at, due_at, queued_at,
    expires_at, deadline_at, started_at, finished_at, stop, progress, log_lines, pid, exit_code, exit_signal, cpu_ms, error,
    input, result)
  SELECT id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, parent_run, parent_attempt,
    on_parent_end, group_id, priority, rank, lifecycle, outcome, attempt, interrupted, created_at, due_at, queued_at,
    expires_at, deadline_at, started_at, finished_at, stop, progress, log_lines, pid, exit_code, exit_signal, cpu_ms, error,
    input, result
  FROM runs;
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;

CREATE INDEX runs_ready ON runs (lane_id, rank, id) WHERE lifecycle = 'queued';
CREATE INDEX runs_due ON runs (due_at, id) WHERE lifecycle = 'scheduled';
CREATE INDEX runs_expiring ON runs (expires_at) WHERE lifecycle = 'queued' AND expires_at IS NOT NULL;
CREATE INDEX runs_deadline ON runs (deadline_at) WHERE deadline_at IS NOT NULL AND lifecycle <> 'finished';
CREATE INDEX runs_live ON runs (id) WHERE lifecycle IN ('running', 'stopping');
-- History's filters. Success is the common case and is found by walking the ids; the rest would be needles.
CREATE INDEX runs_unhappy ON runs (outcome, id) WHERE outcome IS NOT NULL AND outcome <> 'succeeded';
CREATE INDEX runs_of_job ON runs (job_id, id) WHERE job_id IS NOT NULL;
CREATE INDEX runs_of_parent ON runs (parent_run, id) WHERE parent_run IS NOT NULL;
-- What the end of an attempt, or of a group, has to cancel; finished children must not be in the way.
CREATE INDEX runs_bound ON runs (parent_run, on_parent_end, id) WHERE parent_run IS NOT NULL AND lifecycle <> 'finished';
CREATE INDEX runs_of_group ON runs (group_id, id) WHERE group_id IS NOT NULL AND lifecycle <> 'finished';
-- What a slot must not overlap with.
CREATE INDEX runs_of_schedule ON runs (schedule_id, id)
  WHERE schedule_id IS NOT NULL AND is_backfill = 0 AND lifecycle <> 'finished';

CREATE TABLE schedules (
  id         INTEGER PRIMARY KEY AUTOINCREMENT, -- the id of a removed schedule is never given to another
  name       TEXT NOT NULL UNIQUE,
  job_id     INTEGER NOT NULL REFERENCES jobs (id),
  timing     TEXT NOT NULL CHECK (json_valid(timing)),
  catch_up   TEXT NOT NULL CHECK (json_valid(catch_up)),
  overlap    TEXT NOT NULL CHECK (overlap IN ('allow', 'skip', 'queue', 'cancel')),
  input      TEXT NOT NULL,
  priority   INTEGER, -- null: the job's
  cursor_at  INTEGER NOT NULL, -- every slot up to here is decided; never goes back
  paused_at  INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX schedules_of_job ON schedules (job_id);

-- What became of each slot, kept when its schedule is removed. One row may stand for all slots from `slot_at` to `through`.
CREATE TABLE slots (
  schedule_id INTEGER NOT NULL,
  slot_at     INTEGER NOT NULL,
  is_backfill INTEGER NOT NULL CHECK (is_backfill IN (0, 1)),
  through     INTEGER NOT NULL,
  slot_count  INTEGER CHECK (slot_count > 0), -- null: more than 100
  -- `waiting` is decided: it becomes `run` or `late` when no earlier run of the schedule is unfinished.
  outcome     TEXT NOT NULL CHECK (outcome IN ('run', 'late', 'waiting', 'skipped', 'missed')),
  why         TEXT,
  run_id      INTEGER,
  decided_at  INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, slot_at, is_backfill),
  CHECK (through >= slot_at),
  CHECK ((outcome IN ('run', 'late')) = (run_id IS NOT NULL)),
  CHECK ((outcome IN ('skipped', 'missed')) = (why IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX slots_waiting ON slots (schedule_id, slot_at) WHERE outcome = 'waiting';
