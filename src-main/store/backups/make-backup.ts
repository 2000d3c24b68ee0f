import type { Database } from 'better-sqlite3'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { BackupKind, BackupRow } from '../../../src-preload/backups.ts'
import { entryPath } from '../../entry.ts'
import { makeFolder } from '../../home.ts'
import { backupName, keepBackup, listBackups, partialPath } from './backup-files.ts'
import { checkCopy } from './check-copy.ts'

/** Copied between two turns of the engine: 1 MB takes about as long as a commit. */
const PAGES_AT_ONCE = 256

/**
 * Copies the store while it is in use, and keeps the copy only when it was read from end to end without a fault. It holds what
 * was committed at one moment before the call resolves. `db` is the writer: a copy through another connection would begin
 * anew with every commit.
 */
export async function makeBackup(db: Database, folder: string, kind: BackupKind, at: number): Promise<BackupRow> {
  const draft = draftOf(folder, kind, at)
  try {
    await db.backup(draft.partial, { progress: () => PAGES_AT_ONCE })
    await checkApart(draft.partial)
    return draft.keep()
  } catch (error) {
    draft.remove()
    throw error
  }
}

/** The same at once, where nobody else waits for the store: before its schema is changed, or without a host. */
export function copyNow(db: Database, folder: string, kind: BackupKind, at: number): BackupRow {
  const draft = draftOf(folder, kind, at)
  try {
    db.prepare('VACUUM INTO ?').run(draft.partial)
    checkCopy(draft.partial)
    return draft.keep()
  } catch (error) {
    draft.remove()
    throw error
  }
}

/** A copy that is no backup before it was checked. */
function draftOf(folder: string, kind: BackupKind, at: number) {
  makeFolder(folder)
  const name = backupName(at, kind)
  const partial = partialPath(folder, name)
  return {
    partial,
    keep(): BackupRow {
      keepBackup(folder, name)
      return rowOf(folder, name)
    },
    remove(): void {
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(partial + suffix, { force: true })
    },
  }
}

async function checkApart(path: string): Promise<void> {
  const worker = new Worker(entryPath('check-copy-thread'), { workerData: path })
  // Rejects with what the thread throws.
  await once(worker, 'message')
}

function rowOf(folder: string, name: string): BackupRow {
  const row = listBackups(folder).find(({ file }) => file === name)
  if (row === undefined) throw new Error(`${name} is not in ${folder}`)
  return row
}
