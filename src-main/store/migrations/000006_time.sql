-- What the machine must be like for the runs of a schedule (JSON of `Conditions`).
ALTER TABLE schedules ADD COLUMN conditions TEXT CHECK (conditions IS NULL OR json_valid(conditions));
-- Slots before it are not kept any more; null: none was removed yet.
ALTER TABLE schedules ADD COLUMN ledger_from INTEGER;
-- Its first slot after the cursor (null: none), so that a start need not look for those of all schedules; and by which time
-- zone database that was found. Another database: it is looked for anew.
ALTER TABLE schedules ADD COLUMN next_at INTEGER;
ALTER TABLE schedules ADD COLUMN next_by TEXT;

-- Due after a span and not at a moment that somebody named: a wall clock that is moved takes it along.
ALTER TABLE runs ADD COLUMN is_delay INTEGER NOT NULL DEFAULT 0;
ALTER TABLE futures ADD COLUMN is_delay INTEGER NOT NULL DEFAULT 0;

-- When the runs of a group that have not finished are cancelled; moved along with the wall clock.
ALTER TABLE groups ADD COLUMN deadline_at INTEGER;
CREATE INDEX groups_deadline ON groups (deadline_at) WHERE deadline_at IS NOT NULL AND is_aborted = 0;

-- Jobs that are to succeed at least every so often.
CREATE TABLE heartbeats (
  job_id      INTEGER PRIMARY KEY,
  every_ms    INTEGER NOT NULL CHECK (every_ms > 0),
  -- The last success; before the first one, when this was asked for, or the job was resumed.
  quiet_since INTEGER NOT NULL,
  last_success INTEGER -- when; null: none since this was asked for
) STRICT;

-- Kept when its job is removed.
CREATE TABLE alerts (
  id          INTEGER PRIMARY KEY,
  job_id      INTEGER NOT NULL,
  job_name    TEXT NOT NULL,
  every_ms    INTEGER NOT NULL,
  quiet_since INTEGER NOT NULL,
  raised_at   INTEGER NOT NULL,
  cleared_at  INTEGER,
  -- The run whose success cleared it; null: the job was paused, changed or removed.
  cleared_by  INTEGER,
  CHECK (cleared_by IS NULL OR cleared_at IS NOT NULL)
) STRICT;
-- One alert for one silence.
CREATE UNIQUE INDEX alerts_standing ON alerts (job_id) WHERE cleared_at IS NULL;

-- What a person looks for first.
CREATE INDEX slots_missed ON slots (decided_at) WHERE outcome = 'missed';
