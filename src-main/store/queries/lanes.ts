import type { Database } from 'better-sqlite3'
import type { Executor } from '../../../src-preload/contract.ts'

export type StoredLane = { id: number; executor: Executor; job_id: number; is_private: 0 | 1; queued: number }

export function prepareLanes(db: Database) {
  return {
    all: db.prepare<[], StoredLane>('SELECT id, executor, job_id, is_private, queued FROM lanes'),
    insert: db
      .prepare<[executor: Executor, job: number, isPrivate: number], number>(
        'INSERT INTO lanes (executor, job_id, is_private) VALUES (?, ?, ?) RETURNING id',
      )
      .pluck(),
    setQueued: db.prepare<[queued: number, id: number]>('UPDATE lanes SET queued = ? WHERE id = ?'),
  }
}
