import { describe, expect, test } from 'vitest'
import { openScriptHost } from '../support/script-host.ts'
import { until } from '../support/until.ts'

const names =
  'CancelledError, QueueShutDown, TimeoutError, event, future, lock, log, queue, run, semaphore, sleep, spawn'
const host = openScriptHost(names, 'signalbox/sync')
const { start, ended, get, untilSaid } = host

describe.each(['process', 'thread'] as const)('scripts of the executor %s', (executor) => {
  test('a script that blocks passes items to one that awaits, through the same queue', async () => {
    const consumer = await start(
      `const got = []; for (const item of queue('mixed ${executor}', { maxsize: 2 })) got.push(item); return got`,
      executor,
    )
    const producer = await start(
      `const q = queue('mixed ${executor}', { maxsize: 2 })
     for (let n = 0; n < 20; n++) q.put(n)
     q.join()
     q.shutdown()
     return q.size()`,
      executor,
    )
    expect((await ended(producer)).result).toBe(0)
    expect((await ended(consumer)).result).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  test('a blocking wait is granted, times out, and ends with the cancel of its run; its lease ends with its scope', async () => {
    const holder = await start(
      `{ using held = lock('door ${executor}').acquire(); log('holds'); event('go ${executor}').wait() } log('free'); return lock('door ${executor}').locked()`,
      executor,
    )
    await untilSaid(holder, 'holds')
    const inTime = await start(
      `try { lock('door ${executor}').acquire({ timeout: 80 }) } catch (error) { return [error.name, error instanceof TimeoutError] }`,
      executor,
    )
    expect((await ended(inTime)).result).toEqual(['TimeoutError', true])
    const waiting = await start(
      `log('asks')
     try { lock('door ${executor}').acquire() } catch (error) {
       sleep(10)
       log(error instanceof CancelledError ? 'cleaned up' : 'wrong')
       throw error
     }`,
      executor,
    )
    await untilSaid(waiting, 'asks')
    await until('it waits for the lock', async () => (await get(waiting)).waits.length === 1)
    await host.client.runs.cancel({ id: waiting, reason: 'enough' })
    expect(await ended(waiting)).toMatchObject({ outcome: 'cancelled', error: { message: 'enough' } })
    await untilSaid(waiting, 'cleaned up')
    await ended(await start(`event('go ${executor}').set()`, executor))
    expect((await ended(holder)).result).toBe(false)
  })

  test('sleep blocks for its time, and ends with a cancel', async () => {
    const slept = await start(
      `const began = Date.now(); return [sleep(50, 'value'), Date.now() - began >= 49]`,
      executor,
    )
    expect((await ended(slept)).result).toEqual(['value', true])
    const sleeping = await start(`log('sleeps'); sleep('1h')`, executor)
    await untilSaid(sleeping, 'sleeps')
    await host.client.runs.cancel({ id: sleeping })
    expect((await ended(sleeping)).outcome).toBe('cancelled')
  })

  test('a run is spawned and waited for', async () => {
    await host.client.jobs.save({
      name: 'doubles',
      replace: true,
      definition: {
        kind: 'script',
        executor: 'async',
        code: {
          from: 'text',
          name: 'doubles.ts',
          text: 'export default (n: number) => { if (n < 0) throw new RangeError(`${n}`); return 2 * n }',
        },
      },
    })
    const parent = await start(
      `const good = spawn('doubles', 21)
     const bad = spawn('doubles', -1)
     try { bad.result() } catch (error) { return [good.result(), good.id > 0, error.name] }`,
      executor,
    )
    expect((await ended(parent)).result).toEqual([42, true, 'RangeError'])
  })
})

test('in the executor async a wait is refused with a way out, and those beside it go on', async () => {
  const refused = await ended(await start(`lock('free').acquire()`, 'async'))
  expect([refused.outcome, refused.error?.name, refused.error?.hint]).toEqual([
    'failed',
    'RuntimeError',
    expect.stringContaining("'thread' or 'process'"),
  ])
})
