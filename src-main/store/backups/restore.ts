import { copyFileSync, constants, existsSync, renameSync, rmSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { problem } from '../../../src-preload/problem.ts'
import { homePaths, makeFolder, prepareHome } from '../../home.ts'
import { writeLastGood } from '../last-good.ts'
import { lockHome } from '../lock.ts'
import { newestSchema, readMigrations } from '../migrate.ts'
import { listBackups, stamp, syncToDisk } from './backup-files.ts'
import { checkCopy } from './check-copy.ts'
import type { CopyFacts } from './check-copy.ts'

/** A copy that waits to take the store's place; `commit` lets it, `abandon` leaves everything as it was. */
export type Restoring = {
  source: string
  facts: CopyFacts
  /** Puts the present store aside, with all that belongs to it, and returns where it is now; null when there was none. */
  commit: (now: number) => string | null
  abandon: () => void
}

/** The path of a backup that is named as a person does: "latest", a name in the folder of backups, or a path. */
export function findBackup(home: string, asked: string): string {
  const { backups } = homePaths(home)
  const [latest] = listBackups(backups)
  if (asked === 'latest') {
    if (latest === undefined) throw problem('BACKUP_NOT_FOUND', { asked, folder: backups })
    return join(backups, latest.file)
  }
  const candidates = isAbsolute(asked)
    ? [asked]
    : [resolve(asked), ...(basename(asked) === asked ? [join(backups, asked)] : [])]
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw problem('BACKUP_NOT_FOUND', { asked, folder: backups })
  return found
}

/**
 * Copies a backup into the data folder and reads it from end to end; nothing else is touched before `commit`. Owns the folder
 * until then: throws HOME_IN_USE while a host runs, BACKUP_UNUSABLE for what is no whole store of a schema we know.
 */
export function prepareRestore(home: string, source: string, ownerLabel: string): Restoring {
  prepareHome(home)
  const paths = homePaths(home)
  const lock = lockHome(home, paths.lock, ownerLabel)
  const incoming = `${paths.database}.restoring`
  const abandon = () => {
    rmSync(incoming, { force: true })
    lock.release()
  }
  let facts: CopyFacts
  try {
    rmSync(incoming, { force: true })
    copyFileSync(source, incoming, constants.COPYFILE_FICLONE)
    facts = checkCopy(incoming)
    const known = newestSchema(readMigrations())
    if (facts.schema > known)
      throw new Error(`it was written by a newer Signalbox (schema ${facts.schema}; this one knows ${known})`)
    syncToDisk(incoming)
  } catch (error) {
    abandon()
    throw problem('BACKUP_UNUSABLE', { path: source, why: error instanceof Error ? error.message : String(error) })
  }
  return {
    source,
    facts,
    abandon,
    commit(now) {
      try {
        const aside = setAside(home, now)
        renameSync(incoming, paths.database)
        const { storeId, schema, lastRunId } = facts
        writeLastGood(paths.lastGood, { storeId, schema, lastRunId, savedAt: now })
        syncToDisk(home)
        return aside
      } finally {
        lock.release()
      }
    },
  }
}

/** Moves the store, its WAL and its sidecar into a folder of their own. Nothing of it is ever overwritten. */
function setAside(home: string, now: number): string | null {
  const { database, lastGood, setAside: folder } = homePaths(home)
  const present = [database, `${database}-wal`, `${database}-shm`, lastGood].filter((path) => existsSync(path))
  if (!present.includes(database)) return null
  const aside = join(folder, stamp(now))
  makeFolder(aside)
  // The WAL first: a database without it is older, a WAL without its database is nothing.
  for (const path of present.reverse()) renameSync(path, join(aside, basename(path)))
  return aside
}
