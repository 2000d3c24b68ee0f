import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client, Executor, Json, RunDetail } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import type { Connection } from '../../src-main/cli/connection.ts'
import { serveHome } from '../support/command-line.ts'
import { until } from '../support/until.ts'

const home = mkdtempSync(join(tmpdir(), 'signalbox-objects-'))
let host: Awaited<ReturnType<typeof serveHome>>
let connection: Connection
let client: Client

beforeAll(async () => {
  host = await serveHome(home)
  connection = await connectToHost(home)
  client = connection.client
})

afterAll(async () => {
  connection.close()
  await host.stop()
  rmSync(home, { recursive: true })
})

/** Starts a script with everything of 'signalbox' at hand; `body` is that of its function. */
async function start(body: string, executor: Executor = 'async', input: Json = null): Promise<number> {
  const text = `
    import { CancelledError, QueueShutDown, TimeoutError, future, lock, log, queue, semaphore, sleep } from 'signalbox'
    export default async function (input: never) { ${body} }`
  const code = { from: 'text' as const, name: 'task.ts', text }
  const { id } = await client.runs.submit({ what: 'definition', definition: { kind: 'script', code, executor }, input })
  return id
}

async function ended(id: number): Promise<RunDetail> {
  let run = await client.runs.get({ id })
  await until(`run ${id} has ended`, async () => {
    run = await client.runs.get({ id })
    return run.lifecycle === 'finished'
  })
  return run
}

const untilSaid = (id: number, word: string) =>
  until(`run ${id} says "${word}"`, async () => {
    const { lines } = await client.runs.logs({ id })
    return lines.some(({ text }) => text === word)
  })

describe.each(['async', 'process'] as const)('scripts of the executor %s', (executor) => {
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
    await client.runs.cancel({ id: holder })
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
    await client.runs.cancel({ id: waiting, reason: 'enough' })
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
