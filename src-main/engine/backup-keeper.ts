import { implement } from '@orpc/server'
import type { Database } from 'better-sqlite3'
import { backupContract } from '../../src-preload/backups.ts'
import type { BackupKind, BackupRow, Backups } from '../../src-preload/backups.ts'
import { problem } from '../../src-preload/problem.ts'
import { listBackups, removePartials } from '../store/backups/backup-files.ts'
import { makeBackup } from '../store/backups/make-backup.ts'
import type { Clock } from './clock.ts'

/** The newest copy is never older than this and `LOOK_MS` together, while the host runs. */
const EVERY_MS = 24 * 3_600_000
/** A machine sleeps, and a try may fail: so it is not waited for a day. */
const LOOK_MS = 3_600_000
/** What the host has to do when it starts comes first. */
const FIRST_LOOK_MS = 60_000

type Parts = { db: Database; folder: string; clock: Clock; make?: typeof makeBackup }

/** Makes a copy of the store once a day, and when somebody asks. One at a time. */
export class BackupKeeper {
  readonly #parts: Parts
  #making: Promise<BackupRow> | null = null
  /** Asked for while one was being made: all who ask until it begins share it. */
  #next: Promise<BackupRow> | null = null
  #failure: Backups['failure'] = null
  #cancel: (() => void) | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Begins to look; a host that another one takes the place of soon should not. */
  start(): void {
    removePartials(this.#parts.folder)
    this.#plan(FIRST_LOOK_MS)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  list(): Backups {
    const { folder } = this.#parts
    return { folder, rows: listBackups(folder), isMaking: this.#making !== null, failure: this.#failure }
  }

  /**
   * A copy that is begun after this call, so that it holds all that was committed before. Rejects with BACKUP_FAILED, which
   * stays to be seen until one succeeds.
   */
  make(kind: BackupKind): Promise<BackupRow> {
    if (this.#next !== null) return this.#next
    if (this.#making === null) return this.#begin(kind)
    const begin = () => {
      this.#next = null
      return this.#begin(kind)
    }
    // Whatever became of the one before.
    this.#next = this.#making.then(begin, begin)
    return this.#next
  }

  #begin(kind: BackupKind): Promise<BackupRow> {
    const making = this.#makeOne(kind).finally(() => {
      if (this.#making === making) this.#making = null
    })
    this.#making = making
    return making
  }

  async #makeOne(kind: BackupKind): Promise<BackupRow> {
    const { db, folder, clock, make = makeBackup } = this.#parts
    const at = clock.wallMs()
    try {
      const row = await make(db, folder, kind, at)
      this.#failure = null
      return row
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#failure = { at, why }
      throw problem('BACKUP_FAILED', { folder, why })
    }
  }

  #plan(delayMs: number): void {
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      this.#plan(LOOK_MS)
      const [newest] = listBackups(this.#parts.folder)
      // One of the future is of a clock that was wrong, and proves nothing.
      const ageMs = newest === undefined ? Infinity : Math.abs(this.#parts.clock.wallMs() - newest.at)
      // A failure is kept and shown; there is nobody here to tell.
      if (ageMs >= EVERY_MS && this.#making === null) this.make('daily').catch(() => undefined)
    })
  }
}

/** Answers the calls about backups. */
export function createBackupRouter(keeper: BackupKeeper) {
  const on = implement(backupContract)
  return on.router({
    backups: {
      list: on.backups.list.handler(() => keeper.list()),
      make: on.backups.make.handler(() => keeper.make('asked')),
    },
  })
}
