import type { Database } from 'better-sqlite3'
import type { QueueOrder } from '../../../src-preload/objects.ts'

export type StoredQueue = {
  id: number
  name: string
  item_order: QueueOrder
  maxsize: number
  max_deliveries: number | null
  paused_at: number | null
  shutdown: 'no' | 'graceful' | 'immediate'
  ready: number
  taken: number
  dead: number
}

export type TakenItem = { id: number; value: string; deliveries: number }
type Take = [now: number, run: number, attempt: number, queue: number]

export function prepareQueues(db: Database) {
  const take = (order: string) =>
    db.prepare<Take, TakenItem>(
      `UPDATE queue_items SET state = 'taken', deliveries = deliveries + 1, taken_at = ?, taken_by = ?, attempt = ?
       WHERE id = (SELECT id FROM queue_items WHERE queue_id = ? + 0 AND state = 'ready' ORDER BY ${order} LIMIT 1)
       RETURNING id, value, deliveries`,
    )
  const giveBack = `SET state = 'ready', taken_at = NULL, taken_by = NULL, attempt = NULL`
  return {
    all: db.prepare<[], StoredQueue>(
      `SELECT id, name, item_order, maxsize, max_deliveries, paused_at, shutdown, ready, taken, dead FROM queues`,
    ),
    insert: db
      .prepare<[name: string, order: QueueOrder, maxsize: number, maxDeliveries: number | null, now: number], number>(
        `INSERT INTO queues (name, item_order, maxsize, max_deliveries, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck(),
    /** In the order of their names, from behind `after`. */
    names: db
      .prepare<[after: string, limit: number], string>(
        'SELECT name FROM queues WHERE name > ? ORDER BY name LIMIT ? + 0',
      )
      .pluck(),
    createdAt: db.prepare<[id: number], number>('SELECT created_at FROM queues WHERE id = ?').pluck(),
    /** Its items are removed before. */
    remove: db.prepare<[id: number]>('DELETE FROM queues WHERE id = ?'),
    setCounts: db.prepare<[ready: number, taken: number, dead: number, id: number]>(
      'UPDATE queues SET ready = ?, taken = ?, dead = ? WHERE id = ?',
    ),
    setPaused: db.prepare<[pausedAt: number | null, id: number]>('UPDATE queues SET paused_at = ? WHERE id = ?'),
    setShutdown: db.prepare<[shutdown: StoredQueue['shutdown'], id: number]>(
      'UPDATE queues SET shutdown = ? WHERE id = ?',
    ),

    putItem: db.prepare<
      [id: number, queue: number, priority: number, place: number, now: number, run: number | null, value: string]
    >(
      `INSERT INTO queue_items (id, queue_id, priority, place, state, put_at, put_by, value)
       VALUES (?, ?, ?, ?, 'ready', ?, ?, ?)`,
    ),
    takeFirst: take('priority, place'),
    takeLast: take('priority DESC, place DESC'),
    removeTaken: db.prepare<[id: number]>(`DELETE FROM queue_items WHERE id = ? AND state = 'taken'`),
    removeReady: db.prepare<[queue: number]>(`DELETE FROM queue_items WHERE queue_id = ? AND state = 'ready'`),
    /** As if it had never been taken. */
    undoTake: db.prepare<[id: number]>(
      `UPDATE queue_items ${giveBack}, deliveries = deliveries - 1 WHERE id = ? AND state = 'taken'`,
    ),
    /** Back in line, at `place`; null: at its old one. */
    returnItem: db.prepare<[place: number | null, id: number]>(
      `UPDATE queue_items ${giveBack}, place = coalesce(?, place) WHERE id = ? AND state = 'taken'`,
    ),
    buryItem: db.prepare<[id: number]>(
      `UPDATE queue_items SET state = 'dead', taken_at = NULL, taken_by = NULL, attempt = NULL
       WHERE id = ? AND state = 'taken'`,
    ),
    deliveriesOf: db
      .prepare<[id: number], number>(`SELECT deliveries FROM queue_items WHERE id = ? AND state = 'taken'`)
      .pluck(),
    /**
     * What the attempts of the last life had taken, the one taken last first: so each comes back before the later ones. The
     * order matters in a lifo queue, where of those taken at the same moment the one with the larger place was first.
     */
    allTaken: db.prepare<[], { id: number; queue_id: number }>(
      `SELECT id, queue_id FROM queue_items WHERE state = 'taken' ORDER BY taken_at DESC, place`,
    ),
  }
}
