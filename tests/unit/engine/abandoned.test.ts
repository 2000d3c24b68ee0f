import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { definitionSchema } from '../../../src-preload/definition.ts'
import { attentionView } from '../../../src-main/engine/attention.ts'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { lookedAt } from '../../../src-main/engine/commands/looked-at.ts'
import { retry } from '../../../src-main/engine/commands/submit.ts'
import { unseenFailures } from '../../../src-main/engine/history/failures.ts'
import { findRuns } from '../../../src-main/engine/history/find.ts'
import { runDetail } from '../../../src-main/engine/views.ts'
import { openFamily } from '../../support/family.ts'

/** The job `once` begins no more by itself, whatever it has of retries. */
const once = {
  onInterrupted: 'abandon',
  retry: { maxAttempts: 5, backoff: { kind: 'fixed', delayMs: 0 } },
  semaphores: [{ name: 'one', amount: 1 }],
  concurrency: { key: null, limit: 1 },
}

async function open(options: Parameters<typeof openFamily>[0] = {}) {
  const world = await openFamily({ slots: { async: 8, process: 2 }, ...options })
  if (options.db === undefined) await world.addJob('once', once)
  const view = attentionView(world.engine)
  const needs = () => view.rows().flatMap(({ row }) => (row.kind === 'abandoned_run' ? [row.run] : []))
  return { ...world, needs, once: () => world.submit({ job: 'once' }) }
}

const nextLife = (last: Awaited<ReturnType<typeof open>>) => {
  last.clock.die()
  return open({ db: last.db, world: last.world })
}

describe('a run that is not to begin again by itself', () => {
  test('is abandoned when its interpreter dies, with what that means in words, and gives back what it held', async () => {
    const world = await open()
    const [run, next] = [await world.once(), await world.once()]
    expect(world.states(run, next)).toEqual(['running', 'queued'])
    await world.end(run, 'interrupted')
    expect(world.states(run, next)).toEqual(['abandoned', 'running'])
    const { error, attempts, events, errorMessage } = world.detail(run)
    expect(error).toEqual({
      name: 'AbandonedError',
      message: 'it was cut off, and nobody knows whether its work was done: a neighbour died',
      stack: null,
      hint: expect.stringContaining('run it again by hand') as string,
    })
    expect(errorMessage).toContain('nobody knows')
    await world.pass(1_000)
    const found = world.engine.read((state) =>
      findRuns(state, { text: 'neighbour', outcome: ['abandoned'] }, { before: Infinity }, 9),
    )
    expect(found.found.map(({ id }) => id)).toEqual([run])
    expect(attempts).toMatchObject([{ number: 1, state: 'interrupted' }])
    expect(events.at(-1)).toMatchObject({ type: 'finished', data: { outcome: 'abandoned', attempt: 1 } })
    expect(world.engine.read(({ counters }) => [counters.get('was_abandoned'), counters.get('is_running')])).toEqual([
      1, 1,
    ])
  })

  test('is abandoned by the next life when the host died while it ran; what had not begun is begun', async () => {
    const first = await open()
    const [running, queued] = [await first.once(), await first.once()]
    const usual = await first.submit({ job: 'work' })
    const delayed = await first.submit({ job: 'once', delayMs: 60_000 })
    const next = await nextLife(first)
    expect(next.states(running, queued, usual, delayed)).toEqual(['abandoned', 'running', 'running', 'scheduled'])
    expect(next.errorOf(running)).toContain('the host died while it ran')
    expect(next.started.map(({ run, attempt }) => [run, attempt])).toEqual([
      [queued, 1],
      [usual, 2],
    ])
    expect(next.engine.read(({ counters }) => counters.get('was_abandoned'))).toBe(1)
  })

  test('keeps its outcome when an old report of its attempt comes late', async () => {
    const world = await open()
    const run = await world.once()
    await world.end(run, 'interrupted')
    await world.end(run, 'returned', 1)
    expect(world.states(run)).toEqual(['abandoned'])
    expect(world.detail(run).events.at(-1)).toMatchObject({ type: 'late_report_ignored' })
  })

  test('is cancelled, or out of time, when that was under way as the host died', async () => {
    const first = await open()
    await first.addJob('short', { ...once, retry: null, semaphores: [], timeoutMs: 1_000, graceMs: 60_000 })
    const [cancelled, late] = [await first.once(), await first.submit({ job: 'short' })]
    await first.command((state, tick) => cancel(state, tick, cancelled, 'no more'))
    await first.pass(1_000)
    expect(first.states(cancelled, late)).toEqual(['stopping', 'stopping'])
    const next = await nextLife(first)
    expect(next.states(cancelled, late)).toEqual(['cancelled', 'timed_out'])
  })

  test('is abandoned by a host that stops, unless it returns in time; what certainly has not begun is queued', async () => {
    const world = await open()
    for (const name of ['b', 'c', 'd']) await world.addJob(name, { onInterrupted: 'abandon' })
    const [returns, dies] = [await world.submit({ job: 'b' }), await world.submit({ job: 'c' })]
    const unbegun = await world.submit({ job: 'd' })
    const stopped = world.engine.stop(4_000)
    await world.pass(1_500)
    expect(world.states(returns, dies, unbegun)).toEqual(['stopping', 'stopping', 'stopping'])
    await world.end(returns, 'returned')
    await world.end(dies, 'threw')
    const ending = { how: 'interrupted', why: 'the host is stopping', isUnbegun: true } as const
    await world.report({ type: 'ended', run: unbegun, attempt: 1, ending, cpuMs: null })
    await world.pass(10_000)
    await stopped
    expect(world.states(returns, dies, unbegun)).toEqual(['succeeded', 'abandoned', 'queued'])
    expect(world.errorOf(dies)).toContain('the host was stopping')
  })

  test('needs attention, also in the next life, until somebody has looked at it or runs it again', async () => {
    const first = await open()
    const [one, other] = [await first.once(), await first.once()]
    await first.end(one, 'interrupted')
    await first.end(other, 'interrupted')
    await first.pass(1_000)
    expect(first.needs()).toEqual([other, one])
    expect(first.engine.read(unseenFailures)).toBe(2)
    const next = await nextLife(first)
    expect(next.needs()).toEqual([other, one])
    await next.command((state, tick) => lookedAt(state, tick, one))
    await next.pass(1_000)
    expect(next.needs()).toEqual([other])
    const again = await next.command((state, tick) => retry(state, tick, other, null))
    await next.pass(1_000)
    expect(next.needs()).toEqual([])
    expect(next.states(other, again.id)).toEqual(['abandoned', 'running'])
    expect(next.engine.read((state) => runDetail(state, other)).events.at(-1)).toMatchObject({
      type: 'run_again',
      data: { run: again.id },
    })
    await expect(next.command((state, tick) => lookedAt(state, tick, again.id))).rejects.toMatchObject({
      code: 'BAD_INPUT',
    })
  })

  test('counts as gone wrong where the last runs of its job are looked at', async () => {
    const world = await open()
    await world.addJob('flaky', { onInterrupted: 'abandon' })
    const [failed, abandoned] = [await world.submit({ job: 'flaky' }), await world.submit({ job: 'flaky' })]
    await world.end(failed, 'threw')
    await world.end(abandoned, 'interrupted')
    const rows = attentionView(world.engine).rows()
    expect(rows.map(({ row }) => row)).toContainEqual(
      expect.objectContaining({ kind: 'failing_job', job: 'flaky', failures: 2, run: abandoned }),
    )
  })

  test('asked for by a submit holds for that run only, and one may do without the rule of its job', async () => {
    const world = await open()
    const [careful, usual, careless] = [
      await world.submit({ job: 'work', onInterrupted: 'abandon' }),
      await world.submit({ job: 'work' }),
      await world.submit({ job: 'once', onInterrupted: 'requeue' }),
    ]
    for (const run of [careful, usual, careless]) await world.end(run, 'interrupted')
    expect(world.states(careful, usual, careless)).toEqual(['abandoned', 'running', 'running'])
  })
})

