-- Lanes get a gate: the permits that every run of the lane needs at once, as canonical JSON; '' needs none.
CREATE TABLE new_lanes (
  id         INTEGER PRIMARY KEY,
  executor   TEXT NOT NULL CHECK (executor IN ('async', 'process')),
  job_id     INTEGER NOT NULL DEFAULT 0, -- 0: ad hoc
  is_private INTEGER NOT NULL DEFAULT 0 CHECK (is_private IN (0, 1)),
  gate       TEXT NOT NULL DEFAULT '',
  queued     INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
  UNIQUE (executor, job_id, is_private, gate)
) STRICT;
INSERT INTO new_lanes (id, executor, job_id, is_private, queued)
  SELECT id, executor, job_id, is_private, queued FROM lanes;

-- Runs get a rank, by which they are admitted (smaller first), and know the attempt that spawned them.
CREATE TABLE new_runs (
  id            INTEGER PRIMARY KEY,
  lane_id       INTEGER NOT NULL, -- no REFERENCES: the lane of a finished run may be gone
  definition_id INTEGER NOT NULL REFERENCES definitions (id),
  job_id        INTEGER, -- outlives its job: no REFERENCES
  job_name      TEXT,
  name          TEXT NOT NULL,
  origin        TEXT NOT NULL CHECK (origin = 'manual' OR origin = 'retry' OR origin = 'child'),
  retry_of      INTEGER,
  parent_run    INTEGER,
  parent_attempt INTEGER,
  on_parent_end TEXT CHECK (on_parent_end = 'cancel' OR on_parent_end = 'keep'),
  group_id      INTEGER,
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
INSERT INTO new_runs (id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, priority, rank, lifecycle,
    outcome, attempt, interrupted, created_at, due_at, queued_at, expires_at, started_at, finished_at, stop, progress,
    log_lines, pid, exit_code, exit_signal, cpu_ms, error, input, result)
  SELECT id, lane_id, definition_id, job_id, job_name, name, origin, retry_of, priority,
    coalesce(queued_at, 0) - 60000 * priority, lifecycle,
    outcome, attempt, interrupted, created_at, due_at, queued_at, expires_at, started_at, finished_at, stop, progress,
    log_lines, pid, exit_code, exit_signal, cpu_ms, error, input, result
  FROM runs;
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;
DROP TABLE lanes;
ALTER TABLE new_lanes RENAME TO lanes;

CREATE INDEX runs_ready ON runs (lane_id, rank, id) WHERE lifecycle = 'queued';
CREATE INDEX runs_due ON runs (due_at, id) WHERE lifecycle = 'scheduled';
CREATE INDEX runs_expiring ON runs (expires_at) WHERE lifecycle = 'queued' AND expires_at IS NOT NULL;
CREATE INDEX runs_live ON runs (id) WHERE lifecycle IN ('running', 'stopping');
-- History's filters. Success is the common case and is found by walking the ids; the rest would be needles.
CREATE INDEX runs_unhappy ON runs (outcome, id) WHERE outcome IS NOT NULL AND outcome <> 'succeeded';
CREATE INDEX runs_of_job ON runs (job_id, id) WHERE job_id IS NOT NULL;
CREATE INDEX runs_of_parent ON runs (parent_run, id) WHERE parent_run IS NOT NULL;
-- What the end of an attempt, or of a group, has to cancel; finished children must not be in the way.
CREATE INDEX runs_bound ON runs (parent_run, on_parent_end, id) WHERE parent_run IS NOT NULL AND lifecycle <> 'finished';
CREATE INDEX runs_of_group ON runs (group_id, id) WHERE group_id IS NOT NULL AND lifecycle <> 'finished';

-- Semaphores and locks. Who holds a permit is not stored: permits are leases of attempts, and no attempt outlives its
-- engine. `extra` is what was released beyond the permits, or acquired for good.
CREATE TABLE semaphores (
  kind       TEXT NOT NULL CHECK (kind IN ('semaphore', 'lock')),
  name       TEXT NOT NULL,
  permits    INTEGER NOT NULL CHECK (permits >= 0),
  is_bounded INTEGER NOT NULL CHECK (is_bounded IN (0, 1)),
  per_ms     INTEGER CHECK (per_ms > 0),
  extra      INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (kind, name),
  CHECK (kind = 'semaphore' OR (permits = 1 AND is_bounded = 1 AND per_ms IS NULL AND extra = 0))
) STRICT, WITHOUT ROWID;

-- Permits of a rate limit that come back with time, also to the next life.
CREATE TABLE rate_uses (
  id         INTEGER PRIMARY KEY,
  semaphore  TEXT NOT NULL,
  amount     INTEGER NOT NULL CHECK (amount > 0),
  returns_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rate_uses_returning ON rate_uses (returns_at);

-- Events of scripts (`event(name)`); the history of runs is the table `events`.
CREATE TABLE flags (
  name       TEXT PRIMARY KEY,
  is_set     INTEGER NOT NULL CHECK (is_set IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE barriers (
  name       TEXT PRIMARY KEY,
  parties    INTEGER NOT NULL CHECK (parties > 0),
  is_broken  INTEGER NOT NULL DEFAULT 0 CHECK (is_broken IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE queues (
  id             INTEGER PRIMARY KEY,
  name           TEXT NOT NULL UNIQUE,
  item_order     TEXT NOT NULL CHECK (item_order IN ('fifo', 'lifo', 'priority')),
  maxsize        INTEGER NOT NULL CHECK (maxsize >= 0), -- 0: unbounded
  max_deliveries INTEGER CHECK (max_deliveries > 0),
  paused_at      INTEGER,
  shutdown       TEXT NOT NULL DEFAULT 'no' CHECK (shutdown IN ('no', 'graceful', 'immediate')),
  -- Running totals; ready + taken items are unfinished, dead ones are done.
  ready          INTEGER NOT NULL DEFAULT 0 CHECK (ready >= 0),
  taken          INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0),
  dead           INTEGER NOT NULL DEFAULT 0 CHECK (dead >= 0),
  created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE queue_items (
  id         INTEGER PRIMARY KEY, -- from a counter: it names one item for ever
  queue_id   INTEGER NOT NULL,
  priority   REAL NOT NULL,
  place      INTEGER NOT NULL, -- among equals: smaller first; in a lifo queue larger first
  state      TEXT NOT NULL CHECK (state IN ('ready', 'taken', 'dead')),
  deliveries INTEGER NOT NULL DEFAULT 0,
  put_at     INTEGER NOT NULL,
  put_by     INTEGER, -- run; null: by hand
  taken_at   INTEGER,
  taken_by   INTEGER, -- run
  attempt    INTEGER, -- of that run
  value      TEXT NOT NULL,
  CHECK ((state = 'taken') = (taken_by IS NOT NULL))
) STRICT;
CREATE INDEX queue_items_ready ON queue_items (queue_id, priority, place) WHERE state = 'ready';
CREATE INDEX queue_items_taken ON queue_items (taken_by, queue_id) WHERE state = 'taken';
CREATE INDEX queue_items_dead ON queue_items (queue_id, id) WHERE state = 'dead';

CREATE TABLE futures (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed', 'cancelled')),
  value      TEXT, -- JSON: the value, the error, or the words of the cancel
  created_at INTEGER NOT NULL,
  settled_at INTEGER,
  settled_by TEXT, -- 'run 12', 'person', 'timer'
  -- A timer settles it then with this: {"state": …, "value": …}.
  due_at     INTEGER,
  due_with   TEXT,
  CHECK ((state = 'pending') = (settled_at IS NULL)),
  CHECK ((due_at IS NULL) = (due_with IS NULL)),
  CHECK (due_at IS NULL OR state = 'pending')
) STRICT;
CREATE INDEX futures_due ON futures (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX futures_pending ON futures (id) WHERE state = 'pending';

-- Runs that live and fail together.
CREATE TABLE groups (
  id           INTEGER PRIMARY KEY,
  name         TEXT,
  parent_run   INTEGER NOT NULL,
  is_aborted   INTEGER NOT NULL DEFAULT 0 CHECK (is_aborted IN (0, 1)),
  aborted_by   INTEGER, -- the run whose failure, or whose call, aborted it
  abort_reason TEXT,
  created_at   INTEGER NOT NULL,
  CHECK ((is_aborted = 1) = (aborted_by IS NOT NULL)),
  CHECK ((is_aborted = 1) = (abort_reason IS NOT NULL))
) STRICT;
