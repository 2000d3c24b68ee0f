import Database from 'better-sqlite3'
import { chmodSync } from 'node:fs'
import { APPLICATION_ID } from '../application-id.ts'
import { findDamage } from '../damage.ts'

/** What a copy of a store holds. */
export type CopyFacts = {
  storeId: string
  schema: number
  lastRunId: number
  /** Runs that were scheduled, queued or running: a store that is restored from it goes on with them. */
  unfinished: number
}

/**
 * Reads a copy of a store from end to end and makes it one file, without a WAL. Throws an `Error` that says what is wrong with
 * it. Never for the store itself: it is opened for writing.
 */
export function checkCopy(path: string): CopyFacts {
  let db: Database.Database | null = null
  try {
    db = new Database(path, { fileMustExist: true })
    chmodSync(path, 0o600)
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw new Error('it is not a Signalbox store')
    // A page is read once: nothing is gained by keeping it.
    db.pragma('cache_size = -1000')
    db.pragma('journal_mode = DELETE')
    const damage = findDamage(db)
    if (damage !== null) throw new Error(`it is damaged: ${damage}`)
    const storeId = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'store_id'").pluck().get()
    if (storeId === undefined) throw new Error('it has no identity')
    return {
      storeId,
      schema: db.pragma('user_version', { simple: true }) as number,
      lastRunId: db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM runs').pluck().get() ?? 0,
      unfinished: db.prepare<[], number>(`SELECT count(*) FROM runs WHERE lifecycle <> 'finished'`).pluck().get() ?? 0,
    }
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    throw new Error(error.code === 'SQLITE_NOTADB' ? 'it is not an SQLite file' : error.message, { cause: error })
  } finally {
    db?.close()
  }
}
