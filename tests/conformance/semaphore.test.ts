import { expect, test } from 'vitest'
import type { Script } from './support/script-machine.ts'
import { semaphore, sleep } from './support/signalbox.ts'
import { outcomeOf, waysToGo, World } from './support/world.ts'

const named = (permits: number, bounded = false) => semaphore('s', { permits, bounded })
const locked = () => semaphore('s').locked()
const value = () => semaphore('s').value()
const release = () => semaphore('s').release()

/** Takes a permit and keeps it. */
const taking =
  (name: string, order: string[]): Script =>
  async (me) => {
    await semaphore('s').acquire()
    order.push(me.attempt === 1 ? name : `${name} again`)
    await me.told('go on')
  }

test('C97 as many acquires pass as there are permits, and each release lets in one of those who wait', async () => {
  const world = await World.open()
  const order: string[] = []
  const wasLocked = [await world.see(() => named(3).locked())]
  const runs = []
  for (const name of ['1', '2', '3', '4', '5', '6']) {
    runs.push(await world.run(taking(name, order)))
    wasLocked.push(await world.see(locked))
  }
  expect(order).toEqual(['1', '2', '3'])
  expect(wasLocked).toEqual([false, false, false, true, true, true, true])
  await runs[1]?.tell('go on')
  await runs[0]?.tell('go on')
  expect([order, world.waiting('s')]).toEqual([['1', '2', '3', '4', '5'], 1])
})

test('C98 no permits is legal and starts locked; fewer are an error at once', async () => {
  const world = await World.open()
  expect(await world.see(async () => [await named(0).locked(), await named(0).value()])).toEqual([true, 0])
  expect(await world.see(() => named(-1).locked())).toBe('RangeError')
  expect(await world.see(() => named(0).tryAcquire())).toBeNull()
})

test('C99 whoever releases and asks again goes behind those who wait', async () => {
  const world = await World.open()
  const order: string[] = []
  const holder = await world.run((me) => named(1).use(() => me.told('go on')))
  for (const name of ['c1', 'c2', 'c3']) {
    await world.run(async () => {
      for (let round = 0; round < 2; round += 1) {
        const permit = await named(1).acquire()
        order.push(name)
        await permit.release()
      }
    })
  }
  await holder.tell('go on')
  expect(order).toEqual(['c1', 'c2', 'c3', 'c1', 'c2', 'c3'])
  expect(await world.see(value)).toBe(1)
})

async function fourWaiting() {
  const world = await World.open()
  const order: string[] = []
  await world.see(() => named(0).value())
  const [t1, t2, t3, t4] = await world.runs(4, (index) => taking(`t${index + 1}`, order))
  if (t1 === undefined || t2 === undefined || t3 === undefined || t4 === undefined) throw new Error('four were started')
  return { world, order, t1, t2, t3, t4 }
}

test.each(waysToGo)('C100 waiters that went before the release are passed over ($way)', async ({ way, go }) => {
  const { world, order, t1, t2 } = await fourWaiting()
  await go(t1)
  await go(t2)
  await world.see(release)
  expect(order).toEqual(['t3'])
  await world.see(release)
  expect(order).toEqual(['t3', 't4'])
  expect([t1.state, t2.state, world.waiting('s')]).toEqual(
    way === 'cancelled' ? ['cancelled', 'cancelled', 0] : ['running', 'running', 2],
  )
  await world.see(release)
  // Who begins anew stands at the end of the line.
  expect(order).toEqual(way === 'cancelled' ? ['t3', 't4'] : ['t3', 't4', 't1 again'])
})

test.each(waysToGo)('C100 with the first gone, two releases let in the second and the third ($way)', async ({ go }) => {
  const { world, order, t1 } = await fourWaiting()
  await go(t1)
  await world.see(release)
  await world.see(release)
  expect(order).toEqual(['t2', 't3'])
})

test.each(waysToGo)(
  'C100 the permit of a waiter that was woken and goes is the next one’s ($way)',
  async ({ way, go }) => {
    const { world, order, t1 } = await fourWaiting()
    t1.hold()
    await world.see(release)
    expect(order).toEqual([])
    await go(t1)
    if (way === 'cancelled') await t1.letIn()
    expect([order, await world.see(value)]).toEqual([['t2'], 0])
  },
)

