import type { Database } from 'better-sqlite3'
import { closeSync, openSync, readSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { LastGood } from './last-good.ts'

/**
 * What ties the database file and its write-ahead log to each other and to their folder. SQLite would replay any log with valid
 * checksums over any database.
 *
 * `lives`: the life of the store that the file itself may name, without its log; `lifePage`: the page that does so; null: not
 * known. `log`: what all generations of this life's log have in common (`readLogFamily`); null: any may be there.
 */
export type StoreTies = NonNullable<LastGood['ties']>

const PAGE_SIZE_AT = 16
const MAGIC = 0x377f0682

/**
 * Begins a life: names it in the store, and remembers beside it which file and which log belong to it. `save` must be durable,
 * and is called before and after, so that a kill in between leaves nothing that looks wrong. The log must be new.
 */
export function beginLife(
  db: Database,
  logPath: string,
  earlier: StoreTies | null,
  save: (ties: StoreTies) => void,
): void {
  const life = randomUUID()
  const lives = [...(earlier?.lives ?? [readLife(db) ?? '']), life]
  save({ lives, lifePage: earlier?.lifePage ?? null, log: null })
  db.prepare("INSERT INTO meta (key, value) VALUES ('life', ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(
    life,
  )
  const log = readLogFamily(logPath)
  const pages = db
    .prepare<[], { pageno: number }>(`SELECT pageno FROM dbstat WHERE name = 'meta' AND pagetype = 'leaf'`)
    .all()
  const lifePage = pages.length === 1 ? (pages[0]?.pageno ?? null) : null
  // Where somebody else reads at this moment, the file is named by the life later.
  const [copied] = db.pragma('wal_checkpoint(PASSIVE)') as { busy: number; log: number; checkpointed: number }[]
  const isCopied = copied !== undefined && copied.busy === 0 && copied.log === copied.checkpointed
  save({ lives: isCopied ? [life] : lives, lifePage, log })
}

/** The life that a store names, its log included; null before the first. */
export const readLife = (db: Database): string | null =>
  db.prepare<[], string>("SELECT value FROM meta WHERE key = 'life'").pluck().get() ?? null

/**
 * What is wrong with the two files, in words; null when they belong to each other as far as `ties` knows. Reads the files past
 * SQLite, so no connection of this process may have them open: closing a file drops its locks.
 */
export function findWrongFile(databasePath: string, ties: StoreTies): string | null {
  const logPath = `${databasePath}-wal`
  const family = readLogFamily(logPath)
  // Without a log, what the store says through SQLite is what the file says; see `readLife`.
  if (family === null) return null
  if (ties.log !== null && family !== ties.log) return 'its write-ahead log is of another time or of another store'
  if (ties.lifePage === null) return null
  const page = readPage(databasePath, ties.lifePage)
  const isNamed = page !== null && ties.lives.some((life) => page.includes(life))
  return isNamed ? null : 'it is an older copy, or another store, beside a newer write-ahead log'
}

/**
 * The number that all generations of a log have in common: SQLite takes a random salt for the first and adds one to it, as to the
 * sequence number, whenever it begins anew (https://sqlite.org/fileformat2.html#walformat). Null when there is no log. SQLite
 * takes no lock on this file.
 */
export function readLogFamily(logPath: string): number | null {
  const header = readBytes(logPath, 0, 32)
  if (header === null || (header.readUInt32BE(0) & ~1) >>> 0 !== MAGIC) return null
  return (header.readUInt32BE(16) - header.readUInt32BE(12)) >>> 0
}

function readPage(path: string, number: number): Buffer | null {
  const header = readBytes(path, 0, 100)
  if (header === null) return null
  const size = header.readUInt16BE(PAGE_SIZE_AT)
  return readBytes(path, (number - 1) * size, size)
}

/** Null when the file is not there or ends before. */
function readBytes(path: string, from: number, length: number): Buffer | null {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    const bytes = Buffer.alloc(length)
    return readSync(descriptor, bytes, 0, length, from) === length ? bytes : null
  } finally {
    closeSync(descriptor)
  }
}
