import { describe, expect, test } from 'vitest'
import { inRun as inRunOf, outcome } from './support/play.ts'
import type { Stage } from './support/play.ts'
import type { World } from './support/world.ts'
import * as sdk from './support/signalbox.ts'

/** Lets all that is ready be called. */
const pass = () => sdk.sleep(0)
const { asCompleted, CancelledError, future, gather, race, sleep, spawn, wait } = sdk

const boom = new Error('boom')
const isBoom = expect.objectContaining({ name: 'Error', message: 'boom' }) as Error

/** Both kinds of handles obey the same rules: a script grows from one into the other by changing one line. */
describe.each(['tasks', 'child runs'] as const)('over %s', (kind) => {
  let world: World
  const inRun = (body: (stage: Stage) => unknown) =>
    inRunOf((stage) => {
      world = stage.world
      return body(stage)
    })
  const start = <Value>(fn: () => Value | PromiseLike<Value>, name = 'own') =>
    kind === 'tasks'
      ? spawn(fn, { name })
      : (spawn('work', world.machine.add(fn), { name }) as unknown as InstanceType<typeof sdk.Task<Awaited<Value>>>)
  const after = <Value>(ms: number, value: Value) => start(() => sleep(ms, value), String(value))
  const failing = (ms: number, error: Error = boom) =>
    start(async () => {
      await sleep(ms)
      throw error
    })

  describe('gather', () => {
    test('C35 gives results in the order of the arguments, when the last is there', () =>
      inRun(async ({ at }) => {
        const order: string[] = []
        const tasks = [after(30, 'a'), after(10, 'b'), after(20, 'c')]
        for (const task of tasks) task.addDoneCallback((done) => order.push(done.result()))
        expect([await gather(tasks), at(), order]).toEqual([['a', 'b', 'c'], 30, ['b', 'c', 'a']])
        expect([gather([]).done(), await gather([])]).toEqual([true, []])
      }))

    test('C36 the first error comes out at once, and the others live', () =>
      inRun(async ({ at }) => {
        const [a, b, c, d] = [after(0, 1), failing(15), after(100, 'c'), future()]
        const gathering = gather([a, b, c, d])
        expect([await outcome(gathering), at()]).toEqual([isBoom, 15])
        expect([c.done(), d.done(), gathering.cancel(), d.cancelled(), c.cancelling()]).toEqual([
          false,
          false,
          false,
          false,
          0,
        ])
        d.setException(new Error('too late'))
        expect([await c, at()]).toEqual(['c', 100])
      }))

    test('C38 errors as results', () =>
      inRun(async ({ at }) => {
        const other = new Error('other')
        const list = [after(30, 3), after(1, 1), failing(10), failing(20, other)]
        expect([await gather(list, { returnExceptions: true }), at()]).toEqual([[3, 1, isBoom, other], 30])
      }))

    test('C39 cancelled members as results', () =>
      inRun(async () => {
        const list = [after(1, 1), failing(2), after(50, 2), after(3, 3), after(50, 4)]
        sdk.loop.callLater(5, () => [list[2], list[4]].forEach((task) => task?.cancel()))
        const cancelled = expect.any(CancelledError) as unknown
        expect(await gather<unknown>(list, { returnExceptions: true })).toEqual([1, isBoom, cancelled, 3, cancelled])
      }))

    test.each([false, true])('C40 its cancel goes to all members (returnExceptions %s)', (returnExceptions) =>
      inRun(async ({ at }) => {
        const members = [after(100, 1), after(200, 2), after(0, 3)]
        const lines: string[] = []
        const gathering = gather(members, { returnExceptions })
        const caller = spawn(async () => (await gathering, lines.push('not reached')))
        await sleep(10)
        caller.cancel()
        expect(await outcome(caller)).toBeInstanceOf(CancelledError)
        expect([lines, members.map((each) => each.cancelled()), gathering.cancel(), at()]).toEqual([
          [],
          [true, true, false],
          false,
          10,
        ])
        const own = gather([after(100, 1)])
        expect([own.cancel(), await outcome(own)]).toEqual([true, expect.any(CancelledError)])
      }),
    )

    test('C43 duplicates run once, and an argument that cannot be awaited leaves nothing half built', () =>
      inRun(async () => {
        let calls = 0
        const [c, d] = [spawn(() => (calls += 1)), spawn(() => 'def')]
        expect(await gather<unknown>([c, c, d, c])).toEqual([1, 1, 'def', 1])
        const untouched = future()
        expect(() => gather([untouched, 5 as never])).toThrow(TypeError)
        untouched.setResult(1)
        await pass()
        expect(await gather([Promise.resolve('promise'), untouched])).toEqual(['promise', 1])
      }))
  })

  describe('wait', () => {
    test('C44 ALL_COMPLETED never throws the error of a member', () =>
      inRun(async ({ at }) => {
        const members = [after(10, 1), failing(20)]
        const { done, pending } = await wait<unknown>(members)
        expect([[...done], pending.size, at()]).toEqual([members, 0, 20])
        await wait<unknown>(members)
        expect(at()).toBe(20)
      }))

    test('C45 what it is given', () =>
      inRun(async () => {
        const one = after(1, 'one')
        expect(await outcome(wait([]))).toBeInstanceOf(RangeError)
        expect(await outcome(wait([one], { returnWhen: 'SOMETIMES' as never }))).toBeInstanceOf(RangeError)
        expect(await outcome(wait(one as never))).toBeInstanceOf(TypeError)
        const list = function* () {
          yield one
          yield one
        }
        expect((await wait(list())).done).toEqual(new Set([one]))
      }))

    test('C46 FIRST_COMPLETED leaves the others running', () =>
      inRun(async ({ at }) => {
        const [slow, quick] = [after(10_000, 'slow'), after(100, 'quick')]
        const { done, pending } = await wait([slow, quick], { returnWhen: 'FIRST_COMPLETED' })
        expect([[...done], [...pending], at()]).toEqual([[quick], [slow], 100])
        expect(await slow).toBe('slow')
      }))

    test('C48 FIRST_EXCEPTION', () =>
      inRun(async ({ at }) => {
        const slow = after(1_000, 'slow')
        const failed = failing(0)
        await outcome(failed)
        const began = at()
        const first = await wait<unknown>([slow, failed], { returnWhen: 'FIRST_EXCEPTION' })
        expect([[...first.done], [...first.pending], at()]).toEqual([[failed], [slow], began])
        const later = failing(10)
        const second = await wait<unknown>([slow, later, after(1, 1)], { returnWhen: 'FIRST_EXCEPTION' })
        expect([second.done.size, [...second.pending], at() - began]).toEqual([2, [slow], 10])
        const third = await wait([slow, after(5, 'x')], { returnWhen: 'FIRST_EXCEPTION' })
        expect([third.done.size, third.pending.size]).toEqual([2, 0])
      }))

    test('C50 its timeout throws nothing and cancels nothing', () =>
      inRun(async ({ at }) => {
        const [quick, slow] = [after(100, 'quick'), after(150, 'slow')]
        const { done, pending } = await wait([quick, slow], { timeout: 110 })
        expect([[...done], [...pending], at(), slow.cancelling()]).toEqual([[quick], [slow], 110, 0])
        // The end of a run is on its way at the very instant; the timeout is here.
        if (kind === 'child runs') return
        const exact = after(100, 'exact')
        expect((await wait([exact], { timeout: 100 })).done.has(exact)).toBe(true)
      }))

    test('C51 the cancel of who waits leaves the members running', () =>
      inRun(async ({ at }) => {
        const member = after(50, 'member')
        const waiter = spawn(() => wait([member]))
        await sleep(10)
        waiter.cancel()
        expect([await outcome(waiter), at()]).toEqual([expect.any(CancelledError), 10])
        expect(await member).toBe('member')
      }))
  })

  describe('asCompleted', () => {
    test('C52 gives them as they complete, duplicates once', () =>
      inRun(async ({ at }) => {
        const [b, c, a] = [after(10, 'b'), after(10, 'c'), after(150, 'a')]
        const given: string[] = []
        for await (const task of asCompleted([b, c, a, b])) given.push(task.result())
        expect([given, at()]).toEqual([['b', 'c', 'a'], 150])
      }))

    test('C54 asked for in advance, the first to be asked gets the first completion', () =>
      inRun(async () => {
        const completions = asCompleted([after(20, 'late'), after(10, 'early')])
        const [first, second] = await Promise.all([completions.next(), completions.next()])
        const results = [first, second].map(({ value }) => (value as InstanceType<typeof sdk.Future>).result())
        expect(results).toEqual(['early', 'late'])
      }))

    test('C55 gives back what was handed in, and can be taken up again', () =>
      inRun(async () => {
        const tasks = [3, 1, 2].map((n) => after(n * 10, n))
        const completions = asCompleted(tasks)
        const given: unknown[] = []
        for await (const task of completions) {
          given.push(task)
          if (given.length === 2) break
        }
        for await (const task of completions) given.push(task)
        expect(given).toEqual([tasks[1], tasks[2], tasks[0]])
      }))

    test('its timeout is that of the whole', () =>
      inRun(async ({ at }) => {
        const given: unknown[] = []
        const loop = async () => {
          for await (const task of asCompleted([after(10, 'a'), after(100, 'b')], { timeout: 50 }))
            given.push(task.result())
        }
        expect([await outcome(loop()), given, at()]).toEqual([expect.any(sdk.TimeoutError), ['a'], 50])
      }))
  })

  describe('race', () => {
    test('gives the first outcome, and leaves nobody running behind the back of the caller', () =>
      inRun(async ({ at }) => {
        const lines: string[] = []
        const slow = spawn(async () => {
          await outcome(sleep(1_000))
          await sleep(5)
          lines.push('cleaned up')
          throw new CancelledError()
        })
        expect([await race([slow, after(10, 'quick')]), at(), lines]).toEqual(['quick', 15, ['cleaned up']])
        expect(slow.cancelled()).toBe(true)
        expect(await outcome(race([failing(1), after(10, 'x')]))).toEqual(isBoom)
      }))

    test('its cancel goes to all', () =>
      inRun(async () => {
        const members = [after(100, 1), after(200, 2)]
        const caller = spawn(() => race(members))
        await sleep(10)
        caller.cancel()
        expect([await outcome(caller), members.map((each) => each.cancelled())]).toEqual([
          expect.any(CancelledError),
          [true, true],
        ])
      }))
  })
})
