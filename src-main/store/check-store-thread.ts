/**
 * Entry of the thread that reads a large store while it is in use. It shares the copy of SQLite with the engine's thread, and so
 * its book of locks: closing this connection takes none away, as it would in another library.
 */
import Database from 'better-sqlite3'
import { parentPort, workerData } from 'node:worker_threads'
import { findDamage } from './damage.ts'

/** What is wrong in words, or null; an error of the file is one of the words. */
function check(path: string): string | null {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return findDamage(db)
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT')) return error.message
    throw error
  } finally {
    db.close()
  }
}

parentPort?.postMessage(check(workerData as string))
