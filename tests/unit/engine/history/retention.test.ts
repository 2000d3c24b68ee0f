import { expect, test } from 'vitest'
import { facetsOf } from '../../../../src-main/engine/history/facets.ts'
import { findRuns } from '../../../../src-main/engine/history/find.ts'
import { countOverdue, prune, setRetention, storageOf } from '../../../../src-main/engine/history/retention.ts'
import type { Retention } from '../../../../src-preload/history-contract.ts'
import { openSimulatedEngine } from '../../../support/simulated-engine.ts'

type Simulated = Awaited<ReturnType<typeof openSimulatedEngine>>

const none: Retention = { maxAgeMs: null, maxRuns: null, maxBytes: null }
const DAY_MS = 86_400_000

/** `count` runs that have finished, each with a line in its log. */
async function finish(simulated: Simulated, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const run = await simulated.submit({ job: 'work' })
    await simulated.pass()
    await simulated.report({ type: 'log', run, attempt: 1, lines: [[1, 'info', `line of ${run}`]] })
    await simulated.returned(run)
  }
}

async function withJob(options: Parameters<typeof openSimulatedEngine>[0] = {}): Promise<Simulated> {
  const simulated = await openSimulatedEngine(options)
  await simulated.addJob('work')
  return simulated
}

const keep = (simulated: Simulated, limits: Partial<Retention>) =>
  simulated.command((state, tick) => setRetention(state, tick, { ...none, ...limits }))

/** How many rows each table has that a run leaves something in. */
const rowsOf = ({ db }: Simulated) =>
  Object.fromEntries(
    ['runs', 'log_chunks', 'events', 'attempts', 'search', 'search_parts', 'history_hours'].map((table) => [
      table,
      db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get(),
    ]),
  )
const empty = { runs: 0, log_chunks: 0, events: 0, attempts: 0, search: 0, search_parts: 0, history_hours: 0 }

const ids = ({ db }: Simulated) => db.prepare<[], number>('SELECT id FROM runs ORDER BY id').pluck().all()

test('without limits everything is kept', async () => {
  const simulated = await withJob()
  await finish(simulated, 3)
  await simulated.pass(DAY_MS)
  expect(ids(simulated)).toEqual([1, 2, 3])
})

test('what is older than the age goes, with all that hung on it', async () => {
  const simulated = await withJob()
  await keep(simulated, { maxAgeMs: DAY_MS })
  await finish(simulated, 30)
  await simulated.pass(DAY_MS / 2)
  await finish(simulated, 2)
  await simulated.pass(DAY_MS / 2 - 60_000)
  expect(ids(simulated)).toHaveLength(32)
  await simulated.pass(120_000)
  expect(ids(simulated)).toEqual([31, 32])
  await simulated.pass(DAY_MS)
  expect(rowsOf(simulated)).toEqual(empty)
  const storage = simulated.engine.read((state) => storageOf(state, simulated.world.wallMs))
  expect(storage).toMatchObject({ finishedRuns: 0, logBytes: 0, oldestAt: null, removed: { runs: 32 }, overdue: 0 })
})

test('beyond the number the oldest go first, and the counts follow', async () => {
  const simulated = await withJob()
  await finish(simulated, 50)
  expect(simulated.engine.read((state) => countOverdue(state, simulated.world.wallMs, { ...none, maxRuns: 8 }))).toBe(
    42,
  )
  await keep(simulated, { maxRuns: 8 })
  await simulated.pass(60_000)
  expect(ids(simulated)).toEqual([43, 44, 45, 46, 47, 48, 49, 50])
  simulated.engine.read((state) => {
    expect(state.counters.get('is_finished')).toBe(8)
    expect(state.counters.get('was_succeeded')).toBe(8)
    expect(facetsOf(state, {}, 80).total).toBe(8)
    expect(findRuns(state, { text: 'line' }, { before: Infinity }, 50).found).toHaveLength(8)
  })
})

test('a store that is larger than the bytes shrinks to them', async () => {
  const simulated = await withJob()
  const big = 'x'.repeat(20_000)
  for (let n = 0; n < 100; n += 1) {
    const run = await simulated.submit({ job: 'work', input: big })
    await simulated.pass()
    await simulated.returned(run)
  }
  await simulated.pass(60_000)
  const used = () => simulated.engine.read((state) => storageOf(state, 0).usedBytes)
  const before = used()
  expect(before).toBeGreaterThan(2_000_000)
  await keep(simulated, { maxBytes: 1_200_000 })
  await simulated.pass(600_000)
  expect(used()).toBeLessThanOrEqual(1_200_000)
  expect(ids(simulated).length).toBeGreaterThan(10)
  expect(ids(simulated).at(-1)).toBe(100)
})

test('a log that takes several steps goes whole', async () => {
  const simulated = await withJob()
  const run = await simulated.submit({ job: 'work' })
  await simulated.pass()
  for (let n = 0; n < 100; n += 1) {
    await simulated.report({ type: 'log', run, attempt: 1, lines: [[1, 'out', 'y'.repeat(1_000)]] })
  }
  await simulated.returned(run)
  await simulated.command((state) => prune(state, { ...none, maxRuns: 0 }))
  await simulated.pass(60_000)
  expect(rowsOf(simulated)).toEqual(empty)
})

test('a child is kept while its parent may ask for its result, and does not keep others', async () => {
  const simulated = await withJob()
  await finish(simulated, 3)
  simulated.db.exec(
    `UPDATE runs SET parent_run = 4, parent_attempt = 1, on_parent_end = 'keep', origin = 'child' WHERE id = 1`,
  )
  await simulated.submit({ job: 'work' })
  await simulated.pass()
  await keep(simulated, { maxRuns: 0 })
  await simulated.pass(60_000)
  expect(ids(simulated)).toEqual([1, 4])
  await simulated.returned(4)
  await simulated.pass(60_000)
  expect(ids(simulated)).toEqual([])
})

test('limits are kept over a restart, and the removal goes on', async () => {
  const first = await withJob()
  await finish(first, 40)
  await keep(first, { maxRuns: 5 })
  first.clock.die()
  expect(ids(first)).toHaveLength(40)
  const second = await openSimulatedEngine({ db: first.db, world: first.world })
  expect(second.engine.read((state) => state.history.retention)).toEqual({ ...none, maxRuns: 5 })
  await second.pass(60_000)
  expect(ids(second)).toEqual([36, 37, 38, 39, 40])
})
