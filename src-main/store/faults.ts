import Database from 'better-sqlite3'

/** Does this error say that the disk or the file failed, and not a statement? What is in memory may not be what is stored then. */
export const isStoreFault = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(IOERR|CORRUPT|NOTADB|FULL)/.test(error.code)
