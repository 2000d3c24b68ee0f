import { expect, test } from 'vitest'
import type { Script } from './support/script-machine.ts'
import { CancelledError, event, queue, sleep } from './support/signalbox.ts'
import { outcomeOf, waysToGo, World } from './support/world.ts'

const q = (maxsize = 0) => queue<number>('q', { maxsize })
const unfinished = () => q().unfinished()
const taskDone = () => q().taskDone()

/** Joins, and says when it goes on. */
const joining =
  (name: string, log: string[]): Script =>
  async () => {
    await q().join()
    log.push(name)
  }

test('C138 taskDone more often than items were taken is a RangeError, and the count stays', async () => {
  const world = await World.open()
  const seen = await world.see(async () => {
    const outcomes: unknown[] = [await outcomeOf(taskDone)]
    await q().put(1)
    // What was put and not taken is nobody's work yet.
    outcomes.push(await outcomeOf(taskDone), await unfinished())
    await q().get()
    outcomes.push(await outcomeOf(taskDone), await outcomeOf(taskDone), await unfinished())
    return outcomes
  })
  expect(seen).toEqual(['RangeError', 'RangeError', 1, undefined, 'RangeError', 0])
})

test('C138 an item is done by the run that has taken it', async () => {
  const world = await World.open()
  await world.see(() => q().put(1))
  await world.run(async (me) => {
    await q().get()
    await me.told('end')
  })
  expect([await world.see(taskDone), await world.see(unfinished)]).toEqual(['RangeError', 1])
})

test('C139 a join of a queue that never had an item returns at once, twice', async () => {
  const world = await World.open()
  const seen = await world.see(async () => {
    await q().join()
    await q().join()
    return 'joined'
  })
  expect(seen).toBe('joined')
})

/** Takes, works for a while, adds up, and says that it is done; for ever. */
const worker =
  (sum: Map<number, number>, started: { count: number }): Script =>
  async () => {
    for (;;) {
      const item = await q().get()
      started.count += 1
      await sleep(10)
      sum.set(item, (sum.get(item) ?? 0) + 1)
      await q().taskDone(item)
    }
  }

const total = (sum: Map<number, number>) => [...sum.keys()].reduce((whole, item) => whole + item, 0)

test('C140 join counts work that is done and not items that are taken, and all joiners are woken', async () => {
  const world = await World.open()
  const sum = new Map<number, number>()
  const started = { count: 0 }
  const log: string[] = []
  await world.see(async () => {
    for (let item = 0; item < 100; item += 1) await q().put(item)
  })
  const sums: number[] = []
  for (const name of ['first', 'second']) {
    await world.run(async () => {
      await q().join()
      log.push(name)
      sums.push(total(sum))
    })
  }
  await world.runs(2, () => worker(sum, started))
  await world.advance(499)
  // All are taken, the last two are not done.
  expect([started.count, await world.see(() => q().size()), log]).toEqual([100, 0, []])
  await world.advance(1)
  expect([log, sums]).toEqual([
    ['first', 'second'],
    [4_950, 4_950],
  ])
})

test.each(waysToGo)(
  'C140 what a worker had taken when it went is done by another before join returns ($way)',
  async ({ way, go }) => {
    const world = await World.open()
    const sum = new Map<number, number>()
    const log: string[] = []
    await world.see(async () => {
      for (let item = 0; item < 10; item += 1) await q().put(item)
    })
    await world.run(joining('joined', log))
    const [first] = await world.runs(2, () => worker(sum, { count: 0 }))
    await world.advance(25)
    if (first !== undefined) await go(first)
    await world.advance(15)
    // Six are done if both went on to work; the item that was cut off was begun anew.
    expect([log, sum.size]).toEqual([[], way === 'cancelled' ? 6 : 7])
    await world.advance(1_000)
    expect([log, [...sum.values()]]).toEqual([['joined'], Array.from({ length: 10 }, () => 1)])
  },
)

test.each(waysToGo)('C140 a joiner that goes leaves no entry ($way)', async ({ way, go }) => {
  const world = await World.open()
  const log: string[] = []
  await world.see(() => q().put(1))
  const gone = await world.run(joining('gone', log))
  await world.run(joining('stays', log))
  await go(gone)
  expect(world.waiting('q')).toBe(way === 'cancelled' ? 1 : 2)
  await world.see(async () => {
    await q().get()
    await taskDone()
  })
  expect([log, world.waiting('q')]).toEqual([way === 'cancelled' ? ['stays'] : ['stays', 'gone'], 0])
})

test('C141 a joiner that was woken returns although an item was put before its code went on', async () => {
  const world = await World.open()
  const log: string[] = []
  await world.see(() => q().put(1))
  const joiner = await world.run(joining('joined', log))
  joiner.hold()
  await world.see(async () => {
    await q().get()
    await taskDone()
  })
  await world.see(() => q().put(2))
  await joiner.letIn()
  expect([log, await world.see(unfinished)]).toEqual([['joined'], 1])
})

