/** The part of the contract about copies of the store. Restoring is not in it: the host must not run meanwhile. */
import { oc, type } from '@orpc/contract'

/** What a copy was made for: once a day, because somebody asked, or before the schema was changed. */
export const backupKinds = ['daily', 'asked', 'upgrade'] as const
export type BackupKind = (typeof backupKinds)[number]

/** A verified copy of the whole store. `file` is its name in the folder, `at` (epoch ms) the moment it was begun. */
export type BackupRow = { file: string; kind: BackupKind; at: number; bytes: number }

export type Backups = {
  /** Absolute. */
  folder: string
  /** The newest first. */
  rows: BackupRow[]
  /** Is one being made? */
  isMaking: boolean
  /** Why the last try failed; null when it did not. The next is made within the hour. */
  failure: { at: number; why: string } | null
}

export const backupContract = {
  backups: {
    list: oc.output(type<Backups>()),
    /** Resolves when the copy is verified and stored; it is begun after the call, so one that is being made already is waited for. */
    make: oc.output(type<BackupRow>()),
  },
}
