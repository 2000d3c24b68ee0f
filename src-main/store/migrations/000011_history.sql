-- What retention removes first, and the order in which finished runs are taken into the search index.
CREATE INDEX runs_finished ON runs (finished_at, id) WHERE lifecycle = 'finished';

-- The words of finished runs: of the name, the input, the error, and of the log in parts. It holds no text, only which
-- word is where; `rowid` is the run's id × 4096 + the part, 0 being what is not the log. So the newest run comes last, and
-- a page is read from the end.
CREATE VIRTUAL TABLE search USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 2'
);
-- The parts that are logs, and the line at which each begins.
CREATE TABLE search_parts (
  id         INTEGER PRIMARY KEY, -- as in `search`
  first_line INTEGER NOT NULL
) STRICT;

-- Finished runs by the hour in which they were submitted, as far as they are in the search index.
CREATE TABLE history_hours (
  hour    INTEGER NOT NULL, -- epoch ms of its beginning
  job_id  INTEGER NOT NULL, -- 0: ad hoc
  outcome TEXT NOT NULL,
  runs    INTEGER NOT NULL CHECK (runs > 0),
  PRIMARY KEY (hour, job_id, outcome)
) STRICT, WITHOUT ROWID;

-- What a person has set, as JSON; what is not here has its default.
CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

-- The chunks with warnings or errors in them: the way from one to the next.
ALTER TABLE log_chunks ADD COLUMN levels INTEGER; -- a bit for each level; null: not known
CREATE INDEX log_chunks_loud ON log_chunks (run_id, first_line, levels) WHERE levels IS NULL OR levels & 44 <> 0;

INSERT INTO counters (name, value) SELECT 'log_bytes', coalesce(sum(octet_length(body)), 0) FROM log_chunks;