test('C141 a joiner that was woken and dies joins what is there when it begins anew (killed)', async () => {
  const world = await World.open()
  const log: string[] = []
  await world.see(() => q().put(1))
  const joiner = await world.run(joining('joined', log))
  joiner.hold()
  await world.see(async () => {
    await q().get()
    await taskDone()
  })
  await world.see(() => q().put(2))
  await joiner.kill()
  expect([log, world.waiting('q')]).toEqual([[], 1])
})

const uses: (() => Promise<unknown>)[] = [() => q().put(9), () => q().tryPut(9), () => q().get(), () => q().tryGet()]

test('C142 shutting down an empty queue ends every get and every later use, and join returns', async () => {
  const world = await World.open()
  const getters = await world.runs(2, () => () => outcomeOf(() => q(1).get()))
  await world.see(() => q().shutdown())
  expect(getters.map(({ result }) => result)).toEqual(['QueueShutDown', 'QueueShutDown'])
  for (const use of uses) expect(await world.see(use)).toBe('QueueShutDown')
  expect([await world.see(() => q().join()), world.waiting('q')]).toEqual([undefined, 0])
  await world.restart()
  for (const use of uses) expect(await world.see(use)).toBe('QueueShutDown')
})

test('C144 an immediate shutdown throws away what is in it, and each of it counts as done', async () => {
  const world = await World.open()
  const log: string[] = []
  await world.see(async () => {
    for (const item of [1, 2]) await q(2).put(item)
  })
  const putter = await world.run(() => outcomeOf(() => q().put(3)))
  await world.run(joining('joined', log))
  await world.see(() => q().shutdown({ immediate: true }))
  expect([putter.result, log, world.waiting('q')]).toEqual(['QueueShutDown', ['joined'], 0])
  expect(await world.see(async () => [await q().size(), await unfinished()])).toEqual([0, 0])
  expect([await world.see(() => q().get()), await world.see(taskDone)]).toEqual(['QueueShutDown', 'RangeError'])
  await world.see(() => q().shutdown({ immediate: true }))
})

test('C144 a graceful shutdown may become an immediate one', async () => {
  const world = await World.open()
  await world.see(() => q().put(1))
  await world.see(() => q().shutdown())
  expect(await world.see(async () => [await q().size(), await unfinished()])).toEqual([1, 1])
  await world.see(() => q().shutdown({ immediate: true }))
  expect(await world.see(async () => [await q().size(), await unfinished()])).toEqual([0, 0])
  expect(await world.see(() => q().get())).toBe('QueueShutDown')
})

test.each(waysToGo)(
  'C144 with an item in work, join returns when that is done, or its taker goes ($way)',
  async ({ go }) => {
    const world = await World.open()
    const log: string[] = []
    const taker = await world.run(async (me) => {
      if (me.attempt > 1) return
      await q().get()
      await event('never').wait()
    })
    await world.see(async () => {
      for (const item of [1, 2]) await q().put(item)
    })
    await world.run(joining('joined', log))
    await world.see(() => q().shutdown({ immediate: true }))
    expect([log, await world.see(unfinished)]).toEqual([[], 1])
    await go(taker)
    expect([log, await world.see(unfinished)]).toEqual([['joined'], 0])
  },
)

test('S-c a producer of five, a queue of three and a consumer: order, sizes, join, and the consumer’s cancel', async () => {
  const world = await World.open()
  const log: string[] = []
  const of = () => queue<number>('c', { maxsize: 3 })
  const consumer = await world.run(async () => {
    try {
      for (;;) {
        const item = await of().get()
        log.push(`get ${item} [${await of().size()}]`)
        await sleep(50)
        await of().taskDone(item)
        log.push(`done ${item}`)
      }
    } catch (error) {
      log.push(error instanceof CancelledError ? 'consumer sees Cancelled' : 'consumer fails')
      throw error
    }
  })
  const sizes: number[] = []
  const producer = await world.run(async () => {
    for (let item = 0; item < 5; item += 1) {
      await of().put(item)
      log.push(`put ${item}`)
      sizes.push(await of().size())
    }
    log.push('producer ends')
  })
  await world.run(async () => {
    await of().join()
    log.push('join returns')
  })
  await world.advance(249)
  expect(log.includes('join returns')).toBe(false)
  await world.advance(1)
  expect(log.filter((line) => /^(get|done|join)/.test(line)).map((line) => line.replace(/ \[.*/, ''))).toEqual([
    'get 0',
    ...[0, 1, 2, 3].flatMap((item) => [`done ${item}`, `get ${item + 1}`]),
    'done 4',
    'join returns',
  ])
  expect(log.filter((line) => line.startsWith('put'))).toEqual([0, 1, 2, 3, 4].map((item) => `put ${item}`))
  expect(Math.max(...sizes)).toBe(3)
  expect([producer.state, log.indexOf('producer ends') < log.indexOf('done 1')]).toEqual(['succeeded', true])
  expect(world.waiting('c')).toBe(1)
  await consumer.cancel()
  expect([log.at(-1), consumer.state, world.waiting('c')]).toEqual(['consumer sees Cancelled', 'cancelled', 0])
  expect(await world.see(async () => [await of().size(), await of().unfinished()])).toEqual([0, 0])
  expect(await world.see(() => of().taskDone())).toBe('RangeError')
})
