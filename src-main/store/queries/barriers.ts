import type { Database } from 'better-sqlite3'

export function prepareBarriers(db: Database) {
  return {
    all: db.prepare<[], { name: string; parties: number; is_broken: 0 | 1 }>(
      'SELECT name, parties, is_broken FROM barriers',
    ),
    /** In the order of their names, from behind `after`. */
    names: db
      .prepare<[after: string, limit: number], string>(
        'SELECT name FROM barriers WHERE name > ? ORDER BY name LIMIT ? + 0',
      )
      .pluck(),
    createdAt: db.prepare<[name: string], number>('SELECT created_at FROM barriers WHERE name = ?').pluck(),
    insert: db.prepare<[name: string, parties: number, now: number]>(
      'INSERT INTO barriers (name, parties, created_at) VALUES (?, ?, ?)',
    ),
    setBroken: db.prepare<[isBroken: 0 | 1, name: string]>('UPDATE barriers SET is_broken = ? WHERE name = ?'),
  }
}
