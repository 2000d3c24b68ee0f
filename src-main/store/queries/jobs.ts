import type { Database } from 'better-sqlite3'

export type StoredJob = {
  id: number
  name: string
  description: string | null
  definition_id: number
  priority: number
  paused_at: number | null
  created_at: number
  updated_at: number
}

const columns = 'id, name, description, definition_id, priority, paused_at, created_at, updated_at'

export function prepareJobs(db: Database) {
  return {
    insert: db
      .prepare<
        [name: string, description: string | null, definition: number, priority: number, now: number, now: number],
        number
      >(
        `INSERT INTO jobs (name, description, definition_id, priority, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck(),
    replace: db.prepare<[description: string | null, definition: number, priority: number, now: number, id: number]>(
      `UPDATE jobs SET description = ?, definition_id = ?, priority = ?, updated_at = ? WHERE id = ?`,
    ),
    setPaused: db.prepare<[pausedAt: number | null, now: number, id: number]>(
      'UPDATE jobs SET paused_at = ?, updated_at = ? WHERE id = ?',
    ),
    remove: db.prepare<[id: number]>('DELETE FROM jobs WHERE id = ?'),
    byId: db.prepare<[id: number], StoredJob>(`SELECT ${columns} FROM jobs WHERE id = ?`),
    byName: db.prepare<[name: string], StoredJob>(`SELECT ${columns} FROM jobs WHERE name = ?`),
    all: db.prepare<[], StoredJob>(`SELECT ${columns} FROM jobs ORDER BY name`),
  }
}
