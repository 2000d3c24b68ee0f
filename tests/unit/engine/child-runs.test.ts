import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { findRuns } from '../../../src-main/engine/history/find.ts'
import { runView } from '../../../src-main/engine/feed-views.ts'
import { runRow } from '../../../src-main/engine/views.ts'
import { definitionSchema } from '../../../src-preload/definition.ts'
import { objectLimits } from '../../../src-preload/objects.ts'
import { ended, openFamily } from '../../support/family.ts'
import { newDatabase } from '../../support/new-database.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const command = v.parse(definitionSchema, { kind: 'command', command: { as: 'argv', argv: ['true'] } })

describe('spawning', () => {
  test('stores a run that names its parent, and starts it like every other', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work', priority: 7 })
    const child = await world.spawn(parent, { input: '{"n":1}', name: 'first' })
    expect(world.started.at(-1)).toMatchObject({ run: child, job: 'work', name: 'first', input: '{"n":1}' })
    expect(world.engine.read((state) => runRow(state, world.run(child)))).toMatchObject({
      origin: 'child',
      parent,
      priority: 7,
      lifecycle: 'running',
    })
    expect(world.detail(child).events[0]).toMatchObject({ type: 'created', data: { origin: 'child', parent } })
    expect(world.detail(parent).children).toEqual({
      unfinished: 1,
      finished: 0,
      first: [{ id: child, name: 'first', lifecycle: 'running', outcome: null }],
    })
  })

  test('takes executor, limit, priority and delay from the call', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work' })
    const child = await world.spawn(parent, { executor: 'process', timeoutMs: 500, priority: -3, delayMs: 2_000 })
    expect(world.run(child)).toMatchObject({ lifecycle: 'scheduled', priority: -3 })
    await world.pass(2_000)
    expect(world.started.at(-1)).toMatchObject({ run: child, definition: { executor: 'process', timeoutMs: 500 } })
  })

  test('of a file takes the one beside the script, with the rules of its parent', async () => {
    const folder = tempFolder()
    for (const name of ['parent.ts', 'child.ts']) writeFileSync(join(folder, name), '')
    const world = await openFamily()
    const code = { from: 'file', path: join(folder, 'parent.ts') }
    const rules = { executor: 'process', graceMs: 77, timeoutMs: 9_000, env: { A: '1' }, onInterrupted: 'abandon' }
    await world.addJob('file', { code, ...rules })
    const parent = await world.submit({ job: 'file' })
    const child = await world.spawn(parent, { what: { what: 'file', path: './child.ts' } })
    const definition = world.detail(child).definition
    expect({ ...world.detail(parent).definition, code: { from: 'file', path: join(folder, 'child.ts') } }).toEqual(
      definition,
    )
    expect(world.run(child)).toMatchObject({ name: 'child.ts', job_name: null })
  })

  test('of a file from a script kept as text looks in the folder of scripts', async () => {
    const scriptsFolder = tempFolder()
    mkdirSync(join(scriptsFolder, 'lib'))
    writeFileSync(join(scriptsFolder, 'lib', 'child.ts'), '')
    const world = await openFamily({ scriptsFolder })
    const parent = await world.submit({ job: 'work' })
    const child = await world.spawn(parent, { what: { what: 'file', path: 'lib/child.ts' } })
    expect(world.detail(child).definition).toMatchObject({
      code: { from: 'file', path: join(scriptsFolder, 'lib', 'child.ts') },
      executor: 'async',
    })
  })

  test('is refused to the script, in the words for people, and leaves nothing behind', async () => {
    const world = await openFamily({ scriptsFolder: '/scripts' })
    await world.addJob('elsewhere', { executor: 'process', env: { A: '1' } })
    const parent = await world.submit({ job: 'work' })
    const refusals = [
      await world.ask(parent, world.spawning({ what: { what: 'job', job: 'nobody' } })),
      await world.ask(parent, world.spawning({ what: { what: 'file', path: './none.ts' } })),
      await world.ask(parent, world.spawning({ what: { what: 'definition', definition: command }, executor: 'async' })),
      await world.ask(parent, world.spawning({ what: { what: 'job', job: 'elsewhere' }, executor: 'async' })),
      await world.ask(parent, world.spawning({ input: '{' })),
      await world.ask(parent, world.spawning({ group: 5 })),
    ]
    expect(refusals.map((refusal) => (refusal as { error: unknown }).error)).toEqual([
      {
        name: 'RuntimeError',
        message: 'There is no job named "nobody".',
        hint: 'See the names with: signalbox job ls',
      },
      { name: 'RuntimeError', message: 'There is no file /scripts/none.ts.', hint: 'Check the path.' },
      expect.objectContaining({ message: 'The request is not valid: a command does not run on "async".' }),
      expect.objectContaining({
        message: expect.stringContaining('cwd and env need the executor "process"') as string,
      }),
      expect.objectContaining({ message: 'The request is not valid: the input is not JSON.' }),
      expect.objectContaining({ message: `Run ${parent} has not opened a group 5.` }),
    ])
    expect(world.detail(parent).children).toEqual({ unfinished: 0, finished: 0, first: [] })
  })

  test('is refused while the host stops', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work' })
    void world.engine.stop(60_000)
    await world.pass()
    expect(await world.ask(parent, world.spawning())).toMatchObject({
      error: { name: 'RuntimeError', message: 'The host is stopping and takes nothing new.' },
    })
  })

  test('is possible a hundred generations deep, and no deeper', async () => {
    const world = await openFamily({ slots: { async: 200, process: 1 } })
    let run = await world.submit({ job: 'work' })
    for (let generation = 0; generation < objectLimits.ancestors; generation += 1) run = await world.spawn(run)
    expect(await world.ask(run, world.spawning())).toMatchObject({
      error: { name: 'RuntimeError', message: 'A run has at most 100 ancestors, and this child would have more.' },
    })
  })

  test('has a limit of unfinished children', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work' })
    world.engine.read((state) => state.objects.childCounts.set(parent, objectLimits.children))
    expect(await world.ask(parent, world.spawning())).toMatchObject({
      error: { message: `Run ${parent} has 100000 unfinished children, and no more are taken.` },
    })
    world.engine.read((state) => state.objects.childCounts.delete(parent))
  })

  test('children of a run are found among all runs', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work' })
    const children = [await world.spawn(parent), await world.spawn(parent)]
    const { found } = world.engine.read((state) => findRuns(state, { parent }, { before: Infinity }, 10))
    expect(found.map(({ id }) => id)).toEqual(children.toReversed())
  })
})

