import { describe, expect, test } from 'vitest'
import { runDetail } from '../../../src-main/engine/views.ts'
import { openFamily } from '../../support/family.ts'

type World = Awaited<ReturnType<typeof openFamily>>

const history = (world: World, run: number) =>
  world.engine
    .read((state) => runDetail(state, run))
    .events.map(({ at, type }) => [at - world.run(run).created_at, type])
const stored = (world: World) => world.db.prepare('SELECT type FROM events ORDER BY id').pluck().all()
const tooLate = (run: number) => ({
  type: 'ended' as const,
  run,
  attempt: 1,
  ending: { how: 'exited' as const, code: 1, signal: null },
  cpuMs: null,
})

describe('the history of a run', () => {
  test('is what its row says, as long as nothing else happens to it', async () => {
    const world = await openFamily()
    const run = await world.submit({ job: 'work' })
    await world.pass(70)
    expect(history(world, run)).toEqual([
      [0, 'created'],
      [0, 'started'],
    ])
    await world.end(run)
    expect(history(world, run)).toEqual([
      [0, 'created'],
      [0, 'started'],
      [70, 'finished'],
    ])
    expect(stored(world)).toEqual([])
  })

  test('has the start after what happened before it', async () => {
    const world = await openFamily()
    const run = await world.submit({ job: 'work', delayMs: 50 })
    await world.pass(60)
    await world.end(run)
    expect(history(world, run).map(([, type]) => type)).toEqual(['created', 'queued', 'started', 'finished'])
    expect(stored(world)).toEqual(['queued'])
  })

  test('has the start, at its own time, before the first thing that happens', async () => {
    const world = await openFamily()
    const run = await world.submit({ job: 'work' })
    await world.pass(40)
    const finding = { kind: 'never_awaited' as const, message: 'nobody looked', place: null }
    await world.report({ type: 'finding', run, attempt: 1, ...finding })
    await world.pass(30)
    await world.end(run)
    expect(history(world, run)).toEqual([
      [0, 'created'],
      [0, 'started'],
      [40, 'never_awaited'],
      [70, 'finished'],
    ])
    expect(stored(world)).toEqual(['started', 'never_awaited', 'finished'])
  })

  test('is stored of a run that fails', async () => {
    const world = await openFamily()
    const run = await world.submit({ job: 'work' })
    await world.end(run, 'threw')
    expect(stored(world)).toEqual(['started', 'finished'])
    expect(history(world, run).map(([, type]) => type)).toEqual(['created', 'started', 'finished'])
  })

  test('has each attempt once when the host died', async () => {
    const first = await openFamily()
    const run = await first.submit({ job: 'work' })
    first.clock.die()
    const second = await openFamily({ db: first.db, world: first.world })
    await second.end(run)
    expect(history(second, run).map(([, type]) => type)).toEqual([
      'created',
      'started',
      'interrupted',
      'started',
      'finished',
    ])
  })

  test.each([
    ['a success', 'returned' as const],
    ['a failure', 'threw' as const],
  ])('has what comes too late after %s, once told and in its order, in one turn or in several', async (_, how) => {
    const world = await openFamily()
    const types = ['created', 'started', 'finished', 'late_report_ignored', 'late_report_ignored']
    const slow = await world.submit({ job: 'work' })
    await world.pass(10)
    await world.end(slow, how)
    await world.report(tooLate(slow))
    await world.report(tooLate(slow))
    expect(history(world, slow).map(([, type]) => type)).toEqual(types)

    const fast = await world.submit({ job: 'work' })
    const ending = {
      returned: { how: 'returned', result: 'null' },
      threw: { how: 'threw', error: { name: 'Error', message: 'no', stack: null, hint: null }, cancelled: false },
    } as const
    const ended = { type: 'ended', run: fast, attempt: 1, ending: ending[how], cpuMs: null } as const
    await world.report(ended, tooLate(fast), tooLate(fast))
    expect(history(world, fast).map(([, type]) => type)).toEqual(types)
  })
})
