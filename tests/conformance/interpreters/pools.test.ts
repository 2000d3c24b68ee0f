import { expect, test } from 'vitest'
import { openInterpreterHost } from '../../support/interpreter-host.ts'

const { result } = openInterpreterHost()

test('C180 each worker is an interpreter of its own, whose initializer stays there; main has nothing of it', async () => {
  const seen = await result(`
    await using pool = interpreters.pool({ workers: 2, initializer: 'var greeting = "hello"' })
    const [arrived, gate] = [await interpreters.createQueue(), await interpreters.createQueue()]
    const jobs = [1, 2].map((n) => pool.submit(async (own: number, arrived: any, gate: any) => {
      await arrived.put(own)
      await gate.get()
      return [own, greeting, process.pid, (await import('signalbox')).interpreters.getCurrent().id]
    }, n, arrived, gate))
    // Both have begun before either ends, so no worker can have had both.
    for (const _ of jobs) await arrived.get()
    for (const _ of jobs) await gate.put('go')
    const [one, two]: any[] = await gather(jobs)
    return [[one[0], one[1]], [two[0], two[1]], new Set([one[2], two[2], process.pid]).size, one[3] !== two[3],
      typeof (globalThis as any).greeting]`)
  expect(seen).toEqual([[1, 'hello'], [2, 'hello'], 3, true, 'undefined'])
})

test("C180 a job's error comes out as its own type and message, with the ExecutionFailed as its cause", async () => {
  const seen = await result(`
    await using pool = interpreters.pool({ workers: 1 })
    const failed = pool.submit(() => { throw new RangeError('out of range') })
    let error: any
    try { await failed } catch (thrown) { error = thrown }
    return [error instanceof RangeError, error.message, error.cause instanceof ExecutionFailed, error.cause.excinfo.type]`)
  expect(seen).toEqual([true, 'out of range', true, 'RangeError'])
})

test('C180 a closure fails its own future with a NotShareableError that names what is missing', async () => {
  const seen = await result(`
    await using pool = interpreters.pool({ workers: 1 })
    const outside = 3
    const closure = pool.submit(() => outside + 1)
    const bad = pool.submit((f: unknown) => f, () => 1)
    const good = pool.submit((n: number) => n + 1, outside)
    return [await outcome(closure), await outcome(bad), await good]`)
  expect(seen).toEqual([
    expect.stringMatching(/^NotShareableError: the function uses outside, which is not there/),
    'NotShareableError: An argument cannot be handed over: [0] is a function.',
    4,
  ])
})

test('C180 an initializer that fails breaks the pool', async () => {
  const seen = await result(`
    const pool = interpreters.pool({ workers: 1, initializer: 'throw new TypeError("no start")' })
    const job = pool.submit(() => 1)
    const first = await outcome(job)
    const next = await outcome(() => pool.submit(() => 1))
    await pool.shutdown()
    return [first, next, await ids()]`)
  const words = 'RuntimeError: The pool is broken: TypeError: no start'
  expect(seen).toEqual([words, words, [0]])
})

test('C180 sixty jobs on four workers are done by four interpreters', async () => {
  const seen = await result(`
    await using pool = interpreters.pool({ workers: 4 })
    const jobs = Array.from({ length: 60 }, (_, n) => pool.submit((own: number) => [own, process.pid], n))
    const done: any[] = await gather(jobs)
    return [done.map(([n]) => n).every((n, index) => n === index), new Set(done.map(([, pid]) => pid)).size,
      (await ids()).length - 1]`)
  expect(seen).toEqual([true, expect.toSatisfy((size: number) => size >= 1 && size <= 4), 4])
})

test('C157 a shutdown finishes what is queued, or cancels it; afterwards nothing is taken, and no interpreter is left', async () => {
  const seen = await result(`
    const gate = await interpreters.createQueue()
    const first = interpreters.pool({ workers: 1 })
    const jobs = [1, 2, 3].map((n) => first.submit((own: number) => own, n))
    await first.shutdown()
    const second = interpreters.pool({ workers: 1 })
    const running = second.submit((gate: any) => gate.get(), gate)
    const queued = second.submit(() => 'never')
    const end = spawn(() => second.shutdown({ cancelFutures: true }))
    await gate.put('done')
    await end
    return [jobs.map((job) => job.result()), running.result(), queued.cancelled(),
      await outcome(() => second.submit(() => 1)), await ids()]`)
  expect(seen).toEqual([[1, 2, 3], 'done', true, 'RuntimeError: The pool was shut down and takes no more jobs.', [0]])
})

test('C158 map gives results in the order of the items, and an error at its own place', async () => {
  const seen = await result(`
    await using pool = interpreters.pool({ workers: 2 })
    const got: unknown[] = []
    try {
      for await (const each of pool.map((n: number) => { if (n === 3) throw new RangeError('three'); return n * n }, [1, 2, 3, 4]))
        got.push(each)
    } catch (error) { got.push(error.message) }
    return got`)
  expect(seen).toEqual([1, 4, 'three'])
})
