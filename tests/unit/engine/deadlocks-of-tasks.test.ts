import { describe, expect, test } from 'vitest'
import type { TaskReport } from '../../../src-main/interpreters/calls.ts'
import { deadlocks, eventsOf, inDeadlock, lock } from '../../support/deadlocks.ts'
import { openRuns } from '../../support/objects.ts'

describe('tasks of a run', () => {
  const task = (number: number, waits: TaskReport['waits'] = [], needsAll = false): TaskReport => ({
    task: number,
    parent: number === 0 ? null : 0,
    name: `t${number}`,
    since: 0,
    waits,
    needsAll,
    place: null,
  })
  const tell = (world: Awaited<ReturnType<typeof openRuns>>, tasks: TaskReport[], ended: number[] = []) =>
    world.report({ type: 'tasks', run: world.runOf(0), attempt: 1, tasks, ended })
  const forTasks = (...numbers: number[]): TaskReport['waits'] =>
    numbers.map((number) => ({ for: 'task', task: number }))

  test('are none while one of the run can still go on, and one when that has ended', async () => {
    const world = await openRuns(2)
    await tell(world, [task(0, forTasks(1), true), task(1), task(2)])
    await world.call(0, lock('A'), { task: 1 })
    await world.call(1, lock('B'))
    await world.call(0, lock('B'), { task: 1 })
    await world.call(1, lock('A'))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
    await tell(world, [], [2])
    await world.pass(1_000)
    expect(inDeadlock(world).map((runs) => [...new Set(runs)])).toEqual([world.runs])
  })

  test('are judged when it is known what they wait for besides, which is told a little later', async () => {
    const world = await openRuns(1)
    await world.call(0, lock('A'))
    await world.pass(1_000)
    await world.call(0, lock('A'))
    await world.pass(200)
    await tell(world, [task(0, [{ for: 'sleep', until: 1 }])])
    await world.pass(1_000)
    expect(eventsOf(world, world.runOf(0))).toEqual([])
    await tell(world, [task(0)])
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([world.runs])
  })

  test('wait for each other within one run', async () => {
    const world = await openRuns(1)
    await tell(world, [task(0, forTasks(1, 2), true), task(1), task(2)])
    await world.call(0, lock('A'), { task: 1 })
    await world.call(0, lock('B'), { task: 2 })
    await world.call(0, lock('B'), { task: 1 })
    await world.call(0, lock('A'), { task: 2 })
    await world.pass(1_000)
    const [{ summary, members } = { summary: '', members: [] }] = deadlocks(world)
    const run = `run ${world.runOf(0)} (work)`
    expect(summary).toBe(
      `task t1 of ${run} waits for the lock "B", which task t2 of ${run} holds; task t2 of ${run} waits for the lock "A", which task t1 of ${run} holds`,
    )
    expect(members.map(({ task: name, holds }) => [name?.name, holds.map(({ resource }) => resource)])).toEqual([
      ['t0', []],
      ['t1', ['A']],
      ['t2', ['B']],
    ])
  })

  test('go on by themselves from a sleep, a promise, and the first of several', async () => {
    const world = await openRuns(1)
    const waits: TaskReport['waits'][] = [
      [{ for: 'sleep', until: 1 }],
      [{ for: 'promise' }],
      [...forTasks(1), { for: 'promise' }],
    ]
    await world.call(0, lock('A'), { task: 1 })
    await world.call(0, lock('A'), { task: 1 })
    for (const own of waits) {
      await tell(world, [task(0, own), task(1)])
      await world.pass(1_000)
      expect(inDeadlock(world)).toEqual([])
    }
    await tell(world, [task(0, forTasks(1)), task(1)])
    await world.pass(1_000)
    expect(inDeadlock(world).length).toBe(1)
  })
})
