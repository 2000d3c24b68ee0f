import { expect, test } from 'vitest'
import { openInterpreterHost } from '../../support/interpreter-host.ts'
import { until } from '../../support/until.ts'

const { host, result } = openInterpreterHost()
const { start, ended, untilSaid } = host

test('C178 a queue is first in, first out across interpreters, and its items are equal copies', async () => {
  const seen = await result(`
    const sub = await interpreters.create()
    const [there, back] = [await interpreters.createQueue<any>(), await interpreters.createQueue<any>()]
    await sub.prepareMain({ there, back })
    const items = [{ a: [1, new Map([['k', 2]])] }, 'text', 3n, new Date(5)]
    for (const item of items) await there.put(item)
    await sub.exec('while (await there.size() > 0) await back.put(await there.get())')
    const got = []
    while (!(await back.empty())) got.push(await back.tryGet())
    return [got.map((each, n) => process.getBuiltinModule('node:util').isDeepStrictEqual(each, items[n])), got[0] === items[0]]`)
  expect(seen).toEqual([[true, true, true, true], false])
})

test('C178 a queue that is sent through a queue is the same one; an unknown id is a QueueNotFoundError', async () => {
  const seen = await result(`
    const [outer, inner] = [await interpreters.createQueue<any>(), await interpreters.createQueue<any>()]
    await outer.put({ inside: inner })
    const { inside } = await outer.get()
    await inside.put('through')
    const wrong = []
    for (const id of [-1, 0.5]) wrong.push((await outcome(interpreters.getQueue(id))).split(':')[0])
    return [inside.id === inner.id, await inner.get(), await (await interpreters.getQueue(outer.id)).size(),
      (await outcome(interpreters.getQueue(1_000_000))).split(':')[0], wrong]`)
  expect(seen).toEqual([true, 'through', 0, 'QueueNotFoundError', ['RangeError', 'TypeError']])
})

test('C178 a full queue holds its putters back, an empty one its getters; their time honours fractions of a second', async () => {
  const seen = await result(`
    const [small, any] = [await interpreters.createQueue<number>(1), await interpreters.createQueue<number>(-3)]
    for (const n of [1, 2, 3]) await any.put(n)
    await small.put(1)
    const began = performance.now()
    const refused = [await outcome(small.tryPut(2)), await outcome(small.put(2, { timeout: 300 }))]
    const took = performance.now() - began
    const putting = spawn(() => small.put(3))
    const order = [await small.get(), await small.get()]
    await putting
    const empty = [await outcome(small.tryGet()), await outcome(small.get({ timeout: 50 }))]
    await small.put(4)
    return [refused, took >= 290, order, empty, await small.get(), await any.size(), await any.maxsize(), await small.full()]`)
  expect(seen).toEqual([
    [expect.stringMatching(/^QueueFull: /), 'TimeoutError: waited longer than 300 ms'],
    true,
    [1, 3],
    [expect.stringMatching(/^QueueEmpty: /), 'TimeoutError: waited longer than 50 ms'],
    4,
    3,
    0,
    false,
  ])
})

test('C179 items outlive the interpreter that sent them', async () => {
  const seen = await result(`
    const queue = await interpreters.createQueue()
    const sub = await interpreters.create()
    await sub.prepareMain({ queue })
    await sub.exec('await queue.put({ from: "the late" })')
    await sub.close()
    return queue.get()`)
  expect(seen).toEqual({ from: 'the late' })
})

test('a run that takes over a queue by its id waits visibly, and is told when the run that made it ends', async () => {
  const maker = await start(`
    const made = await interpreters.createQueue()
    log('made ' + made.id)
    log('here')
    await queue('named-test-go').get()`)
  await untilSaid(maker, 'here')
  const { lines } = await host.client.runs.logs({ id: maker })
  const id = Number(/made (\d+)/.exec(lines.map(({ text }) => text).join('\n'))?.[1])
  const waiting = await start(`log('waits'); return (await interpreters.getQueue(${id})).get()`)
  await until('it waits', async () => (await host.get(waiting)).waits.some(({ kind }) => kind === 'queue_get'))
  await host.client.queues.put({ name: 'named-test-go', value: 1, create: {} })
  expect((await ended(waiting)).error).toMatchObject({ name: 'QueueNotFoundError' })
  expect((await ended(maker)).outcome).toBe('succeeded')
})
