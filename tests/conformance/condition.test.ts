import { expect, test } from 'vitest'
import type { Script, Self } from './support/script-machine.ts'
import { condition, event, lock } from './support/signalbox.ts'
import { outcomeOf, waysToGo, World } from './support/world.ts'
import type { Run } from './support/world.ts'

const nameOf = (name: string, me: Self) => (me.attempt === 1 ? name : `${name} again`)

/** Waits with the lock held, says how the wait ended while it still has the lock, and keeps that until it is told. */
const waiting =
  (name: string, log: string[]): Script =>
  (me) =>
    condition('c').use(async () => {
      const outcome = await outcomeOf(() => condition('c').wait())
      log.push(`${nameOf(name, me)} ${outcome}, locked ${await condition('c').locked()}`)
      // Cleaning up may wait: a cancel is delivered once.
      const next = await outcomeOf(() => event('never').wait({ timeout: '1s' }))
      log.push(`${nameOf(name, me)} releases${next === 'TimeoutError' ? '' : ` after ${next}`}`)
      if (outcome !== true) throw new Error('the wait ended otherwise')
    })

/** Holds the lock, notifies so many when told, and releases when told. */
const notifying =
  (count: number): Script =>
  (me) =>
    condition('c').use(async () => {
      await me.told('notify')
      await condition('c').notify(count)
      await me.told('release')
    })

test('C110 wait, notify and notifyAll need the lock', async () => {
  const world = await World.open()
  const uses: (() => Promise<unknown>)[] = [
    () => condition('c').wait(),
    () => condition('c').notify(),
    () => condition('c').notifyAll(),
  ]
  for (const use of uses) expect(await world.see(use)).toBe('RuntimeError')
  expect([world.waiting('c'), await world.see(() => condition('c').locked())]).toEqual([0, false])
})

test('C111 a wait lets go of the lock and has it again when it returns; those notified return one after the other', async () => {
  const world = await World.open()
  const log: string[] = []
  await world.run(waiting('1', log))
  await world.run(waiting('2', log))
  await world.run(waiting('3', log))
  expect([await world.see(() => condition('c').locked()), world.waiting('c')]).toEqual([false, 3])
  const notifier = await world.run(notifying(2))
  await notifier.tell('notify')
  await world.advance(10_000)
  expect(log).toEqual([])
  await notifier.tell('release')
  expect(log).toEqual(['1 true, locked true'])
  await world.advance(1_000)
  expect(log).toEqual(['1 true, locked true', '1 releases', '2 true, locked true'])
  await world.advance(10_000)
  expect([log.at(-1), await world.see(() => condition('c').locked()), world.waiting('c')]).toEqual([
    '2 releases',
    false,
    1,
  ])
})

test('C111 what a run holds after a wait is what it held before: released by name, it is not released again', async () => {
  const world = await World.open()
  const waiter = await world.run(async () => {
    await using held = await condition('c').acquire()
    await condition('c').wait()
    await condition('c').release()
    return held.id > 0
  })
  await world.see(() => condition('c').use(() => condition('c').notify()))
  expect([waiter.error, waiter.result]).toEqual([null, true])
})

test('C113 a cancelled wait has the lock again before it says so, and the scoped release is valid', async () => {
  const world = await World.open()
  const log: string[] = []
  const waiter = await world.run(waiting('1', log))
  const holder = await world.run(notifying(1))
  await waiter.cancel()
  expect(log).toEqual([])
  await holder.tell('notify')
  await holder.tell('release')
  expect(log).toEqual(['1 CancelledError, locked true'])
  await world.advance(1_000)
  expect([log.at(-1), waiter.state, world.waiting('c')]).toEqual(['1 releases', 'cancelled', 0])
  expect(await world.see(() => condition('c').locked())).toBe(false)
})

test('C113 a second cancel does not skip the lock', async () => {
  const world = await World.open()
  const log: string[] = []
  const own = new AbortController()
  const waiter = await world.run(() =>
    condition('c').use(async () => {
      const outcome = await outcomeOf(() => condition('c').wait({ signal: own.signal }))
      log.push(`${outcome}, locked ${await condition('c').locked()}`)
      log.push(`next wait: ${await outcomeOf(() => event('never').wait())}`)
    }),
  )
  const holder = await world.run(notifying(1))
  own.abort(new TypeError('given up'))
  await world.settle()
  await waiter.cancel()
  expect([log, waiter.state]).toEqual([[], 'stopping'])
  await holder.tell('notify')
  await holder.tell('release')
  expect(log).toEqual(['TypeError, locked true', 'next wait: CancelledError'])
  expect(await world.see(() => condition('c').locked())).toBe(false)
})

test('C113 a waiter whose process dies needs no lock: it begins anew behind those in line (killed)', async () => {
  const world = await World.open()
  const log: string[] = []
  const waiter = await world.run(waiting('1', log))
  const holder = await world.run(notifying(1))
  await waiter.kill()
  expect([log, world.waiting('c')]).toEqual([[], 1])
  await holder.tell('notify')
  await holder.tell('release')
  // Nobody had waited when it was notified.
  expect([log, world.waiting('c'), await world.see(() => condition('c').locked())]).toEqual([[], 1, false])
  const next = await world.run(notifying(1))
  await next.tell('notify')
  await next.tell('release')
  expect(log).toEqual(['1 again true, locked true'])
})

async function oneNotified() {
  const world = await World.open()
  const log: string[] = []
  const first = await world.run(waiting('1', log))
  const second = await world.run(waiting('2', log))
  const notifier = await world.run(notifying(1))
  await notifier.tell('notify')
  return { world, log, first, second, notifier }
}

