import { describe, expect, test } from 'vitest'
import { cancelFuture, rejectFuture, removeFuture, resolveFuture } from '../../../src-main/engine/commands/futures.ts'
import { futureDetail, futurePage } from '../../../src-main/engine/objects/future-views.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

type World = Awaited<ReturnType<typeof openRuns>>

const wait = (name = 'f'): Call => ({ on: 'future', name, do: 'wait' })
const resolve = (world: World, value: unknown = 1, name = 'f') =>
  world.command((state, tick) => resolveFuture(state, tick, name, JSON.stringify(value)))
const reject = (world: World) =>
  world.command((state, tick) => rejectFuture(state, tick, 'f', { name: 'TypeError', message: 'no' }))
const cancel = (world: World, message: string | null = null) =>
  world.command((state, tick) => cancelFuture(state, tick, 'f', message))
const remove = (world: World) => world.command((state, tick) => removeFuture(state, tick, 'f'))
const detail = (world: World, limit = 100) => world.engine.read((state) => futureDetail(state, 'f', limit))
const page = (world: World, more: Omit<Parameters<typeof futurePage>[1], 'limit'> = {}, limit = 100) =>
  world.engine.read((state) => futurePage(state, { limit, ...more }))

describe('settled by hand', () => {
  test('a future gives its value to those who wait, and says who settled it', async () => {
    const world = await openRuns(2)
    const calls = [await world.call(0, wait()), await world.call(1, wait())]
    expect(detail(world)).toMatchObject({ state: 'pending', waiting: 2, settledBy: null })
    const settled = await resolve(world, { ok: true })
    expect(calls.map(world.outcome)).toEqual(['{"ok":true}', '{"ok":true}'])
    expect(settled).toMatchObject({ told: 2, isNew: false, future: { state: 'done', settledBy: 'person', waiting: 0 } })
    expect(detail(await nextLife(world))).toMatchObject({ value: { ok: true }, error: null, settledBy: 'person' })
  })

  test('a future may be resolved before any script has asked for it', async () => {
    const world = await openRuns(1)
    expect(await resolve(world, 'early')).toMatchObject({ told: 0, isNew: true })
    expect(await world.get(0, wait())).toBe('"early"')
  })

  test('a future gives its error, or the words of its cancel', async () => {
    const failed = await openRuns(1)
    const call = await failed.call(0, wait())
    await reject(failed)
    expect(failed.answerTo(call)).toMatchObject({ ok: false, error: { name: 'TypeError', message: 'no' } })
    expect(detail(failed)).toMatchObject({
      state: 'failed',
      value: null,
      error: { name: 'TypeError', message: 'no', stack: null, hint: null },
    })
    const cancelled = await openRuns(1)
    const waiting = await cancelled.call(0, wait())
    await cancel(cancelled, 'not today')
    expect(cancelled.answerTo(waiting)).toMatchObject({ error: { name: 'CancelledError', message: 'not today' } })
    expect(detail(cancelled)).toMatchObject({ state: 'cancelled', message: 'not today', error: null })
  })

  test('a future that nobody knows is not cancelled, for that is a slip of the pen', async () => {
    const world = await openRuns(0)
    await expect(cancel(world)).rejects.toMatchObject({ code: 'FUTURE_NOT_FOUND' })
    expect(page(world).total).toBe(0)
  })

  test('a future is settled once, whoever comes second', async () => {
    const world = await openRuns(1)
    await world.get(0, { on: 'future', name: 'f', do: 'set_result', value: '7' })
    const refusal = {
      code: 'FUTURE_SETTLED',
      message: `The future "f" is settled already: done, by run ${world.runOf(0)}.`,
    }
    for (const settle of [resolve, reject, cancel]) await expect(settle(world)).rejects.toMatchObject(refusal)
    expect(detail(world).value).toBe(7)
  })

  test('a future does not wait for its timer, which then comes too late', async () => {
    const world = await openRuns(1)
    await world.get(0, { on: 'future', name: 'f', do: 'set_result', value: '"timer"', delayMs: 1_000 })
    expect(detail(world).dueAt).toBe(world.world.wallMs + 1_000)
    await resolve(world, 'hand')
    await world.pass(2_000)
    expect(detail(world)).toMatchObject({ value: 'hand', settledBy: 'person', dueAt: null })
  })
})

test('a future is removed when nobody waits and no timer is about to settle it', async () => {
  const world = await openRuns(1)
  await expect(remove(world)).rejects.toMatchObject({ code: 'FUTURE_NOT_FOUND' })
  const call = await world.call(0, wait())
  await expect(remove(world)).rejects.toMatchObject({ code: 'OBJECT_IN_USE' })
  await world.withdraw(0, call)
  await world.get(0, { on: 'future', name: 'f', do: 'set_result', value: '1', delayMs: 1_000 })
  await expect(remove(world)).rejects.toMatchObject({ code: 'OBJECT_IN_USE' })
  await world.pass(1_000)
  await remove(world)
  expect([page(world).total, await resolve(world)]).toEqual([0, expect.objectContaining({ isNew: true }) as object])
})

test('a page begins with what is pending, the newest first, and goes on where the last one ended', async () => {
  const world = await openRuns(1)
  for (const name of ['done 1', 'done 2']) await resolve(world, 1, name)
  for (const name of ['pending 1', 'pending 2', 'pending 3']) await world.call(0, wait(name))
  const seen: string[] = []
  let before: { id: number; isPending: boolean } | undefined
  for (let more = true; more;) {
    const next = page(world, { before }, 2)
    seen.push(...next.rows.map(({ name }) => name))
    const last = next.rows.at(-1)
    before = last && { id: last.id, isPending: last.state === 'pending' }
    more = next.more
  }
  expect(seen).toEqual(['pending 3', 'pending 2', 'pending 1', 'done 2', 'done 1'])
  const named = (state: 'pending' | 'done' | 'failed') => page(world, { state }).rows.map(({ name }) => name)
  expect([named('pending').length, named('done'), named('failed')]).toEqual([3, ['done 2', 'done 1'], []])
})

test('who waits for a future is named, the first in line first', async () => {
  const world = await openRuns(3)
  for (const index of [2, 0, 1]) await world.call(index, wait())
  expect(detail(world, 2).waiters.map(({ run }) => run)).toEqual([world.runOf(2), world.runOf(0)])
})

test('a future is resolved by a timer: then, and in the next life; a delay is not moved by the wall clock', async () => {
  const world = await openRuns(1)
  await world.call(0, wait())
  const later = await world.command((state, tick) => resolveFuture(state, tick, 'f', '7', { delayMs: 60_000 }))
  expect(later).toMatchObject({ told: 0, future: { state: 'pending', dueAt: world.world.wallMs + 60_000 } })
  world.world.moveWall(3_600_000)
  await world.pass(59_999)
  expect(detail(world).state).toBe('pending')
  const next = await nextLife(world)
  await next.pass(1)
  expect(detail(next)).toMatchObject({ state: 'done', value: 7, settledBy: 'timer' })
})
