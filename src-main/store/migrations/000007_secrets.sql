-- Values that jobs are given without anybody seeing them. What is stored is sealed: AES-256-GCM under a key that lies
-- outside of the store, with the name as additional data, so that one value cannot be put in the place of another.
CREATE TABLE secrets (
  name       TEXT PRIMARY KEY,
  nonce      BLOB NOT NULL CHECK (length(nonce) = 12),
  sealed     BLOB NOT NULL CHECK (length(sealed) > 16),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
