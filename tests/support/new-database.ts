import Database from 'better-sqlite3'
import { migrate, readMigrations } from '../../src-main/store/migrate.ts'

let migrated: Buffer | null = null

/** A store in memory with the newest schema. The migrations are carried out once in a thread; every other one is a copy. */
export function newDatabase(): Database.Database {
  if (migrated !== null) return new Database(migrated)
  const db = new Database(':memory:')
  migrate(db, readMigrations())
  migrated = db.serialize()
  return db
}
