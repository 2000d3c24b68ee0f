import { describe, expect, test } from 'vitest'
import type { FeedMessage, NowMeta, RunRow } from '../../../src-preload/contract.ts'
import { submitMany } from '../../../src-main/engine/commands/submit.ts'
import { nowView } from '../../../src-main/engine/feed-views.ts'
import { Feeds } from '../../../src-main/engine/feeds.ts'
import type { LogLevel } from '../../../src-preload/contract.ts'
import { openSimulatedEngine } from '../../support/simulated-engine.ts'

async function openFeeds() {
  const world = await openSimulatedEngine()
  await world.addJob('work')
  const feeds = new Feeds(world.engine, world.clock)

  /** Collects what a feed sends; acknowledges each message unless told not to. */
  const read = <Message extends { feed: string; version: number }>(
    open: (signal: AbortSignal) => AsyncGenerator<Message>,
    isAcknowledging = true,
  ) => {
    const closing = new AbortController()
    const messages: Message[] = []
    const ended = (async () => {
      for await (const message of open(closing.signal)) {
        messages.push(message)
        if (isAcknowledging) feeds.ack(message.feed, message.version)
      }
    })()
    return { messages, close: () => world.settle((closing.abort(), ended)) }
  }
  const readNow = (isAcknowledging = true) =>
    read((signal) => feeds.table(nowView(world.engine), signal), isAcknowledging)
  return { ...world, feeds, read, readNow }
}

/** What a window shows after these messages. */
function replay(messages: FeedMessage<RunRow, NowMeta>[]): [string, string][] {
  let rows = new Map<string, string>()
  for (const message of messages) {
    if (message.type === 'snapshot') rows = new Map(message.rows.map(({ key, row }) => [key, row.lifecycle]))
    else {
      for (const { key, row } of message.upserts) rows.set(key, row.lifecycle)
      for (const key of message.removed) rows.delete(key)
      const known = rows
      if (message.order !== null) rows = new Map(message.order.map((key) => [key, known.get(key) ?? 'missing']))
    }
  }
  return [...rows]
}

describe('a feed of rows', () => {
  test('says everything once, then only what changed', async () => {
    const world = await openFeeds()
    await world.submit({ job: 'work' })
    const { messages, close } = world.readNow()
    await world.pass()
    expect(messages.map(({ type, version }) => [type, version])).toEqual([['snapshot', 1]])
    await world.submit({ job: 'work' })
    await world.returned(1)
    await world.pass(250)
    expect(messages[1]).toMatchObject({ type: 'patch', version: 2, removed: ['1'], order: ['2'] })
    expect(replay(messages)).toEqual([['2', 'running']])
    await close()
  })

  test('lets changes fall together: at most four messages a second', async () => {
    const world = await openFeeds()
    const { messages, close } = world.readNow()
    for (let n = 0; n < 100; n += 1) {
      await world.submit({ job: 'work' })
      await world.pass(10)
    }
    await world.pass(250)
    expect(messages.length).toBeLessThanOrEqual(6)
    expect(replay(messages).length).toBe(100)
    expect(messages.map(({ version }) => version)).toEqual(messages.map((_, index) => index + 1))
    await close()
  })

  test('waits for a reader that has not taken the last message, then says the difference', async () => {
    const world = await openFeeds()
    const { messages, close } = world.readNow(false)
    await world.pass(300)
    for (let n = 0; n < 20; n += 1) await world.submit({ job: 'work' })
    await world.pass(10_000)
    expect(messages).toHaveLength(1)
    const [first] = messages
    if (first) world.feeds.ack(first.feed, first.version)
    await world.pass(250)
    expect(messages).toHaveLength(2)
    expect(replay(messages)).toHaveLength(20)
    await close()
  })

  test('loses no change that comes while a message waits to be taken', async () => {
    const world = await openFeeds()
    const closing = new AbortController()
    const feed = world.feeds.table(nowView(world.engine), closing.signal)
    const first = await feed.next()
    await world.submit({ job: 'work' })
    if (first.done !== true) world.feeds.ack(first.value.feed, first.value.version)
    const second = feed.next()
    await world.pass(250)
    expect((await second).value).toMatchObject({ type: 'patch', order: ['1'] })
    closing.abort()
    await world.settle(feed.return(undefined))
  })

  test('is silent when nothing it shows has changed, and ends when it is closed', async () => {
    const world = await openFeeds()
    const { messages, close } = world.readNow()
    await world.pass(60_000)
    expect(messages).toHaveLength(1)
    await close()
  })

  test('shows a bounded part of a long queue and counts the rest', async () => {
    const world = await openFeeds()
    const inputs = Array.from({ length: 5_000 }, (_, n) => String(n))
    await world.command((state, tick) => submitMany(state, tick, { job: 'work', inputs }))
    const { messages, close } = world.readNow()
    await world.pass()
    const [snapshot] = messages
    expect(snapshot).toMatchObject({
      meta: { counts: { queued: 4_998, running: 2 }, shown: { queued: 100, running: 2 } },
    })
    await close()
  })
})

describe('a feed of log lines', () => {
  const lines = (from: number, count: number): [number, LogLevel, string][] =>
    Array.from({ length: count }, (_, n) => [1, 'info', `line ${from + n}`])

  test('sends what is there, then what comes, and ends with the run', async () => {
    const world = await openFeeds()
    const id = await world.submit({ job: 'work' })
    await world.report({ type: 'log', run: id, attempt: 1, lines: lines(1, 3) })
    const { messages } = world.read((signal) => world.feeds.logs(id, 1, signal))
    await world.pass(100)
    await world.report({ type: 'log', run: id, attempt: 1, lines: lines(4, 2) })
    await world.returned(id)
    await world.pass(200)
    expect(messages.flatMap((message) => message.lines.map(({ n, text }) => `${n} ${text}`))).toEqual([
      '1 line 1',
      '2 line 2',
      '3 line 3',
      '4 line 4',
      '5 line 5',
    ])
    expect(messages.at(-1)).toMatchObject({ end: true, total: 5 })
  })

  test('jumps ahead when it is far behind, and says how many lines it left out', async () => {
    const world = await openFeeds()
    const id = await world.submit({ job: 'work' })
    for (let chunk = 0; chunk < 40; chunk += 1) {
      await world.report({ type: 'log', run: id, attempt: 1, lines: lines(1 + chunk * 100, 100) })
    }
    const { messages } = world.read((signal) => world.feeds.logs(id, 1, signal))
    await world.pass(100)
    expect(messages[0]).toMatchObject({ skipped: 3_500, total: 4_000 })
    expect(messages[0]?.lines.at(0)?.n).toBe(3_501)
    expect(messages[0]?.lines).toHaveLength(500)
    await world.returned(id)
    await world.pass(200)
  })

  test('can begin before the end', async () => {
    const world = await openFeeds()
    const id = await world.submit({ job: 'work' })
    await world.report({ type: 'log', run: id, attempt: 1, lines: lines(1, 10) })
    await world.returned(id)
    const { messages } = world.read((signal) => world.feeds.logs(id, -2, signal))
    await world.pass(200)
    expect(messages.flatMap((message) => message.lines.map(({ n }) => n))).toEqual([9, 10])
  })
})
