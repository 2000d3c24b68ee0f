import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Problem } from '../../../src-preload/problem.ts'
import {
  dropItems,
  putByHand,
  removeQueue,
  reviveDead,
  setQueuePaused,
  shutDownQueue,
} from '../../../src-main/engine/commands/queues.ts'
import { queueDetail } from '../../../src-main/engine/objects/queue-views.ts'
import type { EngineState } from '../../../src-main/engine/state.ts'
import type { Tick } from '../../../src-main/engine/tick.ts'
import type { Call } from '../../../src-main/interpreters/calls.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

type World = Awaited<ReturnType<typeof openRuns>>

const spec = { maxsize: 2, order: 'fifo', maxDeliveries: 1 } as const
const on = (what: object): Call => ({ on: 'queue', name: 'q', spec, ...what }) as Call
const calls = {
  get: on({ do: 'get', done: [] }),
  put: on({ do: 'put', item: '1', priority: 0 }),
  done: on({ do: 'done', items: [] }),
  join: on({ do: 'join' }),
}
const detail = (world: World) => world.engine.read((state) => queueDetail(state, 'q', 500))

const byHand: Record<string, (state: EngineState, tick: Tick) => unknown> = {
  put: (state, tick) => putByHand(state, tick, { name: 'q', value: '2', priority: null, create: spec }),
  pause: (state, tick) => {
    setQueuePaused(state, tick, 'q', true)
  },
  resume: (state, tick) => {
    setQueuePaused(state, tick, 'q', false)
  },
  revive: (state, tick) => reviveDead(state, tick, 'q', null),
  dropReady: (state, tick) => dropItems(state, tick, 'q', 'ready'),
  dropDead: (state, tick) => dropItems(state, tick, 'q', 'dead'),
  dropFirst: (state, tick) => {
    const { ready, dead } = queueDetail(state, 'q', 1).items
    const first = ready[0] ?? dead[0]
    return first === undefined ? 0 : dropItems(state, tick, 'q', [first.id])
  },
  shutdown: (state, tick) => {
    shutDownQueue(state, tick, 'q', false)
  },
  remove: (state, tick) => {
    removeQueue(state, tick, 'q', true)
  },
}

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      run: fc.nat(2),
      do: fc.constantFrom('get', 'get', 'put', 'put', 'done', 'join', 'withdraw', 'threw', 'threw', 'returned'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      hand: fc.constantFrom('put', 'put', 'pause', 'resume', 'revive', 'dropReady', 'dropDead', 'dropFirst'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ hand: fc.constantFrom('shutdown', 'remove', 'restart') }) },
)

/** What must hold between two turns, whoever did what. */
function checkRules(world: World): void {
  const stored = world.db.prepare('SELECT ready, taken, dead FROM queues').get()
  const counted = world.db
    .prepare(
      `SELECT count(*) FILTER (WHERE state = 'ready') AS ready, count(*) FILTER (WHERE state = 'taken') AS taken,
         count(*) FILTER (WHERE state = 'dead') AS dead FROM queue_items`,
    )
    .get()
  if (stored === undefined) {
    expect(counted).toEqual({ ready: 0, taken: 0, dead: 0 })
    return
  }
  const { ready, taken, dead, getting, putting, joining, pausedAt, shutdown, items } = detail(world)
  expect([stored, counted]).toEqual(Array(2).fill({ ready, taken, dead }))
  expect(items.taken.every(({ takenBy }) => takenBy.task === 0)).toBe(true)
  if (ready > 0 && pausedAt === null) expect(getting).toBe(0)
  if (ready < spec.maxsize || shutdown !== 'no') expect(putting).toBe(0)
  if (ready === 0 && shutdown !== 'no') expect(getting).toBe(0)
  if (ready + taken === 0) expect(joining).toBe(0)
}

test('counts are right and nobody waits in vain, whatever scripts and a person do to a queue in turn', async () => {
  let refusals = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 80 }), async (steps) => {
      let world = await openRuns(3)
      const open = new Map<number, number>()
      for (const each of steps) {
        if ('hand' in each) {
          const change = byHand[each.hand]
          if (change === undefined) {
            world = await nextLife(world)
            open.clear()
          } else
            await world.command(change).catch((error: unknown) => {
              if (!(error instanceof Problem)) throw error
              refusals += 1
            })
        } else if (each.do === 'threw' || each.do === 'returned') {
          await world.replace(each.run, each.do)
          open.delete(each.run)
        } else {
          const waiting = open.get(each.run)
          const waits = waiting !== undefined && world.outcome(waiting) === 'waits'
          if (each.do === 'withdraw') {
            if (waits) await world.withdraw(each.run, waiting)
          } else if (!waits) open.set(each.run, await world.call(each.run, calls[each.do]))
        }
        checkRules(world)
      }
    }),
    { numRuns: 80 },
  )
  expect(refusals).toBeGreaterThan(0)
})
