import { describe, expect, test } from 'vitest'
import { cancel } from '../../../src-main/engine/commands/cancel.ts'
import { setJobPaused } from '../../../src-main/engine/commands/jobs.ts'
import { runRow } from '../../../src-main/engine/views.ts'
import type { Call, CallOn } from '../../../src-main/interpreters/calls.ts'
import { deadlocks, eventsOf, inDeadlock, lock } from '../../support/deadlocks.ts'
import type { World } from '../../support/deadlocks.ts'
import { openFamily } from '../../support/family.ts'
import { openRuns } from '../../support/objects.ts'

const acquire = (name: string, permits = 1, perMs: number | null = null): Call => {
  return { on: 'semaphore', name, spec: { permits, bounded: false, perMs }, do: 'acquire', amount: 1 }
}
const release = (name: string): Call => ({ on: 'semaphore', name, spec: null, do: 'release', permit: null, amount: 1 })
const queue = { on: 'queue', name: 'q', spec: null } as const
const condition = { on: 'condition', name: 'c', lock: 'A' } as const

const rowOf = (world: World, run: number) => world.engine.read((state) => runRow(state, world.run(run)))

/** Two runs that take A and B, and then the other. */
async function crossed(more: { first?: object; second?: object } = {}) {
  const world = await openRuns(2)
  await world.call(0, lock('A'), { place: '/x/one.ts:1:1' })
  await world.call(1, lock('B'), { place: '/x/two.ts:1:1' })
  await world.call(0, lock('B'), { place: '/x/one.ts:2:1', ...more.first })
  const lastCall = await world.call(1, lock('A'), { place: '/x/two.ts:2:1', ...more.second })
  return { ...world, one: world.runOf(0), two: world.runOf(1), lastCall }
}

describe('two runs that take two locks in opposite order', () => {
  test('are found within a second, and each of them has it in its history once', async () => {
    const world = await crossed()
    const { one, two } = world
    const formed = world.world.wallMs
    await world.pass(1_000)
    const [deadlock, ...others] = deadlocks(world)
    expect(others).toEqual([])
    expect(deadlock).toMatchObject({
      id: 1,
      since: formed,
      cycle: [
        { run: one, task: 0, by: 'holds', of: { kind: 'lock', resource: 'B' } },
        { run: two, task: 0, by: 'holds', of: { kind: 'lock', resource: 'A' } },
      ],
      summary: `run ${one} (work) waits for the lock "B", which run ${two} (work) holds; run ${two} (work) waits for the lock "A", which run ${one} (work) holds`,
      memberCount: 2,
    })
    expect(deadlock!.foundAt - formed).toBeLessThanOrEqual(1_000)
    expect(deadlock!.members).toMatchObject([
      {
        run: one,
        attempt: 1,
        holds: [{ kind: 'lock', resource: 'A', place: '/x/one.ts:1:1' }],
        waits: [{ kind: 'lock', resource: 'B', by: { place: '/x/one.ts:2:1' }, holders: [{ run: two }] }],
      },
      {
        run: two,
        holds: [{ resource: 'B' }],
        waits: [{ resource: 'A', by: { place: '/x/two.ts:2:1' }, holders: [{ run: one }] }],
      },
    ])
    await world.pass(3_600_000)
    const told = { deadlock: 1, cycle: deadlock!.summary, runs: [one, two] }
    for (const run of [one, two]) {
      expect(eventsOf(world, run)).toEqual([['deadlock', { ...told, ...victimOf(deadlock!) }]])
      expect(rowOf(world, run)).toMatchObject({ lifecycle: 'running', deadlock: 1 })
    }
    expect(world.steps).toEqual([])
  })

  test('go on when the suggested one is cancelled, which is told as well', async () => {
    const world = await crossed()
    await world.pass(1_000)
    const victim = deadlocks(world)[0]!.victim
    expect(victim).toEqual({ run: world.two, name: 'work', why: 'it began last, so the least work is lost' })
    await world.command((state, tick) => cancel(state, tick, victim.run, null))
    await world.pass(1_000)
    expect([deadlocks(world), rowOf(world, world.one).deadlock]).toEqual([[], null])
    for (const run of [world.one, world.two])
      expect(eventsOf(world, run).map(([type]) => type)).toEqual(['deadlock', 'deadlock_resolved'])
    await world.end(world.two, 'threw')
    expect(rowOf(world, world.one).waits).toEqual([])
  })

  test('are another deadlock when it happens again', async () => {
    const world = await crossed()
    await world.pass(1_000)
    await world.withdraw(1, world.lastCall)
    await world.pass(1_000)
    expect(deadlocks(world)).toEqual([])
    await world.call(1, lock('A'))
    await world.pass(1_000)
    expect(deadlocks(world).map(({ id }) => id)).toEqual([2])
  })

  test.each([
    ['one of them gives up by itself', { second: { timeoutMs: 3_600_000 } }],
    ['a signal may end the wait of one of them', { first: { isAbortable: true } }],
  ])('are none while %s', async (_name, more) => {
    const world = await crossed(more)
    await world.pass(10_000)
    expect(deadlocks(world)).toEqual([])
  })

  test('suggest the one of lower priority, though the other began later', async () => {
    const world = await openFamily()
    const low = await world.submit({ job: 'work', priority: -1 })
    await world.pass(10)
    const high = await world.submit({ job: 'work' })
    await world.send(low, lock('A'))
    await world.send(high, lock('B'))
    await world.send(low, lock('B'))
    await world.send(high, lock('A'))
    await world.pass(1_000)
    expect(deadlocks(world)[0]?.victim).toEqual({ run: low, name: 'work', why: 'its priority of -1 is the lowest' })
  })
})

