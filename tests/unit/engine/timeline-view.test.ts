import { expect, test } from 'vitest'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { timelineView } from '../../../src-main/engine/timeline-view.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { openRuns } from '../../support/objects.ts'

async function watch(runs: number, spanMs: number) {
  const world = await openRuns(runs)
  const view = timelineView(world.engine, spanMs)
  const read = () => ({ rows: view.rows().map(({ row }) => row), ...view.meta() })
  return { ...world, read }
}

test('what runs comes first, then what ended last, until it ended longer ago than was asked for', async () => {
  const world = await watch(3, 10_000)
  const began = world.run(world.runOf(0)).started_at
  await world.pass(2_000)
  await world.endRun(0, 'threw')
  await world.pass(2_000)
  await world.endRun(2, 'returned')
  const [first, second, third] = world.runs
  expect(world.read()).toMatchObject({
    rows: [
      {
        id: second,
        name: 'work',
        job: 'work',
        executor: 'async',
        lifecycle: 'running',
        startedAt: began,
        finishedAt: null,
      },
      { id: third, lifecycle: 'finished', outcome: 'succeeded', attempt: 1 },
      { id: first, lifecycle: 'finished', outcome: 'failed', attempt: 1 },
    ],
    completeFrom: null,
  })
  await world.pass(9_000)
  expect(world.read().rows.map(({ id }) => id)).toEqual([second, third])
  await world.pass(9_000)
  expect(world.read().rows.map(({ id }) => id)).toEqual([second])
})

const queue = (name: string, act: 'put' | 'get'): Call => ({
  on: 'queue',
  name,
  spec: null,
  ...(act === 'put' ? { do: 'put', item: '1', priority: 0 } : { do: 'get', done: [] }),
})

test('of each run the queue is told that it took from first, or else put to first, also once it has ended', async () => {
  const world = await watch(3, 10_000)
  const since = world.engine.now
  await world.get(0, queue('pages', 'put'))
  await world.get(0, queue('texts', 'put'))
  await world.get(1, queue('texts', 'put'))
  await world.get(1, queue('pages', 'get'))
  await world.get(1, queue('texts', 'get'))
  const queues = () => world.read().rows.map((run) => [run.id, run.queue])
  const [first, second, third] = world.runs
  expect(queues()).toEqual([
    [third, null],
    [second, 'pages'],
    [first, 'pages'],
  ])
  await world.endRun(1, 'returned')
  expect(queues()).toEqual([
    [third, null],
    [first, 'pages'],
    [second, 'pages'],
  ])
  expect(world.read().queuesFrom).toBe(since)
})

test('what was cancelled before it began has no bar', async () => {
  const world = await watch(20, 10_000)
  const waiting = await world.submit({ job: 'work' })
  expect(world.run(waiting).lifecycle).toBe('queued')
  await world.command((state, tick) => cancel(state, tick, waiting, null))
  expect(world.run(waiting).lifecycle).toBe('finished')
  expect(world.read().rows.map(({ id }) => id)).toEqual([...world.runs].reverse())
})

test('of too many the last 2,000 are told, and since when all of them are there', async () => {
  const world = await watch(1, 3_600_000)
  const { engine } = world
  const { db } = engine.read(({ store }) => store)
  const { lane_id, definition_id } = world.run(world.runOf(0))
  const insert = db.prepare(
    `INSERT INTO runs (lane_id, definition_id, name, origin, priority, created_at, input, lifecycle, outcome, queued_at, attempt,
       started_at, finished_at)
     VALUES (?, ?, 'past', 'manual', 0, 0, '1', 'finished', 'succeeded', 0, 1, 0, ?)`,
  )
  for (let at = 1; at <= 2_000; at += 1) insert.run(lane_id, definition_id, engine.now - 10 * at)
  const { rows, completeFrom } = world.read()
  expect([rows.length, rows[0]?.id, completeFrom]).toEqual([2_000, world.runOf(0), engine.now - 20_000])
  expect(rows.at(-1)?.finishedAt).toBe(engine.now - 19_990)
})
