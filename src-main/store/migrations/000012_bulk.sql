-- One action on many runs, carried out in steps: those that fit the filter and were there when it was asked for, the
-- newest first. `cursor` is the id that was looked at last.
CREATE TABLE bulk_actions (
  id          INTEGER PRIMARY KEY,
  action      TEXT NOT NULL CHECK (action IN ('cancel', 'retry', 'delete')),
  what        TEXT NOT NULL CHECK (json_valid(what)), -- {"filter": …}, {"ids": […]} or {"madeBy": id}
  reason      TEXT,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'stopped')),
  total       INTEGER NOT NULL,
  done        INTEGER NOT NULL DEFAULT 0,
  failed      INTEGER NOT NULL DEFAULT 0,
  first_error TEXT,
  cursor      INTEGER NOT NULL,
  starts_at   INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  undone_by   INTEGER,
  CHECK ((state IN ('done', 'stopped')) = (ended_at IS NOT NULL))
) STRICT;
CREATE INDEX bulk_actions_open ON bulk_actions (id) WHERE state IN ('waiting', 'running');

-- The runs that a retry has made: what undoing it cancels.
CREATE TABLE bulk_made (
  action_id INTEGER NOT NULL,
  run_id    INTEGER NOT NULL,
  PRIMARY KEY (action_id, run_id)
) STRICT, WITHOUT ROWID;