describe('an abandoned child', () => {
  test('is told to whoever awaits it, ends its group, and is counted out', async () => {
    const world = await open()
    const parent = await world.submit({ job: 'work' })
    const group = await world.openGroup(parent)
    const child = await world.spawn(parent, { onInterrupted: 'abandon', group })
    const sibling = await world.spawn(parent, { group })
    const grandchild = await world.spawn(child)
    const watching = await world.watch(parent, child)
    await world.end(child, 'interrupted')
    expect(world.states(child, sibling, grandchild)).toEqual(['abandoned', 'stopping', 'stopping'])
    expect(world.answerTo(watching)).toMatchObject({
      ok: true,
      value: { outcome: 'abandoned', error: { name: 'AbandonedError' } },
    })
    expect(world.cancellers(grandchild)).toMatchObject([{ because: `run ${child} was abandoned` }])
    expect(world.detail(parent).children).toMatchObject({ unfinished: 1, finished: 1 })
  })
})

test('the usual rule is not part of what makes definitions differ, for stores of old have none', async () => {
  const world = await open()
  const plain = { kind: 'script', code: { from: 'text', name: 'b.ts', text: '' } }
  const rules = [plain, { ...plain, onInterrupted: 'requeue' }, { ...plain, onInterrupted: 'abandon' }]
  const ids = await world.command((state) => rules.map((one) => state.definitions.idOf(v.parse(definitionSchema, one))))
  expect(ids[1]).toBe(ids[0])
  expect(ids[2]).not.toBe(ids[0])
  const body = world.db.prepare<[number], string>('SELECT body FROM definitions WHERE id = ?').pluck()
  expect(ids.map((id) => body.get(id)?.includes('onInterrupted'))).toEqual([false, false, true])
  const known = world.engine.read((state) => ids.map((id) => state.definitions.get(id).onInterrupted))
  expect(known).toEqual(['requeue', 'requeue', 'abandon'])
})
