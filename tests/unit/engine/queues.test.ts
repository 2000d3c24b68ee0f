import { describe, expect, test } from 'vitest'
import type { Call, CallOn } from '../../../src-main/interpreters/calls.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

type Queue = CallOn<'queue'>
type Ask = Queue extends infer Each ? (Each extends Queue ? Omit<Each, 'on' | 'name' | 'spec'> : never) : never
const on = (what: Ask, spec: Queue['spec'] = null): Call => ({ on: 'queue', name: 'q', spec, ...what })
const spec = (more: Partial<NonNullable<Queue['spec']>> = {}): Queue['spec'] => ({
  maxsize: 0,
  order: 'fifo',
  maxDeliveries: null,
  ...more,
})
const put = (value: unknown, made: Queue['spec'] = null, priority = 0): Call =>
  on({ do: 'put', item: JSON.stringify(value), priority }, made)
const tryPut = (value: unknown): Call => on({ do: 'try_put', item: JSON.stringify(value), priority: 0 })
const get: Call = on({ do: 'get', done: [] })
const tryGet: Call = on({ do: 'try_get' })
const done = (...items: number[]): Call => on({ do: 'done', items })
const join: Call = on({ do: 'join' })
const look: Call = on({ do: 'look' })
const shutdown = (isImmediate: boolean): Call => on({ do: 'shutdown', isImmediate })

const valueOf = (outcome: unknown): unknown =>
  typeof outcome === 'object' && outcome !== null && 'value' in outcome ? JSON.parse(String(outcome.value)) : outcome

