import type { Database } from 'better-sqlite3'

export type StoredItem = {
  id: number
  priority: number
  state: 'ready' | 'taken' | 'dead'
  deliveries: number
  put_at: number
  put_by: number | null
  /** The first characters of the value, and its size. */
  preview: string
  bytes: number
}
export type StoredTake = StoredItem & { taken_at: number; taken_by: number; attempt: number }

/** What a person sees of items, and does with those that nobody has taken. */
export function prepareQueueItems(db: Database) {
  const columns = `id, priority, state, deliveries, put_at, put_by, substr(value, 1, 200) AS preview,
    octet_length(value) AS bytes`
  const ready = (order: string) =>
    db.prepare<[queue: number, limit: number], StoredItem>(
      `SELECT ${columns} FROM queue_items WHERE queue_id = ? + 0 AND state = 'ready' ORDER BY ${order} LIMIT ? + 0`,
    )
  /** Of a JSON array of ids, the first that is no item of the queue in such a state. */
  const strange = (states: string) =>
    db
      .prepare<[items: string, queue: number], number>(
        `SELECT asked.value FROM json_each(?) AS asked
         LEFT JOIN queue_items AS item
           ON item.id = asked.value AND item.queue_id = ? AND item.state IN (${states})
         WHERE item.id IS NULL LIMIT 1`,
      )
      .pluck()
  const revive = (chosen: string) =>
    `UPDATE queue_items SET state = 'ready', deliveries = 0, place = @firstPlace + chosen.nth
     FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM (${chosen})) AS chosen
     WHERE queue_items.id = chosen.id`
  const removeFirst = (state: string, order: string) =>
    db.prepare<[queue: number, limit: number]>(
      `DELETE FROM queue_items WHERE id IN
         (SELECT id FROM queue_items WHERE queue_id = ? + 0 AND state = '${state}' ORDER BY ${order} LIMIT ? + 0)`,
    )
  return {
    firstReady: ready('priority, place'),
    lastReady: ready('priority DESC, place DESC'),
    taken: db.prepare<[queue: number, limit: number], StoredTake>(
      `SELECT ${columns}, taken_at, taken_by, attempt FROM queue_items WHERE queue_id = ? + 0 AND state = 'taken'
       ORDER BY taken_at, id LIMIT ? + 0`,
    ),
    dead: db.prepare<[queue: number, limit: number], StoredItem>(
      `SELECT ${columns} FROM queue_items WHERE queue_id = ? + 0 AND state = 'dead' ORDER BY id LIMIT ? + 0`,
    ),
    /** When the one was put that has waited longest in a queue that does not go by priorities. */
    firstPutAt: db
      .prepare<[queue: number], number>(
        `SELECT put_at FROM queue_items WHERE queue_id = ? + 0 AND state = 'ready' ORDER BY priority, place LIMIT 1`,
      )
      .pluck(),
    /**
     * The same where there are priorities: the oldest of those who are first of each, of which 100 are looked at, so that it
     * costs no more when many wait. Ten times as slow as `firstPutAt`.
     */
    oldestReady: db
      .prepare<{ queue: number }, number | null>(
        `WITH RECURSIVE levels (priority) AS (
           SELECT min(priority) FROM queue_items WHERE queue_id = @queue + 0 AND state = 'ready'
           UNION ALL
           SELECT (SELECT min(priority) FROM queue_items
                   WHERE queue_id = @queue + 0 AND state = 'ready' AND priority > levels.priority)
           FROM levels WHERE levels.priority IS NOT NULL LIMIT 100)
         SELECT min((SELECT put_at FROM queue_items
                     WHERE queue_id = @queue + 0 AND state = 'ready' AND priority = levels.priority
                     ORDER BY place LIMIT 1))
         FROM levels WHERE priority IS NOT NULL`,
      )
      .pluck(),
    get: db.prepare<[id: number, queue: number], StoredItem & { value: string }>(
      `SELECT ${columns}, value FROM queue_items WHERE id = ? AND queue_id = ?`,
    ),
    notDead: strange(`'dead'`),
    notFree: strange(`'ready', 'dead'`),
    /** To the end of the line, in the order in which they were put: at `firstPlace` and the places after it. */
    reviveFirst: db.prepare<{ firstPlace: number; queue: number; limit: number }>(
      revive(`SELECT id FROM queue_items WHERE queue_id = @queue + 0 AND state = 'dead' ORDER BY id LIMIT @limit + 0`),
    ),
    revive: db.prepare<{ firstPlace: number; items: string }>(
      revive(`SELECT id FROM queue_items WHERE id IN (SELECT value FROM json_each(@items)) AND state = 'dead'`),
    ),
    /** Which states they had that are removed. */
    remove: db
      .prepare<[items: string], StoredItem['state']>(
        `DELETE FROM queue_items WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'taken' RETURNING state`,
      )
      .pluck(),
    removeFirstReady: removeFirst('ready', 'priority, place'),
    removeFirstDead: removeFirst('dead', 'id'),
    removeDead: db.prepare<[queue: number]>(`DELETE FROM queue_items WHERE queue_id = ? AND state = 'dead'`),
  }
}