test('the view of a run changes with what its children do', async () => {
  const world = await openFamily()
  const parent = await world.submit({ job: 'work' })
  const child = await world.spawn(parent, { delayMs: 1_000 })
  const view = runView(world.engine, parent)
  const shown = () => view.rows().flatMap(({ row }) => row.children.first.map(({ lifecycle }) => lifecycle))
  expect(shown()).toEqual(['scheduled'])
  const touched: boolean[] = []
  world.engine.onChanges((changes) => touched.push(view.isTouchedBy(changes)))
  await world.submit({ job: 'work', delayMs: 60_000 })
  await world.pass(1_000)
  expect([world.states(child), touched, shown()]).toEqual([['running'], [false, true], ['running']])
})

describe('watching', () => {
  test('waits for the end of any run and says how it went', async () => {
    const world = await openFamily({ slots: { async: 4, process: 1 } })
    const [watcher, good, bad] = [
      await world.submit({ job: 'work' }),
      await world.submit({ job: 'work' }),
      await world.submit({ job: 'work' }),
    ]
    const calls = [await world.watch(watcher, good), await world.watch(watcher, good), await world.watch(watcher, bad)]
    expect(calls.map(world.answerTo)).toEqual([undefined, undefined, undefined])
    await world.end(good)
    await world.end(bad, 'threw')
    const error = { name: 'Error', message: 'no', stack: null, hint: null }
    expect(calls.map((call) => world.answerTo(call))).toEqual([
      { run: watcher, attempt: 1, call: calls[0], ok: true, value: ended('succeeded', null, '"done"') },
      { run: watcher, attempt: 1, call: calls[1], ok: true, value: ended('succeeded', null, '"done"') },
      { run: watcher, attempt: 1, call: calls[2], ok: true, value: ended('failed', error) },
    ])
  })

  test('of a run that has finished is answered at once; of none, or of itself, it is refused', async () => {
    const world = await openFamily()
    const [watcher, other] = [await world.submit({ job: 'work' }), await world.submit({ job: 'work' })]
    await world.end(other)
    expect(await world.ask(watcher, { on: 'run', do: 'watch', run: other })).toEqual(ended('succeeded', null, '"done"'))
    expect(await world.ask(watcher, { on: 'run', do: 'watch', run: 99 })).toMatchObject({
      error: { name: 'RuntimeError', message: 'There is no run 99.' },
    })
    expect(await world.ask(watcher, { on: 'run', do: 'watch', run: watcher })).toMatchObject({
      error: { name: 'RuntimeError', message: `run ${watcher} cannot wait for its own end` },
    })
  })

  test('ends also with a run that never started', async () => {
    const world = await openFamily({ slots: { async: 1, process: 1 } })
    const watcher = await world.submit({ job: 'work' })
    const waiting = await world.submit({ job: 'work' })
    const call = await world.watch(watcher, waiting)
    await world.command((state, tick) => cancel(state, tick, waiting, 'not needed'))
    const error = { name: 'CancelledError', message: 'not needed', stack: null, hint: null }
    expect(world.answerTo(call)).toMatchObject({ value: ended('cancelled', error) })
  })

  test('is over when it is taken back, or when the one who watches has ended', async () => {
    const world = await openFamily({ slots: { async: 3, process: 1 } })
    const [first, second, watched] = [
      await world.submit({ job: 'work' }),
      await world.submit({ job: 'work' }),
      await world.submit({ job: 'work' }),
    ]
    const call = await world.watch(first, watched)
    await world.watch(second, watched)
    await world.report({ type: 'withdraw', run: first, attempt: 1, call })
    await world.end(second)
    expect(world.engine.read((state) => state.objects.watches.size)).toBe(0)
    const answered = world.answers.length
    await world.end(watched)
    expect(world.answers.length).toBe(answered)
  })
})

