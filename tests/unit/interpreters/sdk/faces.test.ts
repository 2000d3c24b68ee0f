import { expect, expectTypeOf, test } from 'vitest'
import type { Ask } from '../../../../src-main/interpreters/sdk/open-call.ts'
import type * as promising from '../../../../src-main/interpreters/sdk/async-objects.ts'
import { BarrierDefinition } from '../../../../src-main/interpreters/sdk/definition/barrier.ts'
import { ConditionDefinition } from '../../../../src-main/interpreters/sdk/definition/condition.ts'
import { EventDefinition } from '../../../../src-main/interpreters/sdk/definition/event.ts'
import { DurableFutureDefinition } from '../../../../src-main/interpreters/sdk/definition/future.ts'
import { LockDefinition } from '../../../../src-main/interpreters/sdk/definition/lock.ts'
import { QueueDefinition } from '../../../../src-main/interpreters/sdk/definition/queue.ts'
import { SemaphoreDefinition } from '../../../../src-main/interpreters/sdk/definition/semaphore.ts'
import type { PermitDefinition } from '../../../../src-main/interpreters/sdk/definition/permit.ts'
import type { SyncFace } from '../../../../src-main/interpreters/sdk/face.ts'
import { playEngine } from '../../../support/sdk-faces.ts'

const api = { on: 'semaphore', name: 'api', spec: null } as const
const pages = { on: 'queue', name: 'pages', spec: null } as const

test('both faces ask the same and give the same, one with promises and one at once', async () => {
  const { calls, asyncFace, syncFace } = playEngine(({ call }) =>
    call.do === 'look' ? { value: 2, isLocked: false } : null,
  )
  const definition = new SemaphoreDefinition('api')
  expect([await asyncFace(definition).value(), syncFace(definition).value()]).toEqual([2, 2])
  expect([await asyncFace(definition).set(7), syncFace(definition).set(7)]).toEqual([undefined, undefined])
  const look = { ...api, do: 'look' }
  const set = { ...api, do: 'set', permits: 7 }
  expect(calls).toEqual([look, look, set, set])
})

test('the types of both faces come from the definition', () => {
  expectTypeOf<promising.Semaphore['acquire']>().returns.resolves.toEqualTypeOf<promising.Permit>()
  expectTypeOf<SyncFace<SemaphoreDefinition>['acquire']>().returns.toEqualTypeOf<SyncFace<PermitDefinition>>()
  expectTypeOf<promising.Semaphore['tryAcquire']>().returns.resolves.toEqualTypeOf<promising.Permit | null>()
  expectTypeOf<promising.Permit['id']>().toEqualTypeOf<number>()
  expectTypeOf<promising.Permit>().toExtend<AsyncDisposable>()
  expectTypeOf<promising.Permit>().not.toExtend<Disposable>()
  expectTypeOf<SyncFace<PermitDefinition>>().toExtend<Disposable>()
  expectTypeOf<promising.Queue<string>>().toExtend<AsyncIterable<string>>()
  expectTypeOf<SyncFace<QueueDefinition<string>>>().toExtend<Iterable<string>>()
  expectTypeOf<promising.Queue<string>['get']>().returns.resolves.toEqualTypeOf<string>()
  expectTypeOf<SyncFace<QueueDefinition<string>>['put']>().parameter(0).toEqualTypeOf<string>()
  expectTypeOf<promising.DurableFuture<number>>().toExtend<PromiseLike<number>>()
  expectTypeOf<SyncFace<DurableFutureDefinition<number>>>().not.toHaveProperty('then')
  const { asyncFace, syncFace } = playEngine(() => null)
  const condition = new ConditionDefinition('changed')
  const promised = () => asyncFace(condition).waitFor(() => 'word' as const)
  const blocked = () => syncFace(condition).waitFor(() => 'word' as const)
  expectTypeOf(promised).returns.resolves.toEqualTypeOf<'word'>()
  expectTypeOf(blocked).returns.toEqualTypeOf<'word'>()
})

