-- What the last attempt of a run did with its time, as JSON of `Use`; null where nobody could tell it apart from its neighbours'.
ALTER TABLE runs ADD COLUMN measured TEXT;
