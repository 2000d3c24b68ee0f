import { expect, test } from 'vitest'
import { Line } from '../../../src-main/core/line.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { objectLimits } from '../../../src-preload/objects.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

const many = (columns: string, values: string) =>
  `INSERT INTO ${columns} WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${objectLimits.objects})
   SELECT ${values} FROM n`
const first = 'object 1'
const fresh = 'one more'

test.each<[kind: string, sql: string, use: (name: string) => Call]>([
  [
    'semaphore',
    many('semaphores (kind, name, permits, is_bounded, created_at)', `'semaphore', 'object ' || n, 1, 0, 0`),
    (name) => ({ on: 'semaphore', name, spec: null, do: 'look' }),
  ],
  [
    'lock',
    many('semaphores (kind, name, permits, is_bounded, created_at)', `'lock', 'object ' || n, 1, 1, 0`),
    (name) => ({ on: 'lock', name, do: 'look' }),
  ],
  [
    'event',
    many('flags (name, is_set, created_at)', `'object ' || n, 0, 0`),
    (name) => ({ on: 'event', name, do: 'look' }),
  ],
  [
    'barrier',
    many('barriers (name, parties, created_at)', `'object ' || n, 2, 0`),
    (name) => ({ on: 'barrier', name, spec: { parties: 2 }, do: 'look' }),
  ],
  [
    'queue',
    many('queues (name, item_order, maxsize, created_at)', `'object ' || n, 'fifo', 0, 0`),
    (name) => ({ on: 'queue', name, spec: null, do: 'look' }),
  ],
  [
    'future',
    many('futures (name, state, created_at)', `'object ' || n, 'pending', 0`),
    (name) => ({ on: 'future', name, do: 'look' }),
  ],
])('%s: one more than the limit is refused, one that is there is not', async (kind, sql, use) => {
  const world = await openRuns(1)
  world.db.exec(sql)
  const next = await nextLife(world)
  const refused = await next.send(next.runOf(0), use(fresh))
  expect(next.answerTo(refused)).toMatchObject({
    ok: false,
    error: {
      name: 'RuntimeError',
      message: `There are ${objectLimits.objects} ${kind}s already, and no more are made.`,
    },
  })
  expect(await next.get(0, use(first))).toEqual(expect.any(Object))
})

test('a future counts from the moment it is made', async () => {
  const world = await openRuns(1)
  await world.get(0, { on: 'future', name: 'a', do: 'look' })
  await world.get(0, { on: 'future', name: 'a', do: 'look' })
  await world.get(0, { on: 'future', name: 'b', do: 'look' })
  expect(world.engine.read((state) => state.objects.futureCount)).toBe(2)
})

test('a wait at one condition too many is refused and keeps the lock', async () => {
  const world = await openRuns(1)
  await world.get(0, { on: 'lock', name: 'door', do: 'acquire' })
  world.engine.read(({ objects }) => {
    for (let n = 0; n < objectLimits.objects; n += 1)
      objects.conditions.set(String(n), { name: '', lock: 'other', waiting: new Line() })
  })
  expect(await world.get(0, { on: 'condition', name: 'c', lock: 'door', do: 'wait' })).toBe('RuntimeError')
  expect(await world.get(0, { on: 'lock', name: 'door', do: 'look' })).toMatchObject({ isLocked: true })
})
