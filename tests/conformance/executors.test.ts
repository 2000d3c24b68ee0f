import { describe, expect, test } from 'vitest'
import {
  CancelledError,
  future,
  gather,
  runInExecutor,
  sleep,
  spawn,
  timeout,
  TimeoutError,
} from './support/signalbox.ts'
import { outcome } from './support/play.ts'
import { World } from './support/world.ts'
import type { Script } from './support/script-machine.ts'

/** Has each script done by a run of its own; the slots are the workers. */
const inPool = (world: World, script: Script) => runInExecutor('async', 'work', world.machine.add(script))

/** Plays `main` as a run in a world with that many workers beside it, and gives what it gave. */
async function play(workers: number, main: (world: World) => unknown): Promise<unknown> {
  const world = await World.open({ async: workers + 1, process: 1 })
  let result: unknown
  const run = await world.run(async () => {
    result = await outcome(Promise.resolve(main(world)))
  })
  await world.untilFinished(run.id)
  return result
}

describe('work that is handed to others', () => {
  test('C149 what another process hands over wakes who waits for it at once', () =>
    play(1, async (world) => {
      const began = world.now
      const order: string[] = []
      const waiting = spawn(async () => order.push(await future<string>('handed over')))
      const other = inPool(world, async () => {
        await sleep(1_000)
        await future('handed over').setResult('from elsewhere')
      })
      await waiting
      expect([order, world.now - began]).toEqual([['from elsewhere'], 1_000])
      await other
    }))

  test('C151 is done elsewhere, with its arguments; its value comes back, and who waits goes on meanwhile', async () => {
    const seen = await play(1, async (world) => {
      let ticks = 0
      const ticking = spawn(async () => {
        for (;;) {
          await sleep(50)
          ticks += 1
        }
      })
      const work = inPool(world, async () => sleep(1_000, { doubled: 42 }))
      const value = await work
      ticking.cancel()
      await outcome(ticking)
      return [value, ticks, work.id]
    })
    expect(seen).toEqual([{ doubled: 42 }, expect.toSatisfy((ticks: number) => ticks >= 19 && ticks <= 20), 2])
  })

  test('C152 an error comes out with its type, its message and where it happened', async () => {
    const error = await play(1, (world) =>
      inPool(world, () => {
        throw new RangeError('no luck')
      }),
    )
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'no luck', stack: expect.stringContaining('executors.test.ts') as string })
  })

  test('C153 a queued job that is cancelled never runs; one that runs is stopped, and its end is waited for', async () => {
    const started: string[] = []
    const seen = await play(1, async (world) => {
      const running = inPool(world, async () => {
        started.push('running')
        await outcome(sleep(10_000))
        await sleep(30)
        throw new CancelledError('cleaned up')
      })
      const queued = inPool(world, () => started.push('queued'))
      await running.stored()
      await queued.stored()
      await sleep(10)
      const began = world.now
      queued.cancel()
      const ofQueued = await outcome(queued)
      const afterQueued = world.now - began
      running.cancel()
      return [ofQueued, afterQueued, await outcome(running), world.now - began]
    })
    expect(seen).toEqual([expect.any(CancelledError), 0, expect.any(CancelledError), 30])
    expect(started).toEqual(['running'])
  })

  test('C154 the number of workers is a hard limit', async () => {
    let [now, most, done] = [0, 0, 0]
    await play(4, async (world) => {
      const work = async () => {
        most = Math.max(most, (now += 1))
        await sleep(100)
        now -= 1
        done += 1
      }
      await gather(Array.from({ length: 60 }, () => inPool(world, work)))
    })
    expect([most, done, now]).toEqual([4, 60, 0])
  })

  test('C156 what cannot be serialised fails that one, and the others are done', async () => {
    const seen = await play(2, async (world) => {
      const bad = await outcome(Promise.resolve().then(() => runInExecutor('async', 'work', { fn: () => 1 })))
      const badResult = inPool(world, () => 1n)
      const good = inPool(world, () => 'good')
      return [bad, await outcome(badResult), await good]
    })
    expect(seen).toEqual([
      expect.objectContaining({ name: 'TypeError', message: 'The input is not JSON: fn is a function.' }),
      expect.objectContaining({ name: 'TypeError' }),
      'good',
    ])
  })

  test('C157 what is queued is done in spite of a restart, and what runs is done again', async () => {
    const world = await World.open({ async: 5, process: 1 })
    const done = new Map<number, number>()
    const jobs = await world.runs(50, (index) => async () => {
      await sleep(100)
      done.set(index, (done.get(index) ?? 0) + 1)
    })
    await world.advance(250)
    await world.restart(1_000)
    await world.advance(60_000)
    expect(jobs.map((job) => job.state)).toEqual(jobs.map(() => 'succeeded'))
    expect([...done.values()].every((times) => times === 1)).toBe(true)
  })

  test('C157 while the host stops, what runs may end, what is queued stays, and nothing more is taken', async () => {
    const world = await World.open({ async: 2, process: 1 })
    const seen: unknown[] = []
    const parent = await world.run(async () => {
      const running = inPool(world, () => sleep(100, 'done'))
      const queued = inPool(world, () => 'never in this life')
      await sleep(50)
      world.shutDown(10_000)
      await sleep(10)
      seen.push(await outcome(inPool(world, () => 'too late')), await running, queued.done())
    })
    await world.advance(5_000)
    expect(seen).toEqual([expect.objectContaining({ name: 'RuntimeError' }), 'done', false])
    expect(parent.state).toBe('succeeded')
  })

  test('C158 over a list: results in its order, errors in their place, and a deadline cancels what is left', async () => {
    const started: number[] = []
    const seen = await play(2, async (world) => {
      const work = (n: number) =>
        inPool(world, async () => {
          started.push(n)
          await sleep(10 * (5 - n))
          if (n === 2) throw new RangeError('two')
          return n
        })
      const all = await gather([0, 1, 2, 3].map(work), { returnExceptions: true })
      started.length = 0
      const late = [0, 1, 2, 3].map(work)
      const error = await outcome(timeout(45, () => gather(late, { returnExceptions: true })))
      return [all, error, late.map((each) => each.cancelled())]
    })
    expect(seen).toEqual([[0, 1, expect.any(RangeError), 3], expect.any(TimeoutError), [true, false, true, true]])
    expect(started).toEqual([0, 1, 2])
  })
})
