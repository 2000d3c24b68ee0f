-- Facts about this store: its id, when it was made.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Running totals, written in the transaction that changes them: counting ten million rows takes seconds.
CREATE TABLE counters (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What to run, once per distinct content; never changed.
CREATE TABLE definitions (
  id   INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE TABLE jobs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT, -- the id of a removed job is never given to another
  name          TEXT NOT NULL UNIQUE,
  description   TEXT,
  definition_id INTEGER NOT NULL REFERENCES definitions (id),
  priority      INTEGER NOT NULL,
  paused_at     INTEGER,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

-- Queued runs that are admissible under the same conditions.
CREATE TABLE lanes (
  id         INTEGER PRIMARY KEY,
  executor   TEXT NOT NULL CHECK (executor IN ('async', 'process')),
  job_id     INTEGER NOT NULL DEFAULT 0, -- 0: ad hoc
  is_private INTEGER NOT NULL DEFAULT 0 CHECK (is_private IN (0, 1)),
  queued     INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
  UNIQUE (executor, job_id, is_private)
) STRICT;

CREATE TABLE runs (
  id            INTEGER PRIMARY KEY,
  lane_id       INTEGER NOT NULL REFERENCES lanes (id),
  definition_id INTEGER NOT NULL REFERENCES definitions (id),
  job_id        INTEGER, -- outlives its job: no REFERENCES
  job_name      TEXT,
  name          TEXT NOT NULL,
  origin        TEXT NOT NULL CHECK (origin = 'manual' OR origin = 'retry'),
  retry_of      INTEGER,
  priority      INTEGER NOT NULL,
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

-- Claims read this; runs that are not due must not be in it (a claim behind 100 k of them costs 1000 times as much).
CREATE INDEX runs_ready ON runs (lane_id, priority DESC, id) WHERE lifecycle = 'queued';
CREATE INDEX runs_due ON runs (due_at, id) WHERE lifecycle = 'scheduled';
CREATE INDEX runs_expiring ON runs (expires_at) WHERE lifecycle = 'queued' AND expires_at IS NOT NULL;
CREATE INDEX runs_live ON runs (id) WHERE lifecycle IN ('running', 'stopping');
-- History's filters. Success is the common case and is found by walking the ids; the rest would be needles.
CREATE INDEX runs_unhappy ON runs (outcome, id) WHERE outcome IS NOT NULL AND outcome <> 'succeeded';
CREATE INDEX runs_of_job ON runs (job_id, id) WHERE job_id IS NOT NULL;

-- Attempts that were cut off and did not count. The one that runs, or ran last, is in its run's row: a second row for
-- each run would cost a fifth of the throughput.
CREATE TABLE attempts (
  run_id     INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL,
  pid        INTEGER,
  cpu_ms     INTEGER,
  note       TEXT NOT NULL,
  PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

-- Every change of state after the creation, which the run's row records. Append-only; ids rise over the whole store.
CREATE TABLE events (
  run_id INTEGER NOT NULL,
  id     INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  type   TEXT NOT NULL,
  data   TEXT NOT NULL,
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID;

-- Log lines in chunks: a row per line would be 25 million rows for 50 MB of `yes`.
-- A line of `body` is: epoch ms, tab, level, tab, text; lines are separated by LF, which texts do not contain.
CREATE TABLE log_chunks (
  id         INTEGER PRIMARY KEY,
  run_id     INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  lines      INTEGER NOT NULL,
  body       TEXT NOT NULL,
  UNIQUE (run_id, first_line)
) STRICT;
