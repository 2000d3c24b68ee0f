import { untrack } from 'svelte'
import type { Client, FeedMessage } from '../../../src-preload/contract.ts'
import type { Connection } from './connection.svelte.ts'
import type { FeedView } from './feed-model.ts'
import { applyMessage, changesIn, rowsInOrder } from './feed-model.ts'
import type { FeedStatus } from './follow-feed.ts'
import { followFeed } from './follow-feed.ts'
import type { Live } from './live.svelte.ts'

type Open<Row, Meta> = (client: Client) => Promise<AsyncIterableIterator<FeedMessage<Row, Meta>>>

/**
 * A feed's rows as the window shows them. While live values are paused, messages are still applied and acknowledged,
 * but `view` stays; on resume it shows the newest state at once, without a replay.
 */
export class Feed<Row, Meta = null> {
  /** Null until the first snapshot. */
  view: FeedView<Row, Meta> | null = $state.raw(null)
  status: FeedStatus = $state.raw({ is: 'opening' })
  /** The rows in order. */
  rows: Row[] = $derived(this.view ? rowsInOrder(this.view) : [])
  #newest: FeedView<Row, Meta> | null = null
  #connection: Connection
  #live: Live
  #open: Open<Row, Meta>

  constructor(connection: Connection, live: Live, open: Open<Row, Meta>) {
    this.#connection = connection
    this.#live = live
    this.#open = open
  }

  /** Opens the feed; the returned function closes it. */
  start(): () => void {
    const leave = new AbortController()
    const reading = followFeed<FeedMessage<Row, Meta>>(
      {
        connection: this.#connection,
        open: this.#open,
        take: (message) => this.#take(message),
        say: (status) => (this.status = status),
        ackDelayMs: () => this.#live.ackDelayMs,
      },
      leave.signal,
    )
    void reading
    return () => leave.abort()
  }

  /** Shows what has arrived. */
  publish(): void {
    this.view = this.#newest
  }

  #take(message: FeedMessage<Row, Meta>): 'continue' | 'reopen' {
    const applied = applyMessage(this.#newest, message)
    if (applied === 'gap') return 'reopen'
    const isFirst = this.#newest === null
    this.#newest = applied
    if (this.#live.isPaused && !isFirst) this.#live.hold(changesIn(message))
    else this.publish()
    return 'continue'
  }
}

/** Keeps `feed` open while the component that calls this is there. Call during its initialisation. */
export function useFeed<Row, Meta>(feed: Feed<Row, Meta>, live: Live): Feed<Row, Meta> {
  $effect(() => untrack(() => feed.start()))
  $effect(() => {
    if (!live.isPaused) untrack(() => feed.publish())
  })
  return feed
}
