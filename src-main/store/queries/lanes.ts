import type { Database } from 'better-sqlite3'
import type { Executor } from '../../../src-preload/contract.ts'

export type StoredLane = {
  id: number
  executor: Executor
  job_id: number
  is_private: 0 | 1
  gate: string
  queued: number
}

export function prepareLanes(db: Database) {
  return {
    all: db.prepare<[], StoredLane>('SELECT id, executor, job_id, is_private, gate, queued FROM lanes ORDER BY id'),
    insert: db.prepare<[id: number, executor: Executor, job: number, isPrivate: number, gate: string, queued: number]>(
      'INSERT INTO lanes (id, executor, job_id, is_private, gate, queued) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    setQueued: db.prepare<[queued: number, id: number]>('UPDATE lanes SET queued = ? WHERE id = ?'),
    remove: db.prepare<[id: number]>('DELETE FROM lanes WHERE id = ?'),
  }
}
