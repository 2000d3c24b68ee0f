import { expect, test } from 'vitest'
import type { Wait } from '../../../src-preload/contract.ts'
import { runRow } from '../../../src-main/engine/views.ts'
import type { Call, CallOn, TaskReport } from '../../../src-main/interpreters/calls.ts'
import { openFamily } from '../../support/family.ts'
import { openRuns } from '../../support/objects.ts'

const lock = (name: string, what: 'acquire' | 'release' = 'acquire'): Call =>
  what === 'acquire' ? { on: 'lock', name, do: 'acquire' } : { on: 'lock', name, do: 'release', permit: null }
const semaphore = (name: string, amount: number, permits: number, perMs: number | null = null): Call => ({
  on: 'semaphore',
  name,
  spec: { permits, bounded: false, perMs },
  do: 'acquire',
  amount,
})
const onQueue = (call: Pick<CallOn<'queue'>, 'do'> & object): Call =>
  ({ on: 'queue', name: 'q', spec: { maxsize: 1, order: 'fifo', maxDeliveries: null }, ...call }) as Call
const put = onQueue({ do: 'put', ...{ item: '1', priority: 0 } })
const get = onQueue({ do: 'get', ...{ done: [] } })

const waits = (world: Awaited<ReturnType<typeof openFamily>>, run: number): Wait[] => world.detail(run).waits

test('a run that waits for a lock names who holds it, since when, where in the code, and its place in line', async () => {
  const world = await openRuns(3)
  await world.call(0, lock('A'), { place: '/x/first.ts:4:7', task: 2 })
  await world.pass(1_000)
  await world.call(1, lock('A'), { place: '/x/second.ts:9:3', timeoutMs: 5_000 })
  await world.call(2, lock('A'))
  const since = world.world.wallMs
  const held = { attempt: 1, amount: 1, since: since - 1_000, place: '/x/first.ts:4:7' }
  expect(waits(world, world.runOf(1))).toEqual([
    {
      kind: 'lock',
      resource: 'A',
      condition: null,
      by: { attempt: 1, task: { number: 0, name: null }, place: '/x/second.ts:9:3', givesUpAt: since + 5_000 },
      since,
      ahead: 0,
      holders: [{ run: world.runOf(0), name: 'work', task: { number: 2, name: null }, ...held }],
      holderCount: 1,
      expectedAt: null,
    },
  ])
  expect(waits(world, world.runOf(2))).toMatchObject([{ kind: 'lock', ahead: 1 }])
  expect(waits(world, world.runOf(0))).toEqual([])
})

test('a semaphore says what is free, and a rate when there will be enough for this one and all ahead', async () => {
  const world = await openRuns(4)
  await world.call(0, semaphore('s', 2, 3))
  await world.call(1, semaphore('s', 2, 3))
  expect(waits(world, world.runOf(1))).toMatchObject([
    { kind: 'semaphore', amount: 2, free: 1, permits: 3, perMs: null, holderCount: 1, expectedAt: null },
  ])

  await world.call(0, semaphore('r', 1, 2, 60_000))
  await world.pass(1_000)
  await world.call(0, semaphore('r', 1, 2, 60_000))
  await world.call(2, semaphore('r', 1, 2, 60_000))
  await world.call(3, semaphore('r', 1, 2, 60_000))
  const last = world.world.wallMs
  expect([waits(world, world.runOf(2)), waits(world, world.runOf(3))]).toMatchObject([
    [{ kind: 'semaphore', ahead: 0, perMs: 60_000, holders: [], expectedAt: last + 59_000 }],
    [{ kind: 'semaphore', ahead: 1, perMs: 60_000, holders: [], expectedAt: last + 60_000 }],
  ])
  world.world.moveWall(3_600_000)
  await world.pass(10_000)
  await world.call(0, { on: 'event', name: 'any', do: 'look' })
  expect(waits(world, world.runOf(2))).toMatchObject([{ expectedAt: last + 3_600_000 + 59_000 }])
  await world.pass(49_000)
  expect([waits(world, world.runOf(2)), waits(world, world.runOf(3)).length]).toEqual([[], 1])
})

test('one that was notified at a condition waits for its lock', async () => {
  const world = await openRuns(2)
  const on = { on: 'condition', name: 'c', lock: 'A' } as const
  await world.call(0, lock('A'))
  await world.call(0, { ...on, do: 'wait' })
  expect(waits(world, world.runOf(0))).toMatchObject([{ kind: 'condition', resource: 'c', lock: 'A', ahead: 0 }])
  await world.call(1, lock('A'))
  await world.call(1, { ...on, do: 'notify', count: 1 })
  expect(waits(world, world.runOf(0))).toMatchObject([
    { kind: 'lock', resource: 'A', condition: 'c', holders: [{ run: world.runOf(1) }] },
  ])
})

test('a barrier, an event and a future say what is missing', async () => {
  const world = await openRuns(3)
  await world.call(0, { on: 'barrier', name: 'b', spec: { parties: 3 }, do: 'wait' })
  await world.call(1, { on: 'event', name: 'go', do: 'wait' })
  await world.call(2, { on: 'future', name: 'f', do: 'wait' })
  const at = world.world.wallMs + 9_000
  await world.call(1, { on: 'future', name: 'f', do: 'set_result', value: '1', at })
  expect(world.runs.map((run) => waits(world, run))).toMatchObject([
    [{ kind: 'barrier', resource: 'b', arrived: 1, parties: 3 }],
    [{ kind: 'event', resource: 'go' }],
    [{ kind: 'future', resource: 'f', expectedAt: at }],
  ])
})

