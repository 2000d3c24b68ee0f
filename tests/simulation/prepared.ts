import type Database from 'better-sqlite3'

const statements = new WeakMap<Database.Database, Map<string, Database.Statement>>()

/** A statement of the rules, which are checked after every commit: it is prepared once for a connection. */
export function prepared<Bind extends unknown[], Row>(
  db: Database.Database,
  sql: string,
): Database.Statement<Bind, Row> {
  const known = statements.get(db) ?? new Map<string, Database.Statement>()
  statements.set(db, known)
  const statement = known.get(sql) ?? db.prepare(sql)
  known.set(sql, statement)
  return statement as Database.Statement<Bind, Row>
}
