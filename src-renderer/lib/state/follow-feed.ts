import type { Client } from '../../../src-preload/contract.ts'
import type { CallProblem } from './call-problem.ts'
import { callProblem } from './call-problem.ts'
import type { Connection } from './connection.svelte.ts'

/**
 * `lost`: nothing comes since then; it stays so while the feed is opened anew, until something has come. `refused`: the
 * engine answered that there is no such thing; it is not asked again.
 */
export type FeedStatus =
  | { is: 'opening' }
  | { is: 'live' }
  | { is: 'hidden' }
  | { is: 'lost'; since: number; problem: CallProblem | null }
  | { is: 'refused'; problem: CallProblem }

/** What to do after a message: wait for the next, open the feed anew, or stop since nothing more comes. */
export type Next = 'continue' | 'reopen' | 'end'

type Message = { feed: string; version: number }
export type FeedReader<M extends Message> = {
  connection: Connection
  open: (client: Client) => Promise<AsyncIterableIterator<M>>
  take: (message: M) => Next
  say: (status: FeedStatus) => void
  /** How long the acknowledgement of a message is kept back; asked after each. Left out: not at all. */
  ackDelayMs?: () => number
}

const reopenPauseMs = 500

/**
 * Reads a feed until `signal` aborts: opens it when connected and visible, acknowledges what was applied, gives it
 * back when the page is hidden, and opens it anew after a gap or a lost connection.
 */
export async function followFeed<M extends Message>(reader: FeedReader<M>, signal: AbortSignal): Promise<void> {
  let lostSince: number | null = null
  const say = (status: FeedStatus) => {
    if (status.is === 'lost') status = { ...status, since: (lostSince ??= status.since) }
    if (status.is === 'live') lostSince = null
    reader.say(status)
  }
  while (!signal.aborted) {
    await whenVisible({ ...reader, say }, signal)
    if (signal.aborted) return
    if (lostSince === null) say({ is: 'opening' })
    const { client } = await reader.connection.whenConnected(signal)
    const outcome = await readOnce({ ...reader, say }, client, signal)
    if (outcome === 'end') return
    if (outcome === 'lost') await pause(reopenPauseMs, signal)
  }
}

async function readOnce<M extends Message>(
  reader: FeedReader<M>,
  client: Client,
  signal: AbortSignal,
): Promise<'end' | 'again' | 'lost'> {
  const leave = new AbortController()
  const onHidden = () => document.hidden && leave.abort()
  const onAbort = () => leave.abort()
  document.addEventListener('visibilitychange', onHidden)
  signal.addEventListener('abort', onAbort)
  try {
    const messages = await reader.open(client)
    leave.signal.addEventListener('abort', () => giveBack(messages))
    if (leave.signal.aborted) giveBack(messages)
    for await (const message of messages) {
      if (leave.signal.aborted) return 'again'
      const next = reader.take(message)
      if (next === 'end') return 'end'
      if (next === 'reopen') return 'again'
      reader.say({ is: 'live' })
      const delayMs = reader.ackDelayMs?.() ?? 0
      if (delayMs > 0) await pause(delayMs, leave.signal)
      if (leave.signal.aborted) return 'again'
      await client.feeds.ack({ feed: message.feed, version: message.version })
    }
    return leave.signal.aborted ? 'again' : sayLost(reader, null)
  } catch (error) {
    if (leave.signal.aborted) return 'again' // giving an iterator back makes its pending read fail
    const problem = callProblem(error)
    if (problem.code.endsWith('_NOT_FOUND') || problem.code.startsWith('BAD_')) {
      reader.say({ is: 'refused', problem })
      return 'end'
    }
    return sayLost(reader, problem)
  } finally {
    document.removeEventListener('visibilitychange', onHidden)
    signal.removeEventListener('abort', onAbort)
  }
}

/** Fails when the connection is gone, and with the connection the host has dropped the feed anyway. */
function giveBack(messages: AsyncIterator<unknown>): void {
  messages.return?.().catch(() => null)
}

function sayLost<M extends Message>(reader: FeedReader<M>, problem: CallProblem | null): 'lost' {
  reader.say({ is: 'lost', since: Date.now(), problem })
  return 'lost'
}

function whenVisible<M extends Message>(reader: FeedReader<M>, signal: AbortSignal): Promise<void> {
  if (!document.hidden || signal.aborted) return Promise.resolve()
  reader.say({ is: 'hidden' })
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look, { once: true })
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
