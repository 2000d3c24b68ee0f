import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Executor } from '../../../src-preload/contract.ts'
import { openInterpreterHost } from '../../support/interpreter-host.ts'

const { host, play, result, linesOf } = openInterpreterHost()

test.each<Executor>(['process', 'async', 'thread'])(
  'C151 in a run of %s a function is done on another thread of the same process, with its arguments, while the run goes on',
  async (executor) => {
    const seen = await result(
      `
      const { threadId } = await import('node:worker_threads')
      let ticks = 0
      const ticking = spawn(async () => { for (;;) { await sleep(10); ticks += 1 } })
      const told = await toThread(async (a: number, b: number) => {
        const { threadId } = await import('node:worker_threads')
        const until = Date.now() + 300
        while (Date.now() < until);
        return { sum: a + b, pid: process.pid, threadId }
      }, 1, 2)
      ticking.cancel()
      await outcome(ticking)
      return [told.sum, told.pid === process.pid, told.threadId !== threadId, ticks > 5]`,
      executor,
    )
    expect(seen).toEqual([3, true, true, true])
  },
)

test('C152 an error comes out with its type, its message and where it happened', async () => {
  const seen = await result(`
    try { await toThread(() => { throw new RangeError('no luck') }) } catch (error: any) {
      return [error instanceof RangeError, error.message, /<thread>:\\d+/.test(error.stack)]
    }`)
  expect(seen).toEqual([true, 'no luck', true])
})

test('C153 who waits is cancelled at once; what runs goes on, its value is dropped, and what has not begun never does', async () => {
  const seen = await result(`
    const memory = new Int32Array(new SharedArrayBuffer(8))
    const running = toThread((memory: Int32Array) => {
      Atomics.store(memory, 0, 1)
      Atomics.notify(memory, 0)
      Atomics.wait(memory, 0, 1)
      Atomics.store(memory, 1, 7)
      return 'dropped'
    }, memory)
    while (Atomics.load(memory, 0) === 0) await sleep(5)
    const waiting = spawn(() => running)
    await sleep(0)
    waiting.cancel()
    const cancelled = (await outcome(waiting)) as string
    Atomics.store(memory, 0, 2)
    Atomics.notify(memory, 0)
    while (Atomics.load(memory, 1) === 0) await sleep(5)
    return [cancelled.split(':')[0], running.cancelled(), Atomics.load(memory, 1)]`)
  expect(seen).toEqual(['CancelledError', true, 7])
})

test('C154 idle threads are used again, and there is an end to how many there are', async () => {
  const seen = await result(`
    const id = async () => (await import('node:worker_threads')).threadId
    const one: number[] = []
    for (let n = 0; n < 5; n += 1) one.push(await toThread(id))
    const many = await gather(Array.from({ length: 60 }, () => toThread(id)))
    const { availableParallelism } = await import('node:os')
    return [new Set(one).size, new Set(many).size <= Math.min(32, availableParallelism() + 4)]`)
  expect(seen).toEqual([1, true])
})

test('C156 what cannot be handed over fails that one call, and the next is done', async () => {
  const seen = await result(`
    const outside = 1
    return [await outcome(toThread(() => outside)), await outcome(toThread((fn: unknown) => fn, () => 1)),
      await outcome(toThread(() => () => 1)), await outcome(() => toThread(7 as never)), await toThread(() => 'done')]`)
  expect(seen).toEqual([
    expect.stringMatching(
      /^NotShareableError: It cannot be handed over: the function uses outside, which is not there/,
    ),
    expect.stringMatching(/^NotShareableError: .*could not be cloned/),
    expect.stringMatching(/^NotShareableError: .*the result cannot be handed over/),
    "TypeError: toThread(fn): give a function, or a module such as './work.ts#name', not 7.",
    'done',
  ])
})

test('exports of modules are called, in TypeScript too; what a thread writes is in the log of its run', async () => {
  writeFileSync(
    join(host.home, 'scripts', 'work.ts'),
    `export const twice = (n: number): number => { console.log('in a thread'); return 2 * n }\nexport default (text: string) => text.length\n`,
  )
  const run = await play(
    `return [await toThread('./work.ts#twice', 21), await toThread('./work.ts', 'four')]`,
    'process',
  )
  expect([run.result, run.error]).toEqual([[42, 4], null])
  expect(await linesOf(run.id)).toContain('in a thread')
})

test.each<Executor>(['async', 'process'])(
  'a cancelled run of %s does not wait for a thread that loops for ever, and leaves none behind',
  async (executor) => {
    const id = await host.start(`log('here'); await toThread(() => { for (;;); })`, executor)
    await host.untilSaid(id, 'here')
    await host.client.runs.cancel({ id })
    expect((await host.ended(id)).outcome).toBe('cancelled')
    const seen = await result(`
      const before = process.cpuUsage()
      await sleep(300)
      const { user } = process.cpuUsage(before)
      return user < 250_000`)
    expect(seen).toBe(true)
  },
)
