import { expect, test } from 'vitest'
import type { Wait } from '../../../src-preload/contract.ts'
import { deadlocksOf } from '../../../src-main/engine/waits/deadlock-views.ts'
import { openFamily } from '../../support/family.ts'

type World = Awaited<ReturnType<typeof openFamily>>

const slots = { async: 20, process: 20 }
const waits = (world: World, run: number): Wait[] => world.detail(run).waits

test('a queued run says which of its semaphores holds it up, who has it, and how many are ahead', async () => {
  const world = await openFamily({ slots })
  await world.addJob('api', { semaphores: [{ name: 's' }] })
  const [first, second, third] = [
    await world.submit({ job: 'api' }),
    await world.submit({ job: 'api' }),
    await world.submit({ job: 'api' }),
  ]
  const common = { kind: 'semaphore', resource: 's', by: null, amount: 1, free: 0, permits: 1, holderCount: 1 }
  const holders = [{ run: first, attempt: 1, task: null, amount: 1, place: null }]
  expect(waits(world, second)).toMatchObject([{ ...common, ahead: 0, holders }])
  expect(waits(world, third)).toMatchObject([{ ...common, ahead: 1, holders }])
  await world.end(first)
  expect(waits(world, second)).toEqual([])
  expect(waits(world, third)).toMatchObject([{ ...common, ahead: 0 }])
})

test('a script that waits for the same semaphore and came before is ahead', async () => {
  const world = await openFamily({ slots })
  await world.addJob('api', { semaphores: [{ name: 's' }] })
  const holder = await world.submit({ job: 'work' })
  const asking = await world.submit({ job: 'work' })
  const acquire = { on: 'semaphore', name: 's', spec: null, do: 'acquire', amount: 1 } as const
  await world.send(holder, acquire)
  await world.send(asking, acquire)
  const queued = await world.submit({ job: 'api' })
  expect(waits(world, queued)).toMatchObject([{ kind: 'semaphore', ahead: 1, holders: [{ run: holder }] }])
})

test('a run held up by the limit of its key names the key and those with the same value', async () => {
  const world = await openFamily({ slots })
  await world.addJob('crawl', { concurrency: { key: 'input.host', limit: 1 } })
  const running = await world.submit({ job: 'crawl', input: { host: 'a' } })
  const other = await world.submit({ job: 'crawl', input: { host: 'b' } })
  const queued = await world.submit({ job: 'crawl', input: { host: 'a' } })
  expect(world.states(running, other)).toEqual(['running', 'running'])
  expect(waits(world, queued)).toMatchObject([
    { kind: 'key', resource: 'input.host="a"', limit: 1, ahead: 0, holderCount: 1, holders: [{ run: running }] },
  ])
})

test('a parent that holds what its child needs to start, and waits for it, is in a deadlock with it', async () => {
  const world = await openFamily({ slots })
  await world.addJob('api', { semaphores: [{ name: 's' }] })
  const parent = await world.submit({ job: 'api' })
  const child = await world.spawn(parent, { what: { what: 'job', job: 'api' } })
  await world.pass(1_000)
  expect(world.engine.read((state) => deadlocksOf(state, 10))).toEqual([])
  await world.watch(parent, child)
  await world.pass(1_000)
  const [deadlock] = world.engine.read((state) => deadlocksOf(state, 10))
  expect(deadlock?.cycle).toEqual([
    { run: parent, task: 0, by: 'end' },
    { run: child, task: null, by: 'holds', of: { kind: 'semaphore', resource: 's' } },
  ])
})

test('and so is one whose child needs the place of its own key', async () => {
  const world = await openFamily({ slots })
  await world.addJob('alone', { concurrency: { key: null, limit: 1 } })
  const parent = await world.submit({ job: 'alone' })
  const child = await world.spawn(parent, { what: { what: 'job', job: 'alone' } })
  await world.watch(parent, child)
  await world.pass(1_000)
  const [deadlock] = world.engine.read((state) => deadlocksOf(state, 10))
  expect(deadlock?.cycle.map(({ run, by }) => [run, by])).toEqual([
    [parent, 'end'],
    [child, 'holds'],
  ])
  expect(deadlock?.summary).toContain('a place for job alone')
})