test('C100 a cancelled waiter gives its permit back at once, also when its code goes on cleaning up', async () => {
  const world = await World.open()
  const order: string[] = []
  await world.see(() => named(0).value())
  const waiter = await world.run(async (me) => {
    order.push((await outcomeOf(() => semaphore('s').acquire())) === 'CancelledError' ? 'cancelled' : 'acquired')
    await me.told('end')
  })
  await world.run(taking('next', order))
  waiter.hold()
  await world.see(release)
  await waiter.cancel()
  await waiter.letIn()
  expect([order, waiter.state]).toEqual([['cancelled', 'next'], 'stopping'])
})

test('C104 a plain semaphore may be released above its permits, a bounded one may not', async () => {
  const world = await World.open()
  expect(await world.see(() => named(1).value())).toBe(1)
  expect(await world.see(release)).toBeUndefined()
  expect(await world.see(value)).toBe(2)
  await world.restart()
  expect(await world.see(value)).toBe(2)
  const bounded = () => semaphore('b', { permits: 1, bounded: true })
  expect(await world.see(() => bounded().release())).toBe('RangeError')
  expect(await world.see(() => bounded().value())).toBe(1)
})

test.each([
  { what: 'by name', twice: (run: { byName: () => Promise<void> }) => [run.byName, run.byName] },
  { what: 'by permit', twice: (run: { byPermit: () => Promise<void> }) => [run.byPermit, run.byPermit] },
])(
  'C105 a bounded semaphore refuses a second release, also while the first has only woken somebody: $what',
  async ({ twice }) => {
    const world = await World.open()
    const order: string[] = []
    const a = await world.run(async (me) => {
      const permit = await named(1, true).acquire()
      await me.told('release')
      const outcomes: unknown[] = []
      for (const once of twice({ byName: release, byPermit: () => permit.release() }))
        outcomes.push(await outcomeOf(once))
      return outcomes
    })
    const b = await world.run(taking('b', order))
    await world.run(taking('c', order))
    b.hold()
    await a.tell('release')
    expect([a.result, order]).toEqual([[null, 'RangeError'], []])
    await b.letIn()
    expect([order, await world.see(value), world.waiting('s')]).toEqual([['b'], 0, 1])
  },
)

/** Ten jobs of one second behind three permits; one of them may go at 0.5 s. */
async function tenJobs(change: (world: World, job4: Awaited<ReturnType<World['run']>>) => Promise<void>) {
  const world = await World.open()
  const started = world.now
  const starts: [job: number, atMs: number][] = []
  let inUse = 0
  let mostInUse = 0
  const jobs = await world.runs(
    10,
    (job) => () =>
      named(3).use(async () => {
        starts.push([job, world.now - started])
        mostInUse = Math.max(mostInUse, ++inUse)
        await sleep('1s')
        inUse -= 1
        return job
      }),
  )
  await world.advance(500)
  const job4 = jobs[4]
  if (job4 !== undefined) await change(world, job4)
  await world.advance(2_499)
  const before = jobs.map(({ state }) => state)
  await world.advance(2_001)
  return { world, starts, mostInUse, before, jobs }
}

test('S-a ten jobs share three permits: in four rounds, in their order, never more than three at once', async () => {
  const { world, starts, mostInUse, before, jobs } = await tenJobs(() => Promise.resolve())
  expect(starts).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((job) => [job, Math.floor(job / 3) * 1_000]))
  expect([mostInUse, before[8], before[9]]).toEqual([3, 'running', 'running'])
  expect(jobs.map(({ result }) => result)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect([await world.see(value), world.waiting('s')]).toEqual([3, 0])
})

test.each(waysToGo)('S-a a job that goes while it waits leaves its turn to the next ($way)', async ({ way, go }) => {
  const { world, starts, jobs } = await tenJobs((_, job4) => go(job4))
  const order = [0, 1, 2, 3, 5, 6, 7, 8, 9, ...(way === 'cancelled' ? [] : [4])]
  expect(starts).toEqual(order.map((job, index) => [job, Math.floor(index / 3) * 1_000]))
  expect(jobs[4]?.state).toBe(way === 'cancelled' ? 'cancelled' : 'succeeded')
  expect([await world.see(value), world.waiting('s')]).toEqual([3, 0])
})
