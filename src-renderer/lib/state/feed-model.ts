/** What a reader holds of a feed, and how a message changes it. Pure: the iterator is read in feed.svelte.ts. */
import type { FeedMessage } from '../../../src-preload/contract.ts'

export type FeedView<Row, Meta> = {
  feed: string
  version: number
  rows: ReadonlyMap<string, Row>
  /** Keys in the order in which the rows are shown. */
  order: readonly string[]
  meta: Meta
}

/**
 * The view after `message`; `'gap'` when the message does not follow on what is held, in which case the
 * feed has to be opened anew. A snapshot always follows.
 */
export function applyMessage<Row, Meta>(
  view: FeedView<Row, Meta> | null,
  message: FeedMessage<Row, Meta>,
): FeedView<Row, Meta> | 'gap' {
  if (message.type === 'snapshot') {
    return {
      feed: message.feed,
      version: message.version,
      rows: new Map(message.rows.map(({ key, row }) => [key, row])),
      order: message.rows.map(({ key }) => key),
      meta: message.meta,
    }
  }
  if (!view || view.feed !== message.feed || message.version !== view.version + 1) return 'gap'
  const rows = new Map(view.rows)
  for (const key of message.removed) rows.delete(key)
  for (const { key, row } of message.upserts) rows.set(key, row)
  const order = message.order ?? view.order
  if (order.length !== rows.size) return 'gap'
  return { feed: view.feed, version: message.version, rows, order, meta: message.meta }
}

/** The rows of a view in order. */
export function rowsInOrder<Row, Meta>(view: FeedView<Row, Meta>): Row[] {
  return view.order.flatMap((key) => {
    const row = view.rows.get(key)
    return row === undefined ? [] : [row]
  })
}

/** How many rows a message touches: what "N held" counts. */
export const changesIn = <Row, Meta>(message: FeedMessage<Row, Meta>): number =>
  message.type === 'snapshot' ? message.rows.length : message.upserts.length + message.removed.length