describe('a queue', () => {
  test.each([
    ['fifo', [1, 3, 2]],
    ['lifo', [2, 3, 1]],
    ['priority', [1, 2, 3]],
  ] as const)('gives what was put into it in the order %s', async (order, expected) => {
    const world = await openRuns(1)
    for (const value of [1, 3, 2]) await world.get(0, put(value, spec({ order }), value))
    const got = []
    for (let n = 0; n < 3; n += 1) got.push(valueOf(await world.get(0, tryGet)))
    expect(got).toEqual(expected)
    expect(await world.get(0, tryGet)).toBe('QueueEmpty')
  })

  test('gives equal priorities in the order in which they came', async () => {
    const world = await openRuns(1)
    for (const value of ['b', 'a', 'c']) await world.get(0, put(value, spec({ order: 'priority' }), 1))
    expect([valueOf(await world.get(0, get)), valueOf(await world.get(0, get))]).toEqual(['b', 'a'])
  })

  test('blocks its producers when it is full, and hands a free slot to the one who has waited', async () => {
    const world = await openRuns(3)
    await world.get(0, put('a', spec({ maxsize: 1 })))
    const second = await world.call(0, put('b'))
    const third = await world.call(1, put('c'))
    expect([world.outcome(second), await world.get(2, tryPut('x'))]).toEqual(['waits', 'QueueFull'])
    expect(valueOf(await world.get(2, get))).toBe('a')
    expect([world.outcome(second), world.outcome(third), await world.get(2, tryPut('x'))]).toEqual([
      { item: expect.any(Number) as number },
      'waits',
      'QueueFull',
    ])
    expect([valueOf(await world.get(2, get)), valueOf(await world.get(2, get))]).toEqual(['b', 'c'])
  })

  test('passes over getters and putters that were taken back, and keeps nothing of them', async () => {
    const world = await openRuns(4)
    const first = await world.call(0, on({ do: 'get', done: [] }, spec({ maxsize: 1 })))
    const second = await world.call(1, get)
    await world.withdraw(0, first)
    await world.get(2, put('a'))
    expect([world.outcome(first), valueOf(world.outcome(second))]).toEqual(['Withdrawn', 'a'])
    await world.get(2, put('b'))
    const gone = await world.call(2, put('x'))
    const kept = await world.call(3, put('c'))
    await world.withdraw(2, gone)
    expect([valueOf(await world.get(0, get)), valueOf(await world.get(0, get))]).toEqual(['b', 'c'])
    expect([world.outcome(gone), world.outcome(kept)]).toEqual(['Withdrawn', { item: expect.any(Number) as number }])
    expect(await world.get(0, look)).toMatchObject({ size: 0, getting: 0, putting: 0 })
  })

  test('takes back an item whose getter was cancelled after it was given, in its old place', async () => {
    const world = await openRuns(2)
    for (const value of ['a', 'b']) await world.get(0, put(value))
    const { item } = (await world.get(0, get)) as { item: number }
    await world.get(0, on({ do: 'give_back', item }))
    expect(valueOf(await world.get(1, get))).toBe('a')
  })

  test.each(['threw', 'interrupted'] as const)(
    'gives the items of a taker that %s to the next, in their order',
    async (how) => {
      const world = await openRuns(2)
      for (const value of ['a', 'b', 'c']) await world.get(1, put(value))
      for (let n = 0; n < 2; n += 1) await world.get(0, get)
      await world.endRun(0, how)
      const got = []
      for (let n = 0; n < 3; n += 1) got.push(valueOf(await world.get(1, get)))
      expect(got).toEqual(['a', 'b', 'c'])
    },
  )

  test('counts what a run that succeeded has taken as done', async () => {
    const world = await openRuns(2)
    await world.get(1, put('a'))
    await world.get(0, get)
    const joining = await world.call(1, join)
    await world.endRun(0, 'returned')
    expect([world.outcome(joining), await world.get(1, look)]).toEqual([
      null,
      expect.objectContaining({ size: 0, unfinished: 0 }) as object,
    ])
  })

  test('has what was taken and what was ready in its next life', async () => {
    const world = await openRuns(1)
    for (const value of ['a', 'b', 'c']) await world.get(0, put(value, spec({ maxsize: 3 })))
    await world.get(0, get)
    const next = await nextLife(world)
    expect(await next.get(0, look)).toMatchObject({ size: 3, taken: 0, maxsize: 3 })
    expect(valueOf(await next.get(0, get))).toBe('a')
  })

  test.each(['fifo', 'lifo'] as const)('gives what was taken at one moment in its order %s again', async (order) => {
    const world = await openRuns(1)
    for (const value of ['a', 'b', 'c']) await world.get(0, put(value, spec({ order })))
    const first = [valueOf(await world.get(0, get)), valueOf(await world.get(0, get))]
    const next = await nextLife(world)
    expect([valueOf(await next.get(0, get)), valueOf(await next.get(0, get))]).toEqual(first)
  })

  test('makes an item that was delivered too often a dead letter', async () => {
    const world = await openRuns(3)
    await world.get(0, put('poison', spec({ maxDeliveries: 2 })))
    for (const index of [1, 2]) {
      await world.get(index, get)
      await world.endRun(index, 'threw')
    }
    expect(await world.get(0, look)).toMatchObject({ size: 0, unfinished: 0, dead: 1 })
  })

  test('joins when everything is done and not when everything is taken', async () => {
    const world = await openRuns(3)
    expect(await world.get(0, join)).toBeNull()
    await world.get(0, put(1))
    await world.get(0, put(2))
    const joining = [await world.call(1, join), await world.call(2, join)]
    for (let n = 0; n < 2; n += 1) await world.get(0, get)
    await world.get(0, done())
    expect(joining.map(world.outcome)).toEqual(['waits', 'waits'])
    await world.get(0, done())
    expect(joining.map(world.outcome)).toEqual([null, null])
  })

  test('refuses to be done with more than was taken, and changes nothing', async () => {
    const world = await openRuns(2)
    expect(await world.get(0, done())).toBe('RangeError')
    await world.get(0, put(1))
    const { item } = (await world.get(0, get)) as { item: number }
    expect(await world.get(1, done(item))).toBe('RangeError')
    expect(await world.get(0, done(item, item))).toBe('RangeError')
    expect(await world.get(0, look)).toMatchObject({ unfinished: 1 })
    expect([await world.get(0, done(item)), await world.get(0, done())]).toEqual([null, 'RangeError'])
  })

  test('that is shut down gives what it has and then says so to everybody', async () => {
    const world = await openRuns(3)
    await world.get(0, put('a', spec({ maxsize: 1 })))
    const putting = await world.call(1, put('b'))
    await world.get(0, shutdown(false))
    expect([world.outcome(putting), await world.get(0, tryPut('c'))]).toEqual(['QueueShutDown', 'QueueShutDown'])
    expect(valueOf(await world.get(2, get))).toBe('a')
    expect([await world.get(2, get), await world.get(2, tryGet)]).toEqual(['QueueShutDown', 'QueueShutDown'])
    expect(await world.get(2, done())).toBeNull()
  })

  test('that is shut down at once throws its items away, also those that come back', async () => {
    const world = await openRuns(3)
    for (const value of ['a', 'b']) await world.get(0, put(value))
    await world.get(1, get)
    const joining = await world.call(2, join)
    await world.get(0, shutdown(true))
    expect([await world.get(0, get), world.outcome(joining)]).toEqual(['QueueShutDown', 'waits'])
    await world.endRun(1, 'threw')
    expect(world.outcome(joining)).toBeNull()
  })

  test('that is paused takes items and gives none until it is resumed', async () => {
    const world = await openRuns(2)
    await world.get(0, on({ do: 'pause' }))
    await world.get(0, put('a'))
    const getting = await world.call(1, get)
    expect([world.outcome(getting), await world.get(0, tryGet)]).toEqual(['waits', 'QueueEmpty'])
    await world.get(0, on({ do: 'resume' }))
    expect(valueOf(world.outcome(getting))).toBe('a')
  })
})
