-- How many supervisors have died under this run: from then on it has one of its own. See docs/decisions/0014.
ALTER TABLE runs ADD COLUMN suspected INTEGER NOT NULL DEFAULT 0 CHECK (suspected >= 0);
