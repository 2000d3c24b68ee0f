import { expect, test } from 'vitest'
import { facetsOf, countRuns } from '../../../../src-main/engine/history/facets.ts'
import { findRuns, matchesOf } from '../../../../src-main/engine/history/find.ts'
import { countUnindexed } from '../../../../src-main/engine/history/indexer.ts'
import { PARTS } from '../../../../src-main/store/queries/search.ts'
import type { RunConditions } from '../../../../src-preload/run-filter.ts'
import { openSimulatedEngine } from '../../../support/simulated-engine.ts'

type Simulated = Awaited<ReturnType<typeof openSimulatedEngine>>

const thrown = (message: string) => ({ name: 'Error', message, stack: null, hint: null })

/** Three runs of `good` that succeed and two of `bad` that fail, each with a line in its log. */
async function withRuns() {
  const simulated = await openSimulatedEngine({ slots: { async: 20, process: 1 } })
  await simulated.addJob('good')
  await simulated.addJob('bad')
  for (let n = 1; n <= 3; n += 1) await simulated.submit({ job: 'good', input: { file: `Größe-${n}.txt` } })
  for (let n = 1; n <= 2; n += 1) await simulated.submit({ job: 'bad' })
  await simulated.pass()
  for (let run = 1; run <= 5; run += 1) {
    await simulated.report({ type: 'log', run, attempt: 1, lines: [[7, 'info', `wrote chunk${run} to the bucket`]] })
    if (run <= 3) await simulated.returned(run)
    else {
      const error = thrown('the disk is full')
      await simulated.report({
        type: 'ended',
        run,
        attempt: 1,
        ending: { how: 'threw', error, cancelled: false },
        cpuMs: null,
      })
    }
  }
  return simulated
}

const idsOf = ({ engine }: Simulated, conditions: RunConditions, limit = 50, before = Infinity) =>
  engine.read((state) => findRuns(state, conditions, { before }, limit).found.map(({ id }) => id))

test('what has just finished is found before it is in the index, and after', async () => {
  const simulated = await withRuns()
  expect(simulated.engine.read((state) => countUnindexed(state, 100))).toBe(5)
  const finished: RunConditions = { lifecycle: ['finished'] }
  expect(idsOf(simulated, finished)).toEqual([5, 4, 3, 2, 1])
  expect(idsOf(simulated, { ...finished, text: 'disk is full' })).toEqual([5, 4])
  await simulated.pass(1_000)
  expect(simulated.engine.read((state) => countUnindexed(state, 100))).toBe(0)
  expect(idsOf(simulated, finished)).toEqual([5, 4, 3, 2, 1])
  expect(idsOf(simulated, { ...finished, text: 'disk FULL' })).toEqual([5, 4])
})

test('words are found in the name, the input, the error, the log and the id, without case and accents', async () => {
  const simulated = await withRuns()
  await simulated.pass(1_000)
  expect(idsOf(simulated, { text: 'good' })).toEqual([3, 2, 1])
  expect(idsOf(simulated, { text: 'grosse' })).toEqual([])
  expect(idsOf(simulated, { text: 'GRÖẞE 2' })).toEqual([2])
  expect(idsOf(simulated, { text: 'größe txt' })).toEqual([3, 2, 1])
  expect(idsOf(simulated, { text: 'chunk4' })).toEqual([4])
  expect(idsOf(simulated, { text: 'bad chunk5' })).toEqual([5])
  expect(idsOf(simulated, { text: '2' })).toEqual([2])
  expect(idsOf(simulated, { text: '"(*) OR' })).toEqual([])
  expect(idsOf(simulated, { text: '"(*)' })).toEqual([])
})

test('where no run has the words, they are taken for beginnings; a star asks for that', async () => {
  const simulated = await withRuns()
  await simulated.pass(1_000)
  expect(idsOf(simulated, { text: 'chu' })).toEqual([5, 4, 3, 2, 1])
  expect(idsOf(simulated, { text: 'dis* buck*' })).toEqual([])
  expect(idsOf(simulated, { text: 'wro* buck*' })).toEqual([5, 4, 3, 2, 1])
})

test('a match says where it is, with the line of the log', async () => {
  const simulated = await withRuns()
  await simulated.pass(1_000)
  const matches = (text: string) =>
    simulated.engine.read((state) => {
      const { found, search } = findRuns(state, { text }, { before: Infinity }, 50)
      return matchesOf(state, found, search)
    })
  expect(matches('chunk4')).toEqual([
    { run: 4, in: 'log', text: 'wrote chunk4 to the bucket', at: 6, length: 6, line: 1 },
  ])
  expect(matches('disk')[0]).toEqual({ run: 5, in: 'error', text: 'the disk is full', at: 4, length: 4, line: null })
})

