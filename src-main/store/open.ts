import Database from 'better-sqlite3'
import { chmodSync, existsSync, rmSync, statfsSync, statSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { Problem, problem } from '../../src-preload/problem.ts'
import { homePaths, prepareHome } from '../home.ts'
import { APPLICATION_ID } from './application-id.ts'
import { copyNow } from './backups/make-backup.ts'
import { findDamage } from './damage.ts'
import { readLastGood, writeLastGood } from './last-good.ts'
import type { LastGood } from './last-good.ts'
import { lockHome } from './lock.ts'
import { migrate, newestSchema, readMigrations } from './migrate.ts'
import type { Migration } from './migrate.ts'
import { beginLife, findWrongFile, readLife } from './ties.ts'
import type { StoreTies } from './ties.ts'

/** The first SQLite without the WAL-reset corruption. */
const OLDEST_SQLITE = [3, 51, 3]

/** Of SQLite's own copies of pages; the system has them as well. See decision 0026. */
const CACHE_KIB = 8_192

/** Up to here a store is read from end to end before it is used; a larger one is read while it is used. */
export const READ_AT_START_BYTES = 64 * 1024 * 1024

/** A store that is open, checked and ours alone until `close`. */
export type OpenStore = {
  db: Database.Database
  storeId: string
  /** False where it is too large to be read from end to end at the start: somebody has to do that meanwhile. */
  isReadThrough: boolean
  /** Writes the sidecar, closes the database and gives the folder back. */
  close: () => void
}

/**
 * Opens the store of a data folder, creating it only where there was none. Refuses, leaving every file as it was: a
 * folder another host owns, a file that is not ours, a newer schema, damage, files that do not belong to each other, and a
 * database that was lost although the sidecar remembers one.
 */
export function openStore(home: string, ownerLabel: string): OpenStore {
  const paths = homePaths(home)
  try {
    prepareHome(home)
  } catch (error) {
    throw problem('HOME_UNUSABLE', { home, why: (error as Error).message })
  }
  const lock = lockHomeOrExplain(home, paths.lock, ownerLabel)
  try {
    return openLocked(home, lock.release)
  } catch (error) {
    lock.release()
    throw explainStoreError(home, error)
  }
}

/** Once more without the reserve, where there was no room for it. */
function openLocked(home: string, release: () => void): OpenStore {
  const { reserve } = homePaths(home)
  try {
    return openOnce(home, release)
  } catch (error) {
    if (!isFull(error) || !existsSync(reserve)) throw error
    rmSync(reserve)
    return openOnce(home, release)
  }
}

function openOnce(home: string, release: () => void): OpenStore {
  const paths = homePaths(home)
  const migrations = readMigrations()
  const known = readLastGood(paths.lastGood)
  refuseLostStore(paths.database, known)
  const isReadThrough = sizeOf(paths.database) <= READ_AT_START_BYTES || known?.isSuspect === true
  if (existsSync(paths.database)) inspect(paths.database, migrations, known, isReadThrough)
  if (sizeOf(`${paths.database}-wal`) > 0) settleLog(paths.database)
  const db = openDatabase(paths.database)
  try {
    if (isOlder(db, migrations)) copyNow(db, paths.backups, 'upgrade', Date.now())
    migrate(db, migrations)
    const storeId = readStoreId(db)
    let ties: StoreTies | undefined
    const saveLastGood = () =>
      writeLastGood(paths.lastGood, {
        storeId,
        schema: newestSchema(migrations),
        lastRunId: db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM runs').pluck().get() ?? 0,
        savedAt: Date.now(),
        ties,
      })
    beginLife(db, `${paths.database}-wal`, known?.ties ?? null, (now) => {
      ties = now
      saveLastGood()
    })
    return {
      db,
      storeId,
      isReadThrough,
      close() {
        try {
          saveLastGood()
        } catch (error) {
          // The one of the start says as well that there was a store.
          if (!isFull(error)) throw error
        } finally {
          db.close()
          release()
        }
      },
    }
  } catch (error) {
    db.close()
    throw error
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** What a killed life has left in the log comes into the database, so that the log of this life is its own. */
function settleLog(path: string): void {
  const db = new Database(path, { timeout: 5_000 })
  try {
    applySettings(db)
    db.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    db.close()
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'SQLITE_FULL' || error.code === 'ENOSPC')

/** The refusal that an error of SQLite stands for; what is no fault of the file or its surroundings comes back as it is. */
export function explainStoreError(home: string, error: unknown): unknown {
  if (isFull(error)) return problem('DISK_FULL', { freeBytes: freeBytesOf(home) })
  if (!(error instanceof Database.SqliteError)) return error
  const { code, message } = error
  const path = homePaths(home).database
  if (code === 'SQLITE_NOTADB') return problem('STORE_NOT_OURS', { path, why: 'it is not an SQLite file' })
  if (code.startsWith('SQLITE_CORRUPT')) return problem('STORE_DAMAGED', { path, why: message })
  return surroundings.test(code) ? problem('HOME_UNUSABLE', { home, why: message }) : error
}

function freeBytesOf(home: string): number {
  const { bavail, bsize } = statfsSync(home)
  return bavail * bsize
}

const surroundings = /^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|AUTH|BUSY|LOCKED)/

function lockHomeOrExplain(home: string, lockPath: string, ownerLabel: string): { release: () => void } {
  try {
    return lockHome(home, lockPath, ownerLabel)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw problem('HOME_UNUSABLE', { home, why: (error as Error).message })
  }
}

/** A missing or zero-length file opens as a valid, empty database: that must not pass for a fresh start. */
function refuseLostStore(databasePath: string, known: LastGood | null): void {
  if (sizeOf(databasePath) === 0 && known !== null) {
    throw problem('STORE_LOST', { path: databasePath, runs: known.lastRunId })
  }
}

/** Looks at an existing file through a connection that cannot write, before one that can touches it. */
function inspect(path: string, migrations: Migration[], known: LastGood | null, isReadThrough: boolean): void {
  if (sizeOf(path) === 0) return
  const wrong = known?.ties === undefined ? null : findWrongFile(path, known.ties)
  if (wrong !== null) throw problem('STORE_SWAPPED', { path, why: wrong })
  let probe: Database.Database | null = null
  try {
    probe = new Database(path, { readonly: true })
    const applicationId = probe.pragma('application_id', { simple: true })
    const schema = probe.pragma('user_version', { simple: true }) as number
    if (applicationId !== APPLICATION_ID) {
      throw problem('STORE_NOT_OURS', { path, why: 'it is a database of another program' })
    }
    if (schema > newestSchema(migrations)) {
      throw problem('STORE_NEWER', { path, found: schema, known: newestSchema(migrations) })
    }
    const damage = isReadThrough ? findDamage(probe) : null
    if (damage !== null) throw problem('STORE_DAMAGED', { path, why: damage })
    if (known !== null && schema > 0) refuseOtherStore(probe, path, known)
  } finally {
    probe?.close()
  }
}

/** A store that was put here by hand would be gone on with as if its runs were the last ones. */
function refuseOtherStore(probe: Database.Database, path: string, { storeId, ties }: LastGood): void {
  const found = probe.prepare<[], string>("SELECT value FROM meta WHERE key = 'store_id'").pluck().get() ?? ''
  if (storeId !== '' && found !== storeId) {
    throw problem('STORE_SWAPPED', { path, why: 'it is the store of another data folder' })
  }
  if (ties !== undefined && !ties.lives.includes(readLife(probe) ?? '')) {
    throw problem('STORE_SWAPPED', { path, why: 'it is an older copy of the store' })
  }
}

function openDatabase(path: string): Database.Database {
  const db = new Database(path, { timeout: 5_000 })
  try {
    chmodSync(path, 0o600)
    const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0'
    if (!isAtLeast(version, OLDEST_SQLITE)) throw new Error(`SQLite ${version} is too old`)
    applySettings(db)
    if (db.pragma('application_id', { simple: true }) === 0) db.pragma(`application_id = ${APPLICATION_ID}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Every setting is written and read back: better-sqlite3 is built so that a reopened WAL file runs with
 * `synchronous=NORMAL` unless told otherwise, and then a power cut loses acknowledged runs.
 */
function applySettings(db: Database.Database): void {
  const settings: [name: string, value: string | number, readBack: string | number][] = [
    ['journal_mode', 'WAL', 'wal'],
    ['synchronous', 'FULL', 2],
    ['foreign_keys', 'ON', 1],
    ['busy_timeout', 5_000, 5_000],
    ['trusted_schema', 'OFF', 0],
    ['cell_size_check', 'ON', 1],
    ['mmap_size', 0, 0],
    ['cache_size', -CACHE_KIB, -CACHE_KIB],
    ['wal_autocheckpoint', 1_000, 1_000],
    ['journal_size_limit', 67_108_864, 67_108_864],
  ]
  if (process.platform === 'darwin') settings.push(['checkpoint_fullfsync', 'ON', 1])
  for (const [name, value, readBack] of settings) {
    db.pragma(`${name} = ${value}`)
    const found = db.pragma(name, { simple: true })
    // A build without memory-mapped I/O answers nothing for mmap_size: then it is off.
    if (found === undefined && name === 'mmap_size') continue
    if (found !== readBack) throw new Error(`SQLite did not take ${name}=${value}: it reads ${String(found)}`)
  }
}

/** A store that is there and whose schema is about to change. */
function isOlder(db: Database.Database, migrations: Migration[]): boolean {
  const schema = db.pragma('user_version', { simple: true }) as number
  return schema > 0 && schema < newestSchema(migrations)
}

function readStoreId(db: Database.Database): string {
  db.prepare("INSERT INTO meta (key, value) VALUES ('store_id', ?) ON CONFLICT DO NOTHING").run(randomUUID())
  const storeId = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'store_id'").pluck().get()
  if (storeId === undefined) throw new Error('the store has no id')
  return storeId
}

function isAtLeast(version: string, oldest: number[]): boolean {
  const parts = version.split('.').map(Number)
  for (const [index, wanted] of oldest.entries()) {
    const found = parts[index] ?? 0
    if (found !== wanted) return found > wanted
  }
  return true
}