test('a permit is given back at the end of its block, once', async () => {
  const { calls, asyncFace, syncFace } = playEngine(({ call }) => (call.do === 'acquire' ? { permit: 5 } : null))
  const semaphore = new SemaphoreDefinition('api', { permits: 3, per: '1.5s' })
  const spec = { permits: 3, bounded: false, perMs: 1_500 }
  {
    await using permit = await asyncFace(semaphore).acquire(2, { timeout: '1s' })
    expect(permit.id).toBe(5)
  }
  {
    using permit = syncFace(semaphore).acquire({ timeout: 10 })
    permit.release()
  }
  expect(calls).toEqual([
    { ...api, spec, do: 'acquire', amount: 2 },
    { ...api, spec, do: 'release', permit: 5, amount: 2 },
    { ...api, spec, do: 'acquire', amount: 1 },
    { ...api, spec, do: 'release', permit: 5, amount: 1 },
  ])
})

test('a wait hands over its limits, and how a late grant is undone', () => {
  const asks: Ask[] = []
  const { syncFace } = playEngine((ask) => {
    asks.push(ask)
    return { permit: 5, item: 6, value: '"a"' }
  })
  const { signal } = new AbortController()
  syncFace(new SemaphoreDefinition('api')).acquire(2, { timeout: '2s', signal })
  syncFace(new LockDefinition('report')).acquire()
  syncFace(new QueueDefinition('pages')).get({ timeout: 0 })
  expect(
    asks.map(({ timeoutMs, signal, giveBack }) => [timeoutMs, signal, giveBack?.({ permit: 9, item: 9 })]),
  ).toEqual([
    [2_000, signal, { ...api, do: 'release', permit: 9, amount: 2 }],
    [undefined, undefined, { on: 'lock', name: 'report', do: 'release', permit: 9 }],
    [0, undefined, { ...pages, do: 'give_back', item: 9 }],
  ])
})

test('use releases on every way out', async () => {
  const { calls, asyncFace, syncFace } = playEngine(({ call }) => (call.do === 'acquire' ? { permit: 5 } : null))
  const lock = new LockDefinition('report')
  expect(await asyncFace(lock).use(async ({ id }) => (await Promise.resolve(id)) + 1)).toBe(6)
  const failing = () => {
    throw new Error('mine')
  }
  await expect(asyncFace(lock).use(failing)).rejects.toThrow('mine')
  expect(() => syncFace(lock).use(failing)).toThrow('mine')
  expect(calls.map((call) => call.do)).toEqual(['acquire', 'release', 'acquire', 'release', 'acquire', 'release'])
})

test('what the engine refuses is thrown where it was asked for', async () => {
  const { asyncFace, syncFace } = playEngine(() => new RangeError('released more than was acquired'))
  await expect(asyncFace(new SemaphoreDefinition('api')).release()).rejects.toThrow('released more')
  expect(() => syncFace(new SemaphoreDefinition('api')).release()).toThrow('released more')
})

test('after a wait of a condition its lock is held under a new number, also when the wait failed', async () => {
  let waits = 0
  const { calls, asyncFace } = playEngine(({ call, giveBack }) => {
    if (call.do === 'acquire') return { permit: 1 }
    if (call.do !== 'wait') return null
    if (++waits === 1) return { permit: 2 }
    expect(giveBack?.({ permit: 3, isWithdrawn: true })).toBe(null)
    return new Error('cancelled')
  })
  const condition = asyncFace(new ConditionDefinition('changed', { lock: 'report' }))
  const permit = await condition.acquire()
  expect(await condition.wait()).toBe(true)
  expect(permit.id).toBe(2)
  await expect(condition.wait()).rejects.toThrow('cancelled')
  expect(permit.id).toBe(3)
  await permit.release()
  const own = { on: 'condition', name: 'changed', lock: 'report' }
  expect(calls).toEqual([
    { on: 'lock', name: 'report', do: 'acquire' },
    { ...own, do: 'wait' },
    { ...own, do: 'wait' },
    { on: 'lock', name: 'report', do: 'release', permit: 3 },
  ])
})

