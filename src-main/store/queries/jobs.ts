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

export type StoredVersion = { number: number; definition_id: number; saved_at: number }

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
    /** The newest first. */
    versions: db.prepare<[job: number], StoredVersion>(
      'SELECT number, definition_id, saved_at FROM job_versions WHERE job_id = ? + 0 ORDER BY number DESC',
    ),
    version: db.prepare<[job: number, number: number], StoredVersion>(
      'SELECT number, definition_id, saved_at FROM job_versions WHERE job_id = ? AND number = ?',
    ),
    addVersion: db.prepare<[definition: number, now: number, job: number, definition: number, job: number]>(
      `INSERT INTO job_versions (job_id, number, definition_id, saved_at)
       SELECT jobs.id, coalesce(max(number), 0) + 1, ?, ? FROM jobs LEFT JOIN job_versions ON job_id = jobs.id
       WHERE jobs.id = ? GROUP BY jobs.id
       HAVING ? IS NOT (SELECT definition_id FROM job_versions WHERE job_id = ? + 0 ORDER BY number DESC LIMIT 1)`,
    ),
    forgetVersions: db.prepare<[job: number, job: number, kept: number]>(
      `DELETE FROM job_versions WHERE job_id = ?
       AND number <= (SELECT max(number) FROM job_versions WHERE job_id = ?) - ?`,
    ),
    all: db.prepare<[], StoredJob>(`SELECT ${columns} FROM jobs ORDER BY name`),
  }
}
