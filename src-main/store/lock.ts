import Database from 'better-sqlite3'
import { chmodSync } from 'node:fs'
import { problem } from '../../src-preload/problem.ts'

/**
 * Owns the data folder: an exclusive lock on a small database of its own, held for life. The kernel frees it when the
 * process dies, kill -9 included, so there is no stale lock to clean up. Throws HOME_IN_USE when another host holds it.
 */
export function lockHome(home: string, lockPath: string, ownerLabel: string): { release: () => void } {
  const lock = new Database(lockPath, { timeout: 0 })
  try {
    chmodSync(lockPath, 0o600)
    // Without a WAL the lock is one on the file itself; the label is read by whoever finds it taken.
    lock.pragma('journal_mode = DELETE')
    lock.exec('CREATE TABLE IF NOT EXISTS owner (label TEXT NOT NULL)')
    lock.exec('BEGIN IMMEDIATE')
    lock.exec('DELETE FROM owner')
    lock.prepare('INSERT INTO owner (label) VALUES (?)').run(ownerLabel)
    lock.exec('COMMIT')
    // RESERVED, not EXCLUSIVE: one owner at a time, and a second host can still read who that is.
    lock.exec('BEGIN IMMEDIATE')
  } catch (error) {
    const label = readLabel(lock)
    lock.close()
    if (isBusy(error)) throw problem('HOME_IN_USE', { home, by: label ?? 'a host that is just starting' })
    throw error
  }
  return {
    release() {
      lock.exec('ROLLBACK')
      lock.close()
    },
  }
}

/** Null while the owner of a fresh folder has not written its name yet, be it the row or the table. */
function readLabel(lock: Database.Database): string | null {
  if (lock.inTransaction) lock.exec('ROLLBACK')
  try {
    const hasTable = lock.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'owner'`).get() !== undefined
    if (!hasTable) return null
    return lock.prepare<[], string>('SELECT label FROM owner').pluck().get() ?? null
  } catch (error) {
    if (isBusy(error)) return null
    throw error
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError &&
  (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED'))