test('a queue says why it holds a producer, a consumer and one who waits for its end, and who has taken items', async () => {
  const world = await openRuns(4)
  await world.call(0, get)
  expect(waits(world, world.runOf(0))).toMatchObject([{ kind: 'queue_get', resource: 'q', isPaused: false, ahead: 0 }])
  await world.call(1, put)
  await world.call(1, put)
  await world.call(1, put)
  await world.call(2, onQueue({ do: 'join' }))
  expect([waits(world, world.runOf(1)), waits(world, world.runOf(2))]).toMatchObject([
    [{ kind: 'queue_put', size: 1, maxsize: 1, ahead: 0 }],
    [{ kind: 'queue_join', unfinished: 2, holders: [{ run: world.runOf(0), amount: 1 }], holderCount: 1 }],
  ])
  await world.call(0, onQueue({ do: 'done', ...{ items: [] } }))
  expect(waits(world, world.runOf(2))).toMatchObject([{ unfinished: 1, holders: [], holderCount: 0 }])
  await world.call(0, get)
  await world.endRun(0, 'threw')
  expect(waits(world, world.runOf(2))).toMatchObject([{ unfinished: 2, holders: [] }])
})

test('a parent names the child that it waits for, and the child the runs that have all slots', async () => {
  const world = await openFamily({ slots: { async: 1, process: 1 } })
  const parent = await world.submit({ job: 'work' })
  const child = await world.spawn(parent)
  await world.watch(parent, child)
  expect(waits(world, parent)).toMatchObject([{ kind: 'run', run: child, resource: 'work', lifecycle: 'queued' }])
  expect(waits(world, child)).toMatchObject([
    { kind: 'slot', by: null, inUse: 1, slots: 1, ahead: 0, holders: [{ run: parent, task: null }], holderCount: 1 },
  ])
})

test('tasks that the script has told of say what they wait for, with their names', async () => {
  const world = await openRuns(2)
  const [run, other] = [world.runOf(0), world.runOf(1)]
  const task = (number: number, more: Partial<TaskReport>): TaskReport => ({
    task: number,
    parent: 0,
    name: `task of ${number}`,
    since: 5,
    waits: [],
    needsAll: false,
    place: null,
    ...more,
  })
  await world.call(1, lock('A'))
  await world.report({
    type: 'tasks',
    run,
    attempt: 1,
    tasks: [
      task(0, {
        parent: null,
        waits: [1, 2].map((number) => ({ for: 'task', task: number })),
        needsAll: true,
        place: '/x/a.ts:1:2',
      }),
      task(1, {}),
      task(2, { waits: [{ for: 'sleep', until: 77 }] }),
      task(3, { waits: [{ for: 'run', run: other }] }),
      task(4, { waits: [{ for: 'run', run: other }, { for: 'run', run: 99 }, { for: 'promise' }] }),
    ],
    ended: [],
  })
  await world.call(0, lock('A'), { task: 1 })
  const detail = world.detail(run)
  expect([detail.waitCount, detail.waits.map(({ kind, by }) => [kind, by?.task.number, by?.task.name])]).toEqual([
    6,
    [
      ['lock', 1, 'task of 1'],
      ['task', 0, 'task of 0'],
      ['sleep', 2, 'task of 2'],
      ['run', 3, 'task of 3'],
      ['task', 4, 'task of 4'],
      ['promise', 4, 'task of 4'],
    ],
  ])
  expect(detail.tasks).toMatchObject([
    {
      task: 0,
      parent: null,
      waits: [{ kind: 'task', tasks: [{ number: 1, name: 'task of 1' }, { number: 2 }], needsAll: true }],
    },
    { task: 1, parent: 0, waits: [{ kind: 'lock', resource: 'A', holders: [{ run: other }] }] },
    { task: 2, waits: [{ kind: 'sleep', until: 77, expectedAt: 77 }] },
    { task: 3, waits: [{ kind: 'run', run: other, resource: 'work', lifecycle: 'running' }] },
    { task: 4, waits: [{ kind: 'task', tasks: [], runs: [other, 99], needsAll: false }, { kind: 'promise' }] },
  ])
})

test('lists tell the first few waits and holders, and how many there are', async () => {
  const world = await openRuns(2)
  for (let n = 0; n < 30; n += 1) await world.call(0, semaphore('s', 1, 30))
  for (let n = 0; n < 30; n += 1) await world.call(1, semaphore('s', 1, 30))
  const row = world.engine.read((state) => runRow(state, world.run(world.runOf(1))))
  const detail = world.detail(world.runOf(1))
  expect([row, detail].map(({ waits: told, waitCount }) => [told.length, told[0]?.holders.length, waitCount])).toEqual([
    [4, 4, 30],
    [20, 20, 30],
  ])
  expect(detail.waits.map(({ ahead }) => ahead)).toEqual(Array.from({ length: 20 }, (_, n) => n))
})