const victimOf = ({ victim }: { victim: { run: number; why: string } }) => ({ victim: victim.run, why: victim.why })

describe('a deadlock', () => {
  test('of three runs has all of them; one who only waits behind it is none of them', async () => {
    const world = await openRuns(4)
    for (const [index, name] of ['A', 'B', 'C'].entries()) await world.call(index, lock(name))
    for (const [index, name] of ['B', 'C', 'A', 'A'].entries()) await world.call(index, lock(name))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([world.runs.slice(0, 3)])
  })

  test('is one run that asks for the lock that it holds', async () => {
    const world = await openRuns(1)
    await world.call(0, lock('A'))
    await world.call(0, lock('A'))
    await world.pass(1_000)
    expect([inDeadlock(world), deadlocks(world)[0]?.victim.why]).toEqual([
      [[world.runOf(0)]],
      'it is the only run in it',
    ])
  })

  test('needs all who hold permits of a semaphore', async () => {
    const world = await openRuns(3)
    for (const index of [0, 1]) await world.call(index, acquire('s', 2))
    await world.call(2, lock('A'))
    await world.call(0, lock('A'))
    await world.call(2, acquire('s', 2))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
    await world.call(1, lock('A'))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([world.runs])
  })

  test('takes in one that was notified at a condition, which must have its lock, also when it gives up', async () => {
    const world = await openRuns(2)
    await world.call(0, lock('B'))
    await world.call(0, lock('A'))
    await world.call(0, { ...condition, do: 'wait' }, { timeoutMs: 60_000 })
    await world.call(1, lock('A'))
    await world.call(1, lock('B'))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
    await world.call(1, { ...condition, do: 'notify', count: 1 }, { task: 0 })
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([world.runs])
  })

  test('is a consumer that waits for the end of a queue while it has an item of it', async () => {
    const world = await openRuns(2)
    await world.call(1, { ...queue, do: 'put', item: '1', priority: 0 })
    await world.call(1, { ...queue, do: 'join' })
    await world.call(0, { ...queue, do: 'get', done: [] })
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
    await world.call(0, { ...queue, do: 'join' })
    await world.pass(1_000)
    expect([inDeadlock(world), deadlocks(world)[0]?.summary]).toEqual([
      [[world.runOf(0)]],
      `run ${world.runOf(0)} (work) waits for all items of the queue "q" to be done, of which run ${world.runOf(0)} (work) has taken some`,
    ])
  })

  test('of parents that hold all slots and await queued children is undone by a child, which has not begun', async () => {
    const world = await openFamily({ slots: { async: 2, process: 1 } })
    const parents = [await world.submit({ job: 'work' }), await world.submit({ job: 'work' })]
    const children: number[] = []
    for (const parent of parents) children.push(await world.spawn(parent))
    await world.watch(parents[0]!, children[0]!)
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
    await world.watch(parents[1]!, children[1]!)
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([[...parents, ...children]])
    const [{ cycle, summary, victim, members } = { cycle: [], summary: '', victim: null, members: [] }] =
      deadlocks(world)
    expect([cycle, summary, victim]).toEqual([
      [
        { run: parents[0], task: 0, by: 'end' },
        { run: children[0], task: null, by: 'holds', of: { kind: 'slot', resource: 'async' } },
      ],
      `run ${parents[0]} (work) waits for the end of run ${children[0]} (work); run ${children[0]} (work) waits for a slot of "async", which run ${parents[0]} (work) holds`,
      { run: children[1], name: 'work', why: 'it has not begun, so no work is lost' },
    ])
    expect(members.map(({ attempt, holds }) => [attempt, holds.map(({ kind }) => kind)])).toEqual([
      [1, ['slot']],
      [1, ['slot']],
      [null, []],
      [null, []],
    ])
    await world.command((state, tick) => cancel(state, tick, children[1]!, null))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
  })

  test('is a parent that has the lock which the child it waits for needs', async () => {
    const world = await openFamily()
    const parent = await world.submit({ job: 'work' })
    const child = await world.spawn(parent)
    await world.send(parent, lock('A'))
    await world.watch(parent, child)
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
    await world.send(child, lock('A'))
    await world.pass(1_000)
    expect(deadlocks(world).map(({ summary }) => summary)).toEqual([
      `run ${parent} (work) waits for the end of run ${child} (work); run ${child} (work) waits for the lock "A", which run ${parent} (work) holds`,
    ])
    expect(deadlocks(world)[0]?.members.map(({ run, holds }) => [run, holds.map(({ resource }) => resource)])).toEqual([
      [parent, ['A']],
      [child, []],
    ])
  })

  test('is one of many, each of which is told once and stays', async () => {
    const world = await openRuns(300)
    for (const name of ['own', 'own'])
      for (const index of world.runs.keys()) await world.call(index, lock(`${name} ${index}`))
    await world.pass(3_000)
    expect(world.engine.read((state) => state.deadlocks.standing.size)).toBe(300)
    expect(deadlocks(world).length).toBe(100)
    await world.call(0, { on: 'event', name: 'any', do: 'look' })
    await world.pass(3_000)
    for (const run of world.runs) expect(eventsOf(world, run).length).toBe(1)
  })

  test('is left by one that gets out of it, while it stands for the others', async () => {
    const world = await openRuns(3)
    for (const [index, name] of ['A', 'B', 'C'].entries()) await world.call(index, lock(name))
    for (const [index, name] of ['B', 'A', 'A'].entries()) await world.call(index, lock(name))
    const watching = await world.watch(world.runOf(0), world.runOf(2))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([world.runs])
    await world.withdraw(0, watching)
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([world.runs.slice(0, 2)])
    expect(world.runs.map((run) => eventsOf(world, run).map(([type]) => type))).toEqual([
      ['deadlock'],
      ['deadlock'],
      ['deadlock', 'deadlock_resolved'],
    ])
  })

  test('is not said of children that a person holds up, or that are not due yet', async () => {
    const world = await openFamily({ slots: { async: 1, process: 1 } })
    const parent = await world.submit({ job: 'work' })
    const child = await world.spawn(parent, { delayMs: 5_000 })
    await world.watch(parent, child)
    await world.pass(4_000)
    expect(inDeadlock(world)).toEqual([])
    await world.command((state, tick) => setJobPaused(state, tick, 'work', true))
    await world.pass(4_000)
    expect(inDeadlock(world)).toEqual([])
    await world.command((state, tick) => setJobPaused(state, tick, 'work', false))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([[parent, child]])
  })

  test('stays the same one while others get into it, who are told then', async () => {
    const world = await openRuns(3)
    for (const [index, name] of ['A', 'B'].entries()) await world.call(index, lock(name))
    for (const [index, name] of ['B', 'A'].entries()) await world.call(index, lock(name))
    await world.pass(1_000)
    await world.watch(world.runOf(0), world.runOf(2))
    await world.call(2, lock('A'))
    await world.pass(1_000)
    expect(deadlocks(world).map(({ id, memberCount }) => [id, memberCount])).toEqual([[1, 3]])
    expect(world.runs.map((run) => eventsOf(world, run).map(([type]) => type))).toEqual([
      ['deadlock'],
      ['deadlock'],
      ['deadlock'],
    ])
  })
})

