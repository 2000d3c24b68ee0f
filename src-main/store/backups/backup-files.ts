import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { backupKinds } from '../../../src-preload/backups.ts'
import type { BackupKind, BackupRow } from '../../../src-preload/backups.ts'

/** Of each kind; older ones are removed when there is a new one. */
export const KEPT = 7

const PARTIAL = '.partial'
const namePattern = /^signalbox-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)\.(\d{3})Z-([a-z]+)\.db$/

/** "signalbox-2026-03-01T08-30-00.000Z-daily.db": names sort by time, and are allowed on every file system. */
export const backupName = (at: number, kind: BackupKind): string => `signalbox-${stamp(at)}-${kind}.db`

/** A moment as part of a file's name. */
export const stamp = (at: number): string => new Date(at).toISOString().replaceAll(':', '-')

/** Where a copy is made before it is known to be good. */
export const partialPath = (folder: string, name: string): string => join(folder, name + PARTIAL)

/** The finished copies in a folder, the newest first; a folder that is not there has none. */
export function listBackups(folder: string): BackupRow[] {
  if (!existsSync(folder)) return []
  const rows = readdirSync(folder).flatMap((file): BackupRow[] => {
    const [, date, hours, minutes, seconds, ms, kind] = namePattern.exec(file) ?? []
    if (date === undefined || !isKind(kind)) return []
    const bytes = statSync(join(folder, file), { throwIfNoEntry: false })?.size
    if (bytes === undefined) return []
    return [{ file, kind, at: Date.parse(`${date}T${hours}:${minutes}:${seconds}.${ms}Z`), bytes }]
  })
  return rows.sort((a, b) => b.at - a.at)
}

const isKind = (word: string | undefined): word is BackupKind => backupKinds.some((kind) => kind === word)

/** Gives a verified copy its name, so that it is there after a power cut, too; then removes what is beyond `KEPT`. */
export function keepBackup(folder: string, name: string): void {
  const partial = partialPath(folder, name)
  syncToDisk(partial)
  renameSync(partial, join(folder, name))
  syncToDisk(folder)
  for (const kind of backupKinds) {
    const old = listBackups(folder).filter((row) => row.kind === kind)
    for (const { file } of old.slice(KEPT)) rmSync(join(folder, file), { force: true })
  }
}

/** What an earlier life has begun and not finished. */
export function removePartials(folder: string): void {
  if (!existsSync(folder)) return
  for (const file of readdirSync(folder)) if (file.includes(PARTIAL)) rmSync(join(folder, file), { force: true })
}

/** Of a file or of a folder's entries. Windows has no fsync of folders, and does not need it. */
export function syncToDisk(path: string): void {
  if (process.platform === 'win32' && statSync(path).isDirectory()) return
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