test('waitFor looks first, waits while the predicate is false, and gives what it gave', async () => {
  const { calls, asyncFace, syncFace } = playEngine(() => ({ permit: 1 }))
  const condition = new ConditionDefinition('changed')
  expect(await asyncFace(condition).waitFor(() => 'there')).toBe('there')
  expect(calls).toEqual([])
  let left = 2
  expect(syncFace(condition).waitFor(() => (left-- === 0 ? 'there' : ''))).toBe('there')
  expect(calls.map((call) => call.do)).toEqual(['wait', 'wait'])
})

test('iterating marks an item as done by asking for the next, and ends where the queue was shut down', async () => {
  const play = () => {
    let next = 0
    return playEngine(({ call }) => {
      if (call.do !== 'get') return null
      if (++next <= 3) return { item: next, value: JSON.stringify(`page ${next}`) }
      return Object.assign(new Error('shut down'), { name: 'QueueShutDown' })
    })
  }
  const done = (ids: number[]) => ({ ...pages, do: 'get', done: ids })
  const expected = [done([]), done([1]), { ...pages, do: 'done', items: [2] }, done([]), done([3])]

  const promised = play()
  const seen: string[] = []
  const queue = promised.asyncFace(new QueueDefinition<string>('pages'))
  for await (const page of queue) {
    seen.push(page)
    if (page === 'page 2') await queue.taskDone(page)
  }
  expect([seen, promised.calls]).toEqual([['page 1', 'page 2', 'page 3'], expected])

  const blocked = play()
  const blockingQueue = blocked.syncFace(new QueueDefinition<string>('pages'))
  for (const page of blockingQueue) if (page === 'page 2') blockingQueue.taskDone(page)
  expect(blocked.calls).toEqual(expected)
})

test('leaving the loop early leaves the item taken', async () => {
  const { calls, asyncFace } = playEngine(() => ({ item: 1, value: '1' }))
  for await (const item of asyncFace(new QueueDefinition<number>('pages'))) if (item === 1) break
  expect(calls).toEqual([{ ...pages, do: 'get', done: [] }])
})

test('taskDone finds the item by identity, then by content, else names the oldest', () => {
  let next = 0
  const { calls, syncFace } = playEngine(({ call }) =>
    call.do === 'get' ? { item: ++next, value: '{"url":"a"}' } : null,
  )
  const queue = syncFace(new QueueDefinition<{ url: string }>('pages'))
  const [first, second] = [queue.get(), queue.get()]
  queue.get()
  queue.taskDone(second)
  queue.taskDone({ url: 'a' })
  expect(() => queue.taskDone({ url: 'b' })).toThrow("this run has taken no item { url: 'b' } that is not done")
  queue.taskDone()
  expect(first).toEqual({ url: 'a' })
  queue.taskDone()
  expect(calls.filter((call) => call.do === 'done').map((call) => call.do === 'done' && call.items)).toEqual([
    [2],
    [1],
    [3],
    [],
  ])
})

test('a future is settled with JSON or with an error, and awaited', async () => {
  const { calls, asyncFace, syncFace } = playEngine(({ call }) => (call.do === 'wait' ? '{"n":1}' : null))
  const definition = new DurableFutureDefinition<{ n: number }>('rate')
  const future = asyncFace(definition)
  expect([await future, await future.wait(), syncFace(definition).wait()]).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
  await future.setResult({ n: 1 }, { delay: '1m' })
  await future.setException(Object.assign(new RangeError('no rate'), { stack: 'the stack' }), { at: new Date(5_000) })
  const own = { on: 'future', name: 'rate' }
  expect(calls.slice(3)).toEqual([
    { ...own, do: 'set_result', value: '{"n":1}', delayMs: 60_000 },
    {
      ...own,
      do: 'set_exception',
      at: 5_000,
      error: { name: 'RangeError', message: 'no rate', stack: 'the stack', hint: null },
    },
  ])
})