test('C114 a waiter cancelled after it was notified gets the lock, then the error, and the next is notified instead', async () => {
  const { world, log, first, second, notifier } = await oneNotified()
  await first.cancel('no longer needed')
  expect(log).toEqual([])
  await notifier.tell('release')
  expect(log).toEqual(['1 CancelledError, locked true'])
  await world.advance(1_000)
  await world.advance(1_000)
  expect(log).toEqual(['1 CancelledError, locked true', '1 releases', '2 true, locked true', '2 releases'])
  expect([first.state, first.error, second.state]).toEqual([
    'cancelled',
    'CancelledError: no longer needed',
    'succeeded',
  ])
})

test('C114 the error of a cancelled wait has the message of the cancel', async () => {
  const world = await World.open()
  const waiter = await world.run(() =>
    condition('c').use(async () => {
      try {
        return await condition('c').wait()
      } catch (error) {
        return error instanceof Error ? `${error.name}: ${error.message}` : error
      }
    }),
  )
  const notifier = await world.run(notifying(1))
  await notifier.tell('notify')
  await waiter.cancel('no longer needed')
  await notifier.tell('release')
  expect(waiter.result).toBe('CancelledError: no longer needed')
})

test('C114 the notification of a waiter whose process dies goes to the next (killed)', async () => {
  const { world, log, first, second, notifier } = await oneNotified()
  await first.kill()
  await notifier.tell('release')
  expect(log).toEqual(['2 true, locked true'])
  await world.advance(2_000)
  expect([second.state, first.state, log.at(-1), world.waiting('c')]).toEqual(['succeeded', 'running', '2 releases', 1])
})

test.each(waysToGo)(
  'C114 a notification is spent on one who has the lock again, also if it goes before it knows ($way)',
  async ({ way, go }) => {
    const { world, log, first, second, notifier } = await oneNotified()
    first.hold()
    await notifier.tell('release')
    await go(first)
    if (way === 'cancelled') await first.letIn()
    await world.advance(5_000)
    // The wait was over when the cancel came: the cancel is for the next one.
    expect(log).toEqual(way === 'cancelled' ? ['1 true, locked true', '1 releases after CancelledError'] : [])
    expect([second.state, world.waiting('c')]).toEqual(['running', way === 'cancelled' ? 1 : 2])
    expect(await world.see(() => condition('c').locked())).toBe(false)
  },
)

test('C116 waitFor looks first, looks again each time it is woken, and gives what the predicate gives', async () => {
  const world = await World.open()
  expect(await world.see(() => condition('c').waitFor(() => 'at once'))).toBe('at once')
  expect(await world.see(() => condition('c').waitFor(() => false))).toBe('RuntimeError')
  let level = 0
  let looks = 0
  const waiter = await world.run(() =>
    condition('c').use(() =>
      condition('c').waitFor(() => {
        looks += 1
        return level >= 2 ? { level } : null
      }),
    ),
  )
  const raise = () =>
    world.see(() =>
      condition('c').use(async () => {
        level += 1
        await condition('c').notify()
      }),
    )
  expect([looks, waiter.state]).toEqual([1, 'running'])
  await raise()
  expect([looks, waiter.state, world.waiting('c')]).toEqual([2, 'running', 1])
  await raise()
  expect([looks, waiter.state, waiter.result]).toEqual([3, 'succeeded', { level: 2 }])
  expect(await world.see(() => condition('c').locked())).toBe(false)
})

test.each(waysToGo)('C116 waitFor goes back to waiting as one that can go ($way)', async ({ way, go }) => {
  const world = await World.open()
  const waiter = await world.run(() => condition('c').use(() => condition('c').waitFor(() => false)))
  await world.see(() => condition('c').use(() => condition('c').notifyAll()))
  await go(waiter)
  expect([waiter.state, world.waiting('c')]).toEqual(way === 'cancelled' ? ['cancelled', 0] : ['running', 1])
  expect(await world.see(() => condition('c').locked())).toBe(false)
})

test('C117 a wait whose time is up has the lock again', async () => {
  const world = await World.open()
  const outcomes: unknown[] = []
  const waits = (wait: () => Promise<unknown>): Promise<Run> =>
    world.run(() =>
      condition('c').use(async () => outcomes.push([await outcomeOf(wait), await condition('c').locked()])),
    )
  await waits(() => condition('c').wait({ timeout: '1s' }))
  await world.advance(999)
  expect(outcomes).toEqual([])
  await world.advance(1)
  await waits(() => condition('c').waitFor(() => false, { timeout: '1s' }))
  await world.advance(1_000)
  expect(outcomes).toEqual([
    ['TimeoutError', true],
    ['TimeoutError', true],
  ])
  expect([await world.see(() => condition('c').locked()), world.waiting('c')]).toEqual([false, 0])
})

test('C117 a condition on an existing lock and that lock are one', async () => {
  const world = await World.open()
  const built = () => condition('c', { lock: lock('l') })
  const seen = await world.see(async () => {
    const states: unknown[] = []
    const held = await lock('l').acquire()
    states.push(await built().locked(), await lock('l').locked())
    await built().notify()
    await held.release()
    states.push(await built().locked())
    const through = await built().acquire()
    states.push(await lock('l').locked())
    await through.release()
    states.push(await lock('l').locked())
    return states
  })
  expect(seen).toEqual([true, true, false, true, false])
})
