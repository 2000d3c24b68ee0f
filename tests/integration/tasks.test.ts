import { describe, expect, test } from 'vitest'
import { openScriptHost } from '../support/script-host.ts'
import { until } from '../support/until.ts'

const host = openScriptHost(
  'CancelledError, allTasks, asCompleted, currentTask, future, gather, lock, log, queue, run, shield, sleep, spawn, taskGroup, timeout, waitFor',
)
const { start, ended, untilSaid, get } = host

const childCode = {
  kind: 'script',
  executor: 'async',
  code: {
    from: 'text',
    name: 'child.ts',
    text: `
      import { sleep } from 'signalbox'
      export default async ({ ms, fail, value }) => {
        await sleep(ms)
        if (fail) throw new RangeError(fail)
        return value
      }`,
  },
} as const

const saveJob = () => host.client.jobs.save({ name: 'child', definition: childCode, replace: true })
const events = async (id: number, type: string) => (await get(id)).events.filter((event) => event.type === type)
const childrenOf = async (id: number) => (await get(id)).children.first

describe.each(['async', 'thread', 'process'] as const)('scripts of the executor %s', (executor) => {
  test('run tasks side by side, each with its own waits', async () => {
    const id = await start(
      `
      const order: string[] = []
      const work = (name: string, ms: number) => spawn(async () => {
        await sleep(ms)
        order.push(name)
        return currentTask().name
      }, { name })
      const results = await gather([work('slow', 80), work('quick', 5), work('middle', 40)])
      return { results, order, left: allTasks().length }`,
      executor,
    )
    expect((await ended(id)).result).toEqual({
      results: ['slow', 'quick', 'middle'],
      order: ['quick', 'middle', 'slow'],
      left: 1,
    })
  })

  test('take an item only when they are still there to have it', async () => {
    const name = `given up ${executor}`
    const id = await start(
      `
      const q = queue<number>('${name}')
      const seen: unknown[] = []
      seen.push(await waitFor(q.get(), 30).catch((error) => error.name))
      seen.push(await timeout(30, () => q.get()).catch((error) => error.name))
      const taker = spawn(() => q.get())
      await sleep(20)
      taker.cancel()
      await taker.then(() => seen.push('taken'), (error) => seen.push(error.name))
      await q.put(7)
      seen.push(await q.get())
      return seen`,
      executor,
    )
    const { result, error } = await ended(id)
    expect([result, error]).toEqual([['TimeoutError', 'TimeoutError', 'CancelledError', 7], null])
  })

  test('use child runs like tasks', async () => {
    await saveJob()
    const id = await start(
      `
      const [good, bad] = [spawn('child', { ms: 30, value: 'good' }), spawn('child', { ms: 1, fail: 'no luck' })]
      const ids = [await good.stored(), await bad.stored()]
      const done = []
      for await (const each of asCompleted([good, bad])) done.push(each.id)
      const error = bad.exception() as Error
      return { ids, done, value: await good, error: [error.name, error.message, error instanceof RangeError] }`,
      executor,
    )
    const run = await ended(id)
    const ids = (await childrenOf(id)).map((child) => child.id)
    expect(run.error).toBeNull()
    expect(run.result).toEqual({
      ids,
      done: [ids[1], ids[0]],
      value: 'good',
      error: ['RangeError', 'no luck', true],
    })
  })

  test('cancel child runs with those who wait for them, and it is said who cancelled whom', async () => {
    await saveJob()
    const id = await start(
      `
      const child = spawn('child', { ms: 3_600_000 })
      const kept = spawn('child', { ms: 1, value: 'kept' })
      log('waiting')
      const seen = await gather([child, shield(kept)]).then(String, (error) => error.name)
      return { seen, kept: await kept, cancelled: child.cancelled() }`,
      executor,
    )
    await untilSaid(id, 'waiting')
    await until('one child is done', async () => (await childrenOf(id))[1]?.outcome === 'succeeded')
    await host.client.runs.cancel({ id, reason: 'enough' })
    const run = await ended(id)
    expect(run.result).toMatchObject({ seen: 'CancelledError', kept: 'kept' })
    const [child] = await childrenOf(id)
    const stopped = await ended(child?.id ?? 0)
    expect([stopped.outcome, stopped.error?.message]).toEqual(['cancelled', expect.stringContaining('enough')])
    const [event] = await events(stopped.id, 'stop_requested')
    expect(event?.data).toMatchObject({ by: { cause: 'parent' } })
  })

  test('put tasks and child runs in one group: one failure is the end of all', async () => {
    await saveJob()
    const id = await start(
      `
      const lines: string[] = []
      try {
        await taskGroup(async (group) => {
          group.spawn('child', { ms: 3_600_000 })
          group.spawn(async () => {
            try { await sleep('1h') } finally { lines.push('cleaned up') }
          })
          await sleep(50)
          group.spawn('child', { ms: 1, fail: 'no luck' })
          await sleep('1h')
        }, { name: 'pages' })
      } catch (error) {
        return [lines, error.errors.map((one) => one.message)]
      }`,
      executor,
    )
    const run = await ended(id)
    expect([run.result, run.error]).toEqual([[['cleaned up'], ['no luck']], null])
    const outcomes = await Promise.all((await childrenOf(id)).map(async (child) => (await ended(child.id)).outcome))
    expect(outcomes).toEqual(['cancelled', 'failed'])
    const groups = await Promise.all((await childrenOf(id)).map(async (child) => (await get(child.id)).group?.name))
    expect(groups).toEqual(['pages', 'pages'])
  })

  test('are told what went wrong in silence, with its place in the code', async () => {
    const id = await start(
      `
      spawn(async () => { throw new Error('unseen') }, { name: 'failing' })
      spawn(() => sleep('1h'), { name: 'forgotten' })
      await sleep(5)
      return 'fine'`,
      executor,
    )
    expect((await ended(id)).outcome).toBe('succeeded')
    const place = expect.stringMatching(/task\.ts:\d+:\d+$/) as unknown
    expect((await events(id, 'left_in_flight')).map(({ data }) => data)).toEqual([
      { message: expect.stringContaining('"forgotten"') as unknown, place },
    ])
    expect((await events(id, 'never_awaited')).map(({ data }) => data)).toEqual([
      { message: expect.stringContaining('unseen') as unknown, place },
    ])

    const rejecting = await start(`Promise.reject(new Error('nobody')); await sleep('1h')`, executor)
    expect((await ended(rejecting)).outcome).toBe('failed')
    expect((await events(rejecting, 'unhandled_rejection')).map(({ data }) => data)).toEqual([
      { message: expect.stringContaining('nobody') as unknown, place },
    ])
  })

  test('hold locks by task: one task of a run waits for another', async () => {
    const id = await start(
      `
      const order: string[] = []
      const work = (name: string) => spawn(async () => {
        await using held = await lock('by task ${executor}').acquire()
        order.push(name + ' in')
        await sleep(10)
        order.push(name + ' out')
      })
      await gather(['a', 'b'].map(work))
      return order`,
      executor,
    )
    expect((await ended(id)).result).toEqual(['a in', 'a out', 'b in', 'b out'])
  })
})

