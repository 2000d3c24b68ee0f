import { describe, expect, test } from 'vitest'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { removeSemaphore, setSemaphore } from '../../../src-main/engine/commands/semaphores.ts'
import { semaphoreDetail, semaphorePage } from '../../../src-main/engine/objects/semaphore-views.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

type World = Awaited<ReturnType<typeof openRuns>>
type Kind = 'semaphore' | 'lock'
type Spec = { permits: number; bounded: boolean; perMs: number | null }

const acquire = (name: string, amount = 1, spec: Spec | null = null): Call => ({
  on: 'semaphore',
  name,
  spec,
  do: 'acquire',
  amount,
})
const onLock = (what: 'acquire' | 'release'): Call =>
  what === 'acquire' ? { on: 'lock', name: 'door', do: what } : { on: 'lock', name: 'door', do: what, permit: null }
const set = (world: World, more: Partial<Parameters<typeof setSemaphore>[2]> = {}) =>
  world.command((state, tick) => setSemaphore(state, tick, { name: 's', permits: 1, create: false, ...more }))
const remove = (world: World, name: string, kind: Kind = 'semaphore') =>
  world.command((state, tick) => removeSemaphore(state, tick, kind, name))
const detail = (world: World, name = 's', kind: Kind = 'semaphore') =>
  world.engine.read((state) => semaphoreDetail(state, kind, name, 100))
const runsIn = (parties: { run: number }[]) => parties.map(({ run }) => run)

describe('permits set by hand', () => {
  test('are given at once to those who have waited, in their order', async () => {
    const world = await openRuns(4)
    const calls = []
    for (let n = 0; n < 4; n += 1) calls.push(await world.call(n, acquire('s')))
    expect(calls.map(world.outcome).slice(1)).toEqual(['waits', 'waits', 'waits'])
    await set(world, { permits: 3 })
    expect(calls.map(world.outcome).slice(1)).toEqual([{ permit: 2 }, { permit: 3 }, 'waits'])
  })

  test('that are fewer than are held leave the holders alone and let nobody in', async () => {
    const world = await openRuns(3)
    for (let n = 0; n < 2; n += 1) await world.get(n, acquire('s', 1, { permits: 2, bounded: false, perMs: null }))
    await set(world, { permits: 1 })
    const waiting = await world.call(2, acquire('s'))
    expect(detail(world)).toMatchObject({ permits: 1, free: -1, holding: 2, waiting: 1 })
    await world.endRun(0, 'returned')
    expect(world.outcome(waiting)).toBe('waits')
    await world.endRun(1, 'returned')
    expect(world.outcome(waiting)).toMatchObject({ permit: expect.any(Number) as number })
  })

  test('make a semaphore only when told to, and are there in the next life', async () => {
    const world = await openRuns(0)
    await expect(set(world)).rejects.toMatchObject({ code: 'SEMAPHORE_NOT_FOUND' })
    await set(world, { permits: 7, perMs: 60_000, bounded: true, create: true })
    await set(world, { permits: 8, create: true })
    expect(detail(await nextLife(world))).toMatchObject({ permits: 8, perMs: 60_000, isBounded: true, free: 8 })
  })

  test('make a rate limit of a semaphore and back, and what was taken comes back in its own way', async () => {
    const world = await openRuns(2)
    await world.get(0, acquire('s'))
    await set(world, { permits: 2, perMs: 1_000 })
    await world.get(1, acquire('s'))
    await set(world, { permits: 2, perMs: null })
    expect(detail(world)).toMatchObject({ free: 0, nextReturnAt: world.world.wallMs + 1_000 })
    await world.endRun(1, 'returned')
    expect(detail(world).free).toBe(0)
    await world.endRun(0, 'returned')
    expect(detail(world).free).toBe(1)
    await world.pass(1_000)
    expect(detail(world)).toMatchObject({ free: 2, nextReturnAt: null })
  })
})