describe('a cancel by a script', () => {
  test('says whether the run was unfinished, and who asked is recorded', async () => {
    const world = await openFamily({ slots: { async: 2, process: 1 } })
    const asking = await world.submit({ job: 'work' })
    const [running, queued] = [await world.spawn(asking), await world.spawn(asking)]
    const cancelOf = (run: number) => world.ask(asking, { on: 'run', do: 'cancel', run, message: 'enough' })
    expect([await cancelOf(running), await cancelOf(queued), await cancelOf(queued), await cancelOf(99)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(world.states(running, queued)).toEqual(['stopping', 'cancelled'])
    expect(world.steps).toEqual([{ run: running, attempt: 1, step: 'signal', reason: 'enough' }])
    expect([world.cancellers(running), world.cancellers(queued)]).toEqual([
      [{ cause: 'run', run: asking }],
      [{ cause: 'run', run: asking }],
    ])
  })
})

describe('the end of a parent', () => {
  test.each([
    ['returned', 'has succeeded'],
    ['threw', 'has failed'],
    ['interrupted', 'was interrupted: a neighbour died'],
  ] as const)('that %s cancels the children that are bound to it, and says so', async (how, words) => {
    const world = await openFamily({ slots: { async: 2, process: 1 } })
    const parent = await world.submit({ job: 'work' })
    const [running, queued, later] = [
      await world.spawn(parent),
      await world.spawn(parent),
      await world.spawn(parent, { delayMs: 60_000 }),
    ]
    const kept = await world.spawn(parent, { onParentEnd: 'keep', delayMs: 60_000 })
    await world.end(parent, how)
    expect(world.states(running, queued, later, kept)).toEqual(['stopping', 'cancelled', 'cancelled', 'scheduled'])
    expect(world.errorOf(queued)).toBe(`run ${parent}, which spawned it, ${words}`)
    expect(world.steps).toEqual([
      { run: running, attempt: 1, step: 'signal', reason: `run ${parent}, which spawned it, ${words}` },
    ])
    await world.end(running, 'threw')
    expect(world.detail(parent).children).toMatchObject({ unfinished: 1, finished: 3 })
  })

  test('is not waited for: a cancel reaches all generations at once, and each knows the whole chain', async () => {
    const world = await openFamily({ slots: { async: 4, process: 1 } })
    const top = await world.submit({ job: 'work' })
    const second = await world.spawn(top)
    const third = await world.spawn(second)
    const fourth = await world.spawn(third)
    const fifth = await world.spawn(fourth)
    expect(world.states(top, second, third, fourth, fifth)).toEqual([...Array<string>(4).fill('running'), 'queued'])
    await world.command((state, tick) => cancel(state, tick, top, 'no longer needed'))
    expect(world.states(top, second, third, fourth, fifth)).toEqual([...Array<string>(4).fill('stopping'), 'cancelled'])
    const because = `run ${top} was cancelled: no longer needed`
    expect([second, third, fourth, fifth].map((run) => world.cancellers(run))).toEqual(
      [[top], [second, top], [third, second, top], [fourth, third, second, top]].map((chain) => [
        { cause: 'parent', parent: chain[0], chain, because },
      ]),
    )
    expect(world.errorOf(fifth)).toBe(`run ${fourth}, which spawned it, was cancelled, because ${because}`)
    for (const run of [fourth, third, second, top]) await world.end(run, 'threw')
    expect(world.states(top, second, third, fourth, fifth)).toEqual(Array(5).fill('cancelled'))
    expect(world.errorOf(second)).toBe(`run ${top}, which spawned it, was cancelled: no longer needed`)
  })

  test('by its time limit cancels the children as soon as the limit has passed', async () => {
    const world = await openFamily()
    await world.addJob('short', { timeoutMs: 1_000 })
    const parent = await world.submit({ job: 'short' })
    const child = await world.spawn(parent, { delayMs: 60_000 })
    await world.pass(1_000)
    expect(world.states(parent, child)).toEqual(['stopping', 'cancelled'])
    expect(world.errorOf(child)).toBe(`run ${parent}, which spawned it, has passed its time limit`)
  })

  test('also ends what was spawned while it was stopping, which its cleanup may use until then', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work' })
    await world.command((state, tick) => cancel(state, tick, parent, null))
    const child = await world.spawn(parent)
    expect(world.states(child)).toEqual(['running'])
    await world.end(parent, 'threw')
    expect(world.states(parent, child)).toEqual(['cancelled', 'stopping'])
  })

  test('with thousands of children takes several turns, in which nothing starts', async () => {
    const world = await openFamily({ slots: { async: 3, process: 1 } })
    const parent = await world.submit({ job: 'work' })
    await world.spawnMany(parent, 5_000)
    expect(world.detail(parent).children).toMatchObject({ unfinished: 5_000, finished: 0 })
    const startedBefore = world.started.length
    await world.end(parent)
    expect(world.detail(parent).children).toMatchObject({ unfinished: 2, finished: 4_998 })
    expect(world.started.length).toBe(startedBefore)
    const other = await world.submit({ job: 'work' })
    expect(world.startedRuns().slice(startedBefore)).toEqual([other])
  })

  test('by the stop of the host leaves the parent to spawn anew', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work' })
    const child = await world.spawn(parent)
    const stopped = world.engine.stop(4_000)
    await world.pass(1_000)
    expect(world.states(parent, child)).toEqual(['stopping', 'stopping'])
    await world.end(parent, 'threw')
    await world.end(child, 'threw')
    await stopped
    expect(world.states(parent, child)).toEqual(['queued', 'cancelled'])
  })
})