test('a killed parent takes the children along that are bound to it, and leaves those that are kept', async () => {
  await saveJob()
  const id = await start(
    `
    await spawn('child', { ms: 3_600_000 }).stored()
    await spawn('child', { ms: 200, value: 'kept' }, { onParentEnd: 'keep' }).stored()
    process.kill(process.pid, 'SIGKILL')
    await sleep('1h')`,
    'process',
  )
  await ended(id)
  const outcomes = await Promise.all((await childrenOf(id)).map(async (child) => (await ended(child.id)).outcome))
  expect(outcomes).toEqual(['cancelled', 'succeeded'])
})

test('a run spawns a file that lies beside its own', async () => {
  const id = await start(`return spawn('./nowhere.ts').then(String, (error) => [error.name, error.message])`)
  expect((await ended(id)).result).toEqual(['RuntimeError', expect.stringContaining('nowhere.ts')])
})

test('a run that blocks the event loop of its thread is told where, and those beside it are not blamed', async () => {
  const beside = await start(`log('beside'); await sleep(2_500); return 'fine'`)
  await untilSaid(beside, 'beside')
  const blocking = await start(`
    const until = Date.now() + 1_500
    while (Date.now() < until);
    return 'done'`)
  expect((await ended(blocking)).result).toBe('done')
  expect((await events(blocking, 'blocked_loop')).map(({ data }) => data)).toEqual([
    {
      message: expect.stringContaining('event loop') as unknown,
      place: expect.stringMatching(/task\.ts:[56]:\d+$/) as unknown,
    },
  ])
  expect((await ended(beside)).result).toBe('fine')
  expect(await events(beside, 'blocked_loop')).toEqual([])
})
