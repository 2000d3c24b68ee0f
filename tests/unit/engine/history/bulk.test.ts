import { expect, test } from 'vitest'
import { bulkNamed, startBulk, stopBulk, undoBulk } from '../../../../src-main/engine/history/bulk.ts'
import type { BulkRequest } from '../../../../src-main/engine/history/bulk.ts'
import { openSimulatedEngine } from '../../../support/simulated-engine.ts'

type Simulated = Awaited<ReturnType<typeof openSimulatedEngine>>

async function withJobs(options: Parameters<typeof openSimulatedEngine>[0] = {}): Promise<Simulated> {
  const simulated = await openSimulatedEngine({ slots: { async: 1, process: 1 }, ...options })
  await simulated.addJob('work')
  await simulated.addJob('other')
  return simulated
}

const start = (simulated: Simulated, request: Partial<BulkRequest> & Pick<BulkRequest, 'action' | 'what'>) =>
  simulated.command((state, tick) => startBulk(state, tick, { reason: null, expected: null, ...request }))
const named = ({ engine }: Simulated, id: number) => engine.read((state) => bulkNamed(state, id))
const byFilter = (filter: Extract<BulkRequest['what'], { by: 'filter' }>['filter']) => ({
  by: 'filter' as const,
  filter,
})
const counts = ({ db }: Simulated) =>
  db
    .prepare<[], { state: string; runs: number }>(
      `SELECT coalesce(outcome, lifecycle) AS state, count(*) AS runs FROM runs GROUP BY 1 ORDER BY 1`,
    )
    .all()

test('a cancel by filter reaches every run that fits, also those that wait, in steps', async () => {
  const simulated = await withJobs()
  for (let n = 0; n < 450; n += 1) await simulated.submit({ job: 'work' })
  await simulated.submit({ job: 'other' })
  const { id, total } = await start(simulated, {
    action: 'cancel',
    what: byFilter({ job: 'work' }),
    reason: 'not needed',
  })
  expect(total).toBe(450)
  await simulated.pass(5_000)
  // The one that runs is stopping, which its attempt has yet to be seen doing.
  expect(named(simulated, id)).toMatchObject({ state: 'done', done: 450, failed: 0 })
  expect(counts(simulated)).toEqual([
    { state: 'cancelled', runs: 449 },
    { state: 'queued', runs: 1 },
    { state: 'stopping', runs: 1 },
  ])
  expect(simulated.run(2).error).toContain('not needed')
})

test('without a condition the number has to be said, and it has to be right', async () => {
  const simulated = await withJobs()
  for (let n = 0; n < 3; n += 1) await simulated.submit({ job: 'work' })
  await expect(start(simulated, { action: 'cancel', what: byFilter({}) })).rejects.toMatchObject({
    code: 'BULK_UNNARROWED',
  })
  await expect(start(simulated, { action: 'cancel', what: byFilter({}), expected: 2 })).rejects.toMatchObject({
    code: 'BULK_CHANGED',
    message: 'The filter fits 3 runs by now, not 2.',
  })
  expect(await start(simulated, { action: 'cancel', what: byFilter({}), expected: 3 })).toMatchObject({ total: 3 })
})

test('runs that it cannot be done to are counted, and the first says why', async () => {
  const simulated = await withJobs()
  await simulated.submit({ job: 'work' })
  await simulated.pass()
  await simulated.returned(1)
  await simulated.submit({ job: 'work' })
  const { id } = await start(simulated, { action: 'cancel', what: { by: 'ids', ids: [1, 2, 99] } })
  await simulated.pass(1_000)
  expect(named(simulated, id)).toMatchObject({ done: 1, failed: 2, firstError: 'run 99: it has finished already' })
})

test('what a retry has made is cancelled when it is undone, once', async () => {
  const simulated = await withJobs()
  for (let n = 1; n <= 4; n += 1) {
    await simulated.submit({ job: 'work', input: n })
    await simulated.pass()
    await simulated.returned(n)
  }
  const { id } = await start(simulated, { action: 'retry', what: byFilter({ outcome: ['succeeded'] }) })
  await simulated.pass(100)
  expect(named(simulated, id)).toMatchObject({ state: 'done', total: 4, done: 4, canUndo: true })
  expect(simulated.run(5)).toMatchObject({ origin: 'retry', retry_of: 4 })
  const undoing = await simulated.command((state, tick) => undoBulk(state, tick, id))
  await simulated.pass(1_000)
  expect(named(simulated, undoing.id)).toMatchObject({ state: 'done', what: { by: 'undo', action: id }, done: 4 })
  expect(named(simulated, id)).toMatchObject({ canUndo: false, undoneBy: undoing.id })
  await expect(simulated.command((state, tick) => undoBulk(state, tick, id))).rejects.toMatchObject({
    code: 'BULK_CANNOT_UNDO',
  })
})

test('a deletion can be called off before it begins; then it removes', async () => {
  const simulated = await withJobs()
  for (let n = 1; n <= 120; n += 1) {
    await simulated.submit({ job: 'work' })
    await simulated.pass()
    await simulated.returned(n)
  }
  const first = await start(simulated, { action: 'delete', what: byFilter({ job: 'work' }) })
  await simulated.pass(5_000)
  await simulated.command((state, tick) => stopBulk(state, tick, first.id))
  await simulated.pass(20_000)
  expect(named(simulated, first.id)).toMatchObject({ state: 'stopped', done: 0 })
  expect(counts(simulated)).toEqual([{ state: 'succeeded', runs: 120 }])
  const second = await start(simulated, { action: 'delete', what: byFilter({ job: 'work' }) })
  await simulated.pass(20_000)
  expect(named(simulated, second.id)).toMatchObject({ state: 'done', done: 120, failed: 0 })
  expect(counts(simulated)).toEqual([])
})

test('after a crash it goes on where it was: every run once', async () => {
  const first = await withJobs()
  for (let n = 1; n <= 250; n += 1) {
    await first.submit({ job: 'work' })
    await first.pass()
    await first.returned(n)
  }
  await first.pass(1_000)
  const { id } = await start(first, { action: 'retry', what: byFilter({ outcome: ['succeeded'] }) })
  await first.world.runUntil(first.world.monoMs + 10_000, () => named(first, id).done >= 100)
  first.clock.die()
  expect(named(first, id).done).toBe(100)
  const second = await openSimulatedEngine({ db: first.db, world: first.world, slots: { async: 1, process: 1 } })
  await second.pass(10_000)
  expect(named(second, id)).toMatchObject({ state: 'done', done: 250, failed: 0 })
  const made = second.db.prepare(
    `SELECT count(*) AS runs, count(DISTINCT retry_of) AS of FROM runs WHERE origin = 'retry'`,
  )
  expect(made.get()).toEqual({ runs: 250, of: 250 })
})