describe('the next life', () => {
  test('cancels what the attempts of the last one had spawned, and keeps what is not bound to them', async () => {
    const db = newDatabase()
    const first = await openFamily({ db, slots: { async: 3, process: 1 } })
    await first.addJob('work')
    const parent = await first.submit({ job: 'work' })
    const [running, delayed] = [await first.spawn(parent), await first.spawn(parent, { delayMs: 60_000 })]
    const grandchild = await first.spawn(running, { delayMs: 60_000 })
    const kept = await first.spawn(parent, { onParentEnd: 'keep' })
    first.clock.die()

    const next = await openFamily({ db, slots: { async: 3, process: 1 } })
    expect(next.states(parent, running, delayed, grandchild, kept)).toEqual([
      'running',
      'cancelled',
      'cancelled',
      'cancelled',
      'running',
    ])
    expect(next.startedRuns()).toEqual([parent, kept])
    expect(next.errorOf(delayed)).toBe(`run ${parent}, which spawned it, was interrupted: the host died while it ran`)
    expect(next.detail(parent).children).toMatchObject({ unfinished: 1, finished: 2 })
    await next.end(kept)
    expect(next.detail(parent).children).toMatchObject({ unfinished: 0, finished: 3 })
  })

  test('goes on with a cancel that a crash cut off, with its reason and its chain', async () => {
    const db = newDatabase()
    const first = await openFamily({ db, slots: { async: 2, process: 1 } })
    await first.addJob('work')
    const top = await first.submit({ job: 'work' })
    const parent = await first.spawn(top)
    await first.spawnMany(parent, 1_200, { delayMs: 60_000 })
    const unfinished = () => first.detail(parent).children.unfinished
    void first.engine.command((state, tick) => cancel(state, tick, top, 'enough'))
    await first.world.runUntil(first.world.monoMs, () => unfinished() < 1_200)
    first.clock.die()
    expect(unfinished()).toBe(701)

    const next = await openFamily({ db })
    expect(next.states(top, parent)).toEqual(['cancelled', 'cancelled'])
    expect(next.detail(parent).children).toMatchObject({ unfinished: 0, finished: 1_200 })
    const last = next.engine.read((state) => state.counters.get('last_run'))
    const because = `run ${top} was cancelled: enough`
    expect(next.errorOf(last)).toBe(`run ${parent}, which spawned it, was cancelled, because ${because}`)
    expect(next.cancellers(last)).toEqual([{ cause: 'parent', parent, chain: [parent, top], because }])
  })
})