describe('what anybody may bring about, or what ends by itself, is no deadlock:', () => {
  const event = (what: 'wait' | 'set'): Call => ({ on: 'event', name: 'go', do: what })
  test.each<[string, Call]>([
    ['an event', event('wait')],
    ['a future', { on: 'future', name: 'f', do: 'wait' }],
    ['a barrier', { on: 'barrier', name: 'b', spec: { parties: 9 }, do: 'wait' }],
    ['an item of a queue', { ...queue, do: 'get', done: [] } satisfies CallOn<'queue'>],
    ['a permit of a semaphore that has none', acquire('none', 0)],
  ])('%s', async (_name, waiting) => {
    const world = await openRuns(2)
    await world.call(0, lock('A'))
    await world.call(0, waiting)
    await world.call(1, lock('A'))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
  })

  test('permits of a rate', async () => {
    const world = await openRuns(1)
    await world.call(0, acquire('r', 1, 60_000))
    await world.call(0, acquire('r', 1, 60_000))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
  })

  test('a semaphore that others release as a signal', async () => {
    const world = await openRuns(2)
    await world.call(1, acquire('s'))
    await world.call(1, release('s'))
    await world.call(1, release('s'))
    for (let n = 0; n < 3; n += 1) await world.call(0, acquire('s'))
    await world.pass(1_000)
    expect(inDeadlock(world)).toEqual([])
  })
})
