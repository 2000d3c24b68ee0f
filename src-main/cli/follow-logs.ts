import type { Client, LogLine } from '../../src-preload/contract.ts'

/** Takes a batch of lines; the next one comes when it resolves. */
export type TakeLines = (lines: LogLine[]) => Promise<void>

/** Lines asked for in one call. */
const PAGE_LINES = 5_000

/** Gives every line that a run has written until now, in order. */
export async function readLogs(client: Client, id: number, signal: AbortSignal, take: TakeLines): Promise<void> {
  await takeUntil(client, id, { from: 1, before: Infinity }, signal, take)
}

/**
 * Gives every line of a run, in order, until it has finished or `signal` aborts. The feed leaves lines out when they come
 * faster than they are taken; those are fetched.
 */
export async function followLogs(client: Client, id: number, signal: AbortSignal, take: TakeLines): Promise<void> {
  let next = 1
  for await (const message of await client.feeds.logs({ id }, { signal })) {
    const first = message.lines[0]?.n ?? next + message.skipped
    next = await takeUntil(client, id, { from: next, before: first }, signal, take)
    await take(message.lines)
    next += message.lines.length
    await client.feeds.ack({ feed: message.feed, version: message.version })
  }
}

/** Gives the stored lines from `from` on, up to `before`; returns the number of the next one. */
async function takeUntil(
  client: Client,
  id: number,
  { from, before }: { from: number; before: number },
  signal: AbortSignal,
  take: TakeLines,
): Promise<number> {
  let next = from
  while (next < before) {
    const limit = Math.min(PAGE_LINES, before - next)
    const { lines, total } = await client.runs.logs({ id, from: next, limit }, { signal })
    await take(lines)
    next += lines.length
    if (lines.length === 0 || next > total) break
  }
  return next
}