test('pages follow each other by id, with conditions on state, job and time together', async () => {
  const simulated = await withRuns()
  await simulated.pass(1_000)
  const later = simulated.world.wallMs
  await simulated.submit({ job: 'bad' })
  await simulated.pass()
  const error = thrown('again')
  await simulated.report({
    type: 'ended',
    run: 6,
    attempt: 1,
    ending: { how: 'threw', error, cancelled: false },
    cpuMs: null,
  })
  await simulated.pass(1_000)
  expect(idsOf(simulated, { outcome: ['failed'] }, 2)).toEqual([6, 5])
  expect(idsOf(simulated, { outcome: ['failed'] }, 2, 5)).toEqual([4])
  expect(idsOf(simulated, { outcome: ['failed'], job: 'bad', since: later })).toEqual([6])
  expect(idsOf(simulated, { outcome: ['failed'], job: 'bad', until: later })).toEqual([5, 4])
  expect(idsOf(simulated, { outcome: ['succeeded'], job: 'bad' })).toEqual([])
  expect(idsOf(simulated, { outcome: ['failed'], job: 'nobody' })).toEqual([])
  expect(simulated.engine.read((state) => countRuns(state, { outcome: ['failed'] }))).toBe(3)
})

test('each facet counts what else could be chosen', async () => {
  const simulated = await withRuns()
  await simulated.pass(1_000)
  const facets = (conditions: RunConditions) => simulated.engine.read((state) => facetsOf(state, conditions, 80))
  const all = facets({})
  expect([all.total, all.outcomes.succeeded, all.outcomes.failed, all.isPartial]).toEqual([5, 3, 2, false])
  expect(all.jobs).toEqual([
    { job: 'good', runs: 3 },
    { job: 'bad', runs: 2 },
  ])
  expect(all.bars.reduce((sum, { runs }) => sum + runs, 0)).toBe(5)
  const failed = facets({ outcome: ['failed'] })
  expect([failed.total, failed.outcomes.succeeded]).toEqual([2, 3])
  expect(failed.jobs).toEqual([{ job: 'bad', runs: 2 }])
  const chunked = facets({ text: 'chunk1' })
  expect([chunked.total, chunked.outcomes.succeeded, chunked.outcomes.failed]).toEqual([1, 1, 0])
})

test('the index goes on after a crash where it was, and takes nothing twice', async () => {
  const first = await withRuns()
  await first.pass(1_000)
  await first.submit({ job: 'good', input: 'unseen' })
  await first.pass()
  await first.returned(6)
  first.clock.die()
  const second = await openSimulatedEngine({ db: first.db, world: first.world })
  await second.pass(1_000)
  expect(idsOf(second, { text: 'unseen' })).toEqual([6])
  const total = second.engine.read((state) => facetsOf(state, {}, 80)).total
  expect(total).toBe(6)
})

test('what ends after the clock was set back comes into the index, and what was there is not counted twice', async () => {
  const simulated = await withRuns()
  await simulated.pass(1_000)
  simulated.world.moveWall(-3_600_000)
  await simulated.submit({ job: 'good', input: 'backwards' })
  await simulated.pass()
  await simulated.returned(6)
  await simulated.pass(3_700_000)
  expect(idsOf(simulated, { text: 'backwards' })).toEqual([6])
  expect(simulated.engine.read((state) => facetsOf(state, {}, 80)).total).toBe(6)
  expect(idsOf(simulated, { text: 'disk' })).toEqual([5, 4])
})

test('a long log is taken in parts: its beginning and its end', async () => {
  const simulated = await openSimulatedEngine()
  await simulated.addJob('long')
  await simulated.submit({ job: 'long' })
  await simulated.pass()
  const filler = 'x'.repeat(1_000)
  for (let batch = 0; batch < 60; batch += 1) {
    const lines = Array.from({ length: 100 }, (_, n): [number, 'out', string] => [
      1,
      'out',
      `${filler} line${batch * 100 + n + 1}`,
    ])
    await simulated.report({ type: 'log', run: 1, attempt: 1, lines })
  }
  await simulated.returned(1)
  await simulated.pass(60_000)
  expect(idsOf(simulated, { text: 'line1' })).toEqual([1])
  expect(idsOf(simulated, { text: 'line6000' })).toEqual([1])
  expect(idsOf(simulated, { text: 'line2000 long' })).toEqual([])
  const match = simulated.engine.read((state) => {
    const { found, search } = findRuns(state, { text: 'line6000' }, { before: Infinity }, 1)
    return matchesOf(state, found, search)[0]
  })
  expect([match?.in, match?.line]).toEqual(['log', 6000])
})

test('a log of empty lines is taken in parts as well', async () => {
  const simulated = await openSimulatedEngine()
  await simulated.addJob('good')
  await simulated.submit({ job: 'good' })
  await simulated.pass()
  const lines = Array.from({ length: 50_000 }, (): [number, 'out', string] => [7, 'out', ''])
  await simulated.report({ type: 'log', run: 1, attempt: 1, lines: [...lines, [8, 'out', 'the end']] })
  await simulated.returned(1)
  await simulated.pass(10_000)
  const parts = simulated.engine.read(({ store }) => store.search.partsOf.all(PARTS, 2 * PARTS))
  expect(parts.length).toBeGreaterThanOrEqual(10)
  expect(idsOf(simulated, { text: 'end' })).toEqual([1])
})