describe('a semaphore is removed', () => {
  test('when nobody holds it and nobody waits, with all that a rate has counted', async () => {
    const world = await openRuns(2)
    const rate = { permits: 1, bounded: false, perMs: 60_000 }
    await world.get(0, acquire('s', 1, rate))
    await world.call(1, acquire('s'))
    await expect(remove(world, 's')).rejects.toMatchObject({
      code: 'OBJECT_IN_USE',
      message: 'The semaphore "s" is in use: it is held once, and 1 task waits for it.',
    })
    await world.endRun(0, 'returned')
    await expect(remove(world, 's')).rejects.toMatchObject({ code: 'OBJECT_IN_USE' })
    await world.endRun(1, 'returned')
    expect(detail(world).free).toBe(0)
    await remove(world, 's')
    await expect(remove(world, 's')).rejects.toMatchObject({ code: 'SEMAPHORE_NOT_FOUND' })
    expect(
      world.db.prepare('SELECT (SELECT count(*) FROM semaphores) + (SELECT count(*) FROM rate_uses)').pluck().get(),
    ).toBe(0)
    await set(world, { permits: 1, create: true })
    await world.pass(120_000)
    expect(detail(await nextLife(world))).toMatchObject({ permits: 1, free: 1, perMs: null })
  })

  test('but none that queued runs need to start', async () => {
    const world = await openRuns(0)
    await world.addJob('api', { semaphores: [{ name: 's' }] })
    await set(world, { permits: 0, create: true })
    const queued = await world.submit({ job: 'api' })
    await expect(remove(world, 's')).rejects.toMatchObject({
      code: 'OBJECT_IN_USE',
      message: 'The semaphore "s" is in use: queued runs need it.',
    })
    await world.command((state, tick) => cancel(state, tick, queued, null))
    await remove(world, 's')
  })

  test('but no lock to which those who wait at a condition come back', async () => {
    const world = await openRuns(2)
    await world.get(0, onLock('acquire'))
    const waiting = await world.call(0, { on: 'condition', name: 'c', lock: 'door', do: 'wait' })
    expect(detail(world, 'door', 'lock')).toMatchObject({ holding: 0, waiting: 0 })
    await expect(remove(world, 'door', 'lock')).rejects.toMatchObject({ code: 'OBJECT_IN_USE' })
    await world.withdraw(0, waiting)
    await world.get(0, onLock('release'))
    await remove(world, 'door', 'lock')
    expect(world.db.prepare('SELECT count(*) FROM semaphores').pluck().get()).toBe(0)
  })
})

describe('a look at semaphores', () => {
  test('names who holds how much and who waits for how much, in their order', async () => {
    const world = await openRuns(4)
    await world.get(2, acquire('s', 2, { permits: 3, bounded: false, perMs: null }))
    await world.get(0, acquire('s', 1))
    await world.call(3, acquire('s', 3))
    await world.call(1, acquire('s', 1))
    const { holders, waiters } = detail(world)
    expect([runsIn(holders), runsIn(waiters)]).toEqual([
      [world.runOf(2), world.runOf(0)],
      [world.runOf(3), world.runOf(1)],
    ])
    expect(holders[0]).toEqual({
      run: world.runOf(2),
      name: 'work',
      attempt: 1,
      task: 0,
      taskName: null,
      amount: 2,
      since: expect.any(Number) as number,
      place: null,
    })
    expect(waiters.map(({ amount }) => amount)).toEqual([3, 1])
    expect(world.engine.read((state) => semaphoreDetail(state, 'semaphore', 's', 1)).waiters).toHaveLength(1)
  })

  test('shows how many waited in each second of the last minute', async () => {
    const world = await openRuns(3)
    await world.get(0, acquire('s'))
    await world.call(1, acquire('s'))
    await world.call(2, acquire('s'))
    await world.pass(3_000)
    await set(world, { permits: 3 })
    await world.pass(2_000)
    expect(detail(world).crowd).toHaveLength(60)
    expect(detail(world).crowd.slice(-7)).toEqual([0, 2, 2, 2, 2, 0, 0])
    await world.pass(60_000)
    expect(Math.max(...detail(world).crowd)).toBe(0)
  })

  test('goes through semaphores and locks by name, each kind page by page', async () => {
    const world = await openRuns(1)
    for (const name of ['c', 'a', 'b']) await set(world, { name, create: true })
    await world.get(0, onLock('acquire'))
    const page = (kind: Kind, after: string) => world.engine.read((state) => semaphorePage(state, kind, after, 2))
    expect(page('semaphore', '')).toMatchObject({ rows: [{ name: 'a' }, { name: 'b' }], more: true, total: 3 })
    expect(page('semaphore', 'b')).toMatchObject({ rows: [{ name: 'c' }], more: false })
    expect(page('lock', '')).toMatchObject({ rows: [{ kind: 'lock', name: 'door', holding: 1 }], total: 1 })
  })
})