test('reading a future early, failed or cancelled says so', () => {
  const looks = [
    { state: 'pending' },
    { state: 'pending' },
    { state: 'failed', error: { name: 'RangeError', message: 'no rate' } },
    { state: 'failed', error: { name: 'RangeError', message: 'no rate' } },
    { state: 'cancelled', message: 'too late' },
    { state: 'cancelled', message: 'too late' },
    { state: 'done', value: '7' },
    { state: 'done', value: '7' },
  ]
  const { syncFace } = playEngine(() => looks.shift())
  const future = syncFace(new DurableFutureDefinition<number>('rate'))
  const outcome = (read: () => unknown) => {
    try {
      const value = read()
      return value instanceof Error ? `error ${value.name}` : value
    } catch (error) {
      return error instanceof Error ? `threw ${error.name}: ${error.message}` : error
    }
  }
  expect([0, 1, 2, 3].map(() => [outcome(() => future.result()), outcome(() => future.exception())])).toEqual([
    [
      'threw InvalidStateError: The future rate is not settled yet.',
      'threw InvalidStateError: The future rate is not settled yet.',
    ],
    ['threw RangeError: no rate', 'error RangeError'],
    ['threw CancelledError: too late', 'threw CancelledError: too late'],
    [7, null],
  ])
})

test('events and barriers pass on what the engine says', async () => {
  const { asyncFace } = playEngine(({ call }) => {
    if (call.do === 'look') return call.on === 'event' ? { isSet: true } : { parties: 3, waiting: 2, isBroken: false }
    return call.on === 'barrier' ? 1 : true
  })
  const event = asyncFace(new EventDefinition('ready'))
  const barrier = asyncFace(new BarrierDefinition('start', { parties: 3 }))
  expect([await event.isSet(), await event.wait(), await barrier.wait()]).toEqual([true, true, 1])
  expect([await barrier.parties(), await barrier.waiting(), await barrier.broken()]).toEqual([3, 2, false])
})

test('wrong use is refused before anything is asked', () => {
  const { calls, syncFace } = playEngine(() => null)
  const queue = syncFace(new QueueDefinition('pages'))
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  const refusals: [() => unknown, string][] = [
    [() => new LockDefinition(7 as never), 'lock(name): the name must be a text, not 7.'],
    [() => new LockDefinition(''), 'lock(name): "": a name starts with a letter or digit'],
    [() => new LockDefinition('a'.repeat(121)), 'a name has at most 120 characters, this one 121'],
    [() => new SemaphoreDefinition('a', { permits: -1 }), 'permits must be a whole number from 0 to 1000000, not -1.'],
    [() => new SemaphoreDefinition('a', { per: 'soon' }), '"soon" is not a duration'],
    [() => new BarrierDefinition('a', { parties: 0 }), 'parties must be a whole number from 1 to 10000, not 0.'],
    [
      () => new QueueDefinition('a', { order: 'random' as never }),
      "order must be one of fifo, lifo, priority, not 'random'.",
    ],
    [() => queue.get({ timeout: -1 }), '-1 is not a duration'],
    [() => queue.get({ signal: 1 as never }), 'signal must be an AbortSignal, not 1.'],
    [() => queue.put(undefined), 'The item is not JSON: it is undefined; null is what JSON has.'],
    [() => queue.put({ pages: [1, NaN] }), 'The item is not JSON: pages[1] is NaN.'],
    [() => queue.put({ seen: new Map() }), 'The item is not JSON: seen is of the class Map.'],
    [() => queue.put([Promise.resolve()]), 'The item is not JSON: [0] is a promise; await it first.'],
    [() => queue.put(cyclic), 'The item is not JSON: self is inside itself.'],
    [() => queue.put('x'.repeat(600_000)), 'The item is larger than 524288 bytes.'],
    [() => queue.put(1, { priority: 'high' as never }), "priority must be a number, not 'high'."],
  ]
  for (const [use, message] of refusals) expect(use).toThrow(message)
  expect(calls).toEqual([])
})
