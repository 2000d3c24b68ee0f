-- Lanes of the executor `thread`. A CHECK cannot be changed, so the table is made anew.
CREATE TABLE new_lanes (
  id         INTEGER PRIMARY KEY,
  executor   TEXT NOT NULL CHECK (executor IN ('async', 'thread', 'process')),
  job_id     INTEGER NOT NULL DEFAULT 0, -- 0: ad hoc
  is_private INTEGER NOT NULL DEFAULT 0 CHECK (is_private IN (0, 1)),
  gate       TEXT NOT NULL DEFAULT '',
  queued     INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
  UNIQUE (executor, job_id, is_private, gate)
) STRICT;
INSERT INTO new_lanes (id, executor, job_id, is_private, gate, queued)
  SELECT id, executor, job_id, is_private, gate, queued FROM lanes;
DROP TABLE lanes;
ALTER TABLE new_lanes RENAME TO lanes;
