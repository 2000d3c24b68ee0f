import { describe, expect, test } from 'vitest'
import { openScriptHost } from '../support/script-host.ts'

const host = openScriptHost('CancelledError, QueueShutDown, TimeoutError, future, lock, log, queue, semaphore, sleep')
const { start, ended, untilSaid } = host

describe.each(['async', 'thread', 'process'] as const)('scripts of the executor %s', (executor) => {
  test('pass items through a bounded queue, each to one consumer, until it is shut down', async () => {
    const name = `pages ${executor}`
    const consumers = [1, 2].map(() =>
      start(
        `const got = []; for await (const page of queue('${name}', { maxsize: 3 })) got.push(page); return got`,
        executor,
      ),
    )
    const producer = await start(
      `const pages = queue<number>('${name}', { maxsize: 3 })
       for (let n = 0; n < 40; n++) await pages.put(n)
       await pages.join()
       await pages.shutdown()
       return await pages.size()`,
      executor,
    )
    expect(await ended(producer)).toMatchObject({ outcome: 'succeeded', result: 0 })
    const got = (await Promise.all(consumers.map(async (id) => (await ended(await id)).result))) as number[][]
    expect(got.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n))
    for (const own of got) expect(own).toEqual([...own].sort((a, b) => a - b))
  })

  test('wait for a permit that another run holds, and get it when that run is killed', async () => {
    const name = `api ${executor}`
    const holder = await start(
      `await semaphore('${name}').acquire(); log('holds'); while (true) await sleep('1h')`,
      executor,
    )
    await untilSaid(holder, 'holds')
    const waiting = await start(
      `log('asks'); await using permit = await semaphore('${name}').acquire(); return permit.id > 0`,
      executor,
    )
    await untilSaid(waiting, 'asks')
    await host.client.runs.cancel({ id: holder })
    expect(await ended(waiting)).toMatchObject({ outcome: 'succeeded', result: true })
    expect((await ended(holder)).outcome).toBe('cancelled')
  })

  test('are cancelled while they wait, and can clean up with waits of their own', async () => {
    const name = `door ${executor}`
    const holder = await start(
      `await lock('${name}').acquire(); log('holds'); await future('end of ${name}')`,
      executor,
    )
    await untilSaid(holder, 'holds')
    const waiting = await start(
      `log('asks')
       try { await lock('${name}').acquire() }
       catch (error) {
         await using other = await lock('another ${name}').acquire()
         log(error instanceof CancelledError ? 'cleaned up' : 'wrong')
         throw error
       }`,
      executor,
    )
    await untilSaid(waiting, 'asks')
    await host.client.runs.cancel({ id: waiting, reason: 'enough' })
    expect(await ended(waiting)).toMatchObject({ outcome: 'cancelled', error: { message: 'enough' } })
    await untilSaid(waiting, 'cleaned up')
    const ending = await start(`await future('end of ${name}').setResult(1)`, executor)
    expect((await ended(ending)).outcome).toBe('succeeded')
    expect((await ended(holder)).outcome).toBe('succeeded')
  })

  test('give up a wait whose time is over, and say where they asked', async () => {
    const id = await start(`await queue('nothing ${executor}').get({ timeout: 50 })`, executor)
    const { outcome, error } = await ended(id)
    expect([outcome, error?.name]).toEqual(['failed', 'TimeoutError'])
    const wrong = await ended(await start(`await lock('free ${executor}').release()`, executor))
    expect(wrong.error).toMatchObject({
      name: 'RuntimeError',
      stack: expect.stringMatching(/task\.ts:3:\d+/) as string,
    })
  })
})
