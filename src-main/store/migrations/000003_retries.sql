-- Attempts that failed or ran out of time and were followed by another one are kept with what ended them, beside those
-- that were cut off. The one that runs, or ran last, stays in its run's row.
CREATE TABLE new_attempts (
  run_id      INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('interrupted', 'failed', 'timed_out')),
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER NOT NULL,
  pid         INTEGER,
  exit_code   INTEGER,
  exit_signal TEXT,
  cpu_ms      INTEGER,
  note        TEXT NOT NULL,
  error       TEXT CHECK (json_valid(error)),
  PRIMARY KEY (run_id, number),
  CHECK ((state = 'interrupted') = (error IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO new_attempts (run_id, number, state, started_at, ended_at, pid, cpu_ms, note)
  SELECT run_id, number, 'interrupted', started_at, ended_at, pid, cpu_ms, note FROM attempts;
DROP TABLE attempts;
ALTER TABLE new_attempts RENAME TO attempts;

-- The end of the time that a run has over all its attempts, set when it is first queued.
ALTER TABLE runs ADD COLUMN deadline_at INTEGER;
CREATE INDEX runs_deadline ON runs (deadline_at) WHERE deadline_at IS NOT NULL AND lifecycle <> 'finished';
