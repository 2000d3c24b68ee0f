import Database from 'better-sqlite3'
import { existsSync, statSync } from 'node:fs'
import { homePaths } from '../../home.ts'
import { APPLICATION_ID } from '../../store/application-id.ts'
import { findDamage } from '../../store/damage.ts'
import { readLastGood } from '../../store/last-good.ts'
import { newestSchema, readMigrations } from '../../store/migrate.ts'
import { bytesInWords } from '../words.ts'
import type { Examination } from './examine.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'

const RESTORE = 'Restore a backup: signalbox restore latest'
/** A WAL this large was not written back: somebody has read from the store all the time. */
const LARGE_WAL_BYTES = 256e6

/** The database, through a connection that cannot write; a host may use it meanwhile. */
export function examineStore(home: string, { isFull }: Examination): Finding[] {
  const { database, lastGood } = homePaths(home)
  const size = statSync(database, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) {
    const known = existsSync(lastGood) ? readLastGood(lastGood) : null
    if (known === null) return [ok('store', 'there is none yet')]
    return [problem('store', `${database} is missing or empty, but held ${known.lastRunId} runs`, RESTORE)]
  }
  let db: Database.Database | null = null
  try {
    db = new Database(database, { readonly: true, fileMustExist: true })
    return examineOpen(db, database, size, isFull)
  } catch (error) {
    return [
      problem(
        'store',
        `${database} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        RESTORE,
      ),
    ]
  } finally {
    db?.close()
  }
}

function examineOpen(db: Database.Database, path: string, size: number, isFull: boolean): Finding[] {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    return [
      problem(
        'store',
        `${path} is a database of another program`,
        'Move it away, or choose another folder with --home.',
      ),
    ]
  }
  return [examineSchema(db, size), examineIntegrity(db, isFull), examineSettings(db), examineWal(path)]
}

function examineSchema(db: Database.Database, size: number): Finding {
  const schema = db.pragma('user_version', { simple: true }) as number
  const known = newestSchema(readMigrations())
  const found = `${bytesInWords(size)}, schema ${schema}`
  if (schema > known) return problem('store', `${found}; this version knows ${known}`, 'Update Signalbox.')
  return ok('store', schema < known ? `${found}; the next start brings it to ${known}, after a backup` : found)
}

function examineIntegrity(db: Database.Database, isFull: boolean): Finding {
  const damage = findDamage(db)
  if (damage !== null) return problem('integrity', damage, RESTORE)
  const said = isFull
    ? (db.pragma('integrity_check(5)') as Record<string, string>[]).flatMap((row) => Object.values(row))
    : ['ok']
  const broken = isFull ? (db.pragma('foreign_key_check') as unknown[]).length : 0
  if (said.join() !== 'ok') return problem('integrity', said.join('; '), RESTORE)
  if (broken > 0) return problem('integrity', `${broken} rows refer to what is not there`, RESTORE)
  return ok(
    'integrity',
    isFull ? 'every page, index and reference is in order' : 'every page is in order (--full looks at indexes, too)',
  )
}

/** What a file remembers of its settings; the others are set, and read back, at every start. */
function examineSettings(db: Database.Database): Finding {
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? 'unknown'
  const mode = String(db.pragma('journal_mode', { simple: true }))
  const found = `SQLite ${sqlite}, journal ${mode}`
  if (mode === 'wal') return ok('settings', found)
  // So it is after a restore, until the first start.
  return ok('settings', `${found}; the next start sets wal`)
}

function examineWal(path: string): Finding {
  const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (bytes <= LARGE_WAL_BYTES) return ok('write-ahead log', bytes === 0 ? 'empty' : bytesInWords(bytes))
  const todo = 'Another program may keep the store open. Close it, or start the host anew.'
  return warning('write-ahead log', bytesInWords(bytes), todo)
}
