import type { Database } from 'better-sqlite3'

/** `sealed`: the ciphertext, and the 16 bytes of its tag. */
export type StoredSecret = { name: string; nonce: Buffer; sealed: Buffer; created_at: number; updated_at: number }

export function prepareSecrets(db: Database) {
  return {
    all: db.prepare<[], StoredSecret>('SELECT name, nonce, sealed, created_at, updated_at FROM secrets ORDER BY name'),
    put: db.prepare<[name: string, nonce: Buffer, sealed: Buffer, now: number, now: number]>(
      `INSERT INTO secrets (name, nonce, sealed, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET nonce = excluded.nonce, sealed = excluded.sealed, updated_at = excluded.updated_at`,
    ),
    remove: db.prepare<[name: string]>('DELETE FROM secrets WHERE name = ?'),
  }
}
