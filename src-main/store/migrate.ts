import type { Database } from 'better-sqlite3'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { strict as assert } from 'node:assert'

export type Migration = { version: number; name: string; sql: string }

/** The numbered SQL files, in order; numbers may be left out. They stand beside this module, in the source as in a build. */
export function readMigrations(): Migration[] {
  const folder = fileURLToPath(new URL('./migrations/', import.meta.url))
  const migrations = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      version: Number(file.slice(0, 6)),
      name: file.slice(7, -'.sql'.length),
      sql: readFileSync(join(folder, file), 'utf8'),
    }))
  assert.equal(migrations[0]?.version, 1, 'the migrations are part of the program')
  const versions = new Set(migrations.map(({ version }) => version))
  assert.equal(versions.size, migrations.length, 'every migration has a number of its own')
  return migrations
}

export const newestSchema = (migrations: Migration[]): number => migrations.at(-1)?.version ?? 0

/**
 * Brings the schema to `upTo` (default: the newest). Each step and its `user_version` are one transaction, so a kill at
 * any point leaves a whole old or a whole new schema.
 */
export function migrate(db: Database, migrations: Migration[], upTo: number = newestSchema(migrations)): void {
  const current = db.pragma('user_version', { simple: true }) as number
  for (const migration of migrations) {
    if (migration.version <= current || migration.version > upTo) continue
    db.transaction(() => {
      db.exec(migration.sql)
      db.pragma(`user_version = ${migration.version}`)
    }).immediate()
  }
}
