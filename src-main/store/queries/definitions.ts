import type { Database } from 'better-sqlite3'

export function prepareDefinitions(db: Database) {
  return {
    idByHash: db.prepare<[hash: string], number>('SELECT id FROM definitions WHERE hash = ?').pluck(),
    insert: db
      .prepare<[hash: string, body: string], number>('INSERT INTO definitions (hash, body) VALUES (?, ?) RETURNING id')
      .pluck(),
    body: db.prepare<[id: number], string>('SELECT body FROM definitions WHERE id = ?').pluck(),
  }
}
