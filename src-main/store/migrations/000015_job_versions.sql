-- What was saved under a job's name, each time that it differed from what was saved before.
CREATE TABLE job_versions (
  job_id        INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  number        INTEGER NOT NULL CHECK (number > 0), -- 1, 2, 3 ... within the job
  definition_id INTEGER NOT NULL REFERENCES definitions (id),
  saved_at      INTEGER NOT NULL,
  PRIMARY KEY (job_id, number)
) STRICT, WITHOUT ROWID;

INSERT INTO job_versions (job_id, number, definition_id, saved_at)
SELECT id, 1, definition_id, updated_at FROM jobs;
