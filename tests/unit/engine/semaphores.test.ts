import { describe, expect, test } from 'vitest'
import type { Call, CallOn } from '../../../src-main/interpreters/calls.ts'
import { openFamily } from '../../support/family.ts'

type Spec = CallOn<'semaphore'>['spec']
const spec = (permits: number, more: Partial<NonNullable<Spec>> = {}): Spec => ({
  permits,
  bounded: false,
  perMs: null,
  ...more,
})
const acquire = (made: Spec = null, amount = 1): Call => ({
  on: 'semaphore',
  name: 's',
  spec: made,
  do: 'acquire',
  amount,
})
const tryAcquire: Call = { on: 'semaphore', name: 's', spec: null, do: 'try_acquire', amount: 1 }
const release = (permit: number | null = null): Call => ({
  on: 'semaphore',
  name: 's',
  spec: null,
  do: 'release',
  permit,
  amount: 1,
})
const look: Call = { on: 'semaphore', name: 's', spec: null, do: 'look' }
const lock = (name: string): Call => ({ on: 'lock', name, do: 'acquire' })
const unlock = (name: string, permit: number | null = null): Call => ({ on: 'lock', name, do: 'release', permit })

/** An engine with `count` running runs. */
async function withRuns(count: number) {
  const family = await openFamily({ slots: { async: 10, process: 1 } })
  const runs: number[] = []
  for (let n = 0; n < count; n += 1) runs.push(await family.submit({ job: 'work' }))
  const permitOf = (call: number) => {
    const answer = family.answerTo(call)
    return answer?.ok === true ? (answer.value as { permit: number }).permit : null
  }
  return { ...family, runs, permitOf }
}

describe('a semaphore', () => {
  test('lets in as many as it has permits, then one for each release, in the order of their asking', async () => {
    const { runs, send, ask, permitOf } = await withRuns(4)
    const calls: number[] = []
    for (const run of runs) calls.push(await send(run, acquire(spec(2))))
    expect(calls.map((call) => permitOf(call) !== null)).toEqual([true, true, false, false])
    expect(await ask(runs[0]!, look)).toEqual({ permits: 2, value: 0, waiting: 2, isLocked: true })
    await ask(runs[1]!, release())
    expect(calls.map((call) => permitOf(call) !== null)).toEqual([true, true, true, false])
    await ask(runs[0]!, release(permitOf(calls[0]!)))
    expect(calls.map((call) => permitOf(call) !== null)).toEqual([true, true, true, true])
  })

  test('gives what an attempt held to the next when it ends, also when it was killed before it knew', async () => {
    const { runs, send, end, permitOf } = await withRuns(3)
    await send(runs[0]!, acquire(spec(1)))
    const second = await send(runs[1]!, acquire())
    const third = await send(runs[2]!, acquire())
    await end(runs[0]!, 'returned')
    expect([permitOf(second) !== null, permitOf(third)]).toEqual([true, null])
    await end(runs[1]!, 'interrupted')
    expect(permitOf(third)).not.toBeNull()
  })

  test('passes over a waiter that was taken back', async () => {
    const { runs, send, ask, answerTo, permitOf, report } = await withRuns(3)
    await send(runs[0]!, acquire(spec(1)))
    const second = await send(runs[1]!, acquire())
    const third = await send(runs[2]!, acquire())
    await report({ type: 'withdraw', run: runs[1]!, attempt: 1, call: second })
    expect(answerTo(second)).toMatchObject({ ok: false, error: { name: 'Withdrawn' } })
    await ask(runs[0]!, release())
    expect(permitOf(third)).not.toBeNull()
  })

  test('may be released above its permits, which is kept over a restart, unless it is bounded', async () => {
    const { runs, ask, db } = await withRuns(1)
    await ask(runs[0]!, acquire(spec(1)))
    await ask(runs[0]!, release())
    expect(await ask(runs[0]!, release())).toBeNull()
    expect(await ask(runs[0]!, look)).toMatchObject({ permits: 1, value: 2 })
    expect(db.prepare('SELECT permits, extra FROM semaphores').get()).toEqual({ permits: 1, extra: 1 })
  })

  test('refuses, when it is bounded, a second release of the same permit, although the first has let somebody in', async () => {
    const { runs, send, ask, permitOf } = await withRuns(2)
    const first = await send(runs[0]!, acquire(spec(1, { bounded: true })))
    const second = await send(runs[1]!, acquire())
    await ask(runs[0]!, release(permitOf(first)))
    expect(permitOf(second)).not.toBeNull()
    expect(await ask(runs[0]!, release(permitOf(first)))).toMatchObject({ error: { name: 'RangeError' } })
    expect(await ask(runs[0]!, release())).toMatchObject({ error: { name: 'RangeError' } })
    expect(await ask(runs[0]!, look)).toMatchObject({ value: 0 })
  })

  test('takes new permits while it is used', async () => {
    const { runs, send, ask, permitOf } = await withRuns(3)
    const calls: number[] = []
    for (const run of runs) calls.push(await send(run, acquire(spec(1))))
    await ask(runs[0]!, { on: 'semaphore', name: 's', spec: null, do: 'set', permits: 3 })
    expect(calls.map((call) => permitOf(call) !== null)).toEqual([true, true, true])
  })

  test('with a period gives a permit again when the period is over, and not when it is released', async () => {
    const { runs, send, ask, permitOf, pass, db } = await withRuns(2)
    await send(runs[0]!, acquire(spec(1, { perMs: 1_000 })))
    await ask(runs[0]!, release())
    const second = await send(runs[1]!, acquire())
    await pass(999)
    expect([permitOf(second), await ask(runs[0]!, tryAcquire)]).toEqual([null, null])
    await pass(1)
    expect(permitOf(second)).not.toBeNull()
    expect(db.prepare('SELECT amount FROM rate_uses').all()).toEqual([{ amount: 1 }])
  })

  test('with a period keeps to its rate over a restart', async () => {
    const first = await withRuns(1)
    await first.send(first.runs[0]!, acquire(spec(1, { perMs: 1_000 })))
    first.clock.die()
    const next = await openFamily({ db: first.db })
    const [run] = next.startedRuns()
    const call = await next.send(run!, acquire())
    expect(next.answerTo(call)).toBeUndefined()
    await next.pass(1_000)
    expect(next.answerTo(call)).toMatchObject({ ok: true })
  })
})

describe('a lock', () => {
  test('is let go by the run that holds it only', async () => {
    const { runs, send, ask, permitOf } = await withRuns(2)
    const held = await send(runs[0]!, lock('l'))
    expect(await ask(runs[1]!, unlock('l'))).toMatchObject({ error: { name: 'RuntimeError' } })
    expect(await ask(runs[1]!, unlock('l', permitOf(held)))).toMatchObject({ error: { name: 'RuntimeError' } })
    expect(await ask(runs[0]!, unlock('l'))).toBeNull()
  })
})

describe('a condition', () => {
  const wait: Call = { on: 'condition', name: 'c', lock: 'c', do: 'wait' }
  const notify = (count: number | null): Call => ({ on: 'condition', name: 'c', lock: 'c', do: 'notify', count })

  test('is used by who holds its lock only', async () => {
    const { runs, ask } = await withRuns(1)
    for (const call of [wait, notify(1), notify(null)]) {
      expect(await ask(runs[0]!, call)).toMatchObject({ error: { name: 'RuntimeError' } })
    }
  })

  test('lets go of the lock while it waits, and goes on with it when the one that notified has let go', async () => {
    const { runs, send, ask, permitOf } = await withRuns(2)
    await send(runs[0]!, lock('c'))
    const waiting = await send(runs[0]!, wait)
    await send(runs[1]!, lock('c'))
    expect(await ask(runs[1]!, notify(1))).toBe(1)
    expect(permitOf(waiting)).toBeNull()
    await ask(runs[1]!, unlock('c'))
    expect(permitOf(waiting)).not.toBeNull()
  })

  test('has the lock again before it says that a wait was taken back', async () => {
    const { runs, send, ask, answerTo, report } = await withRuns(2)
    await send(runs[0]!, lock('c'))
    const waiting = await send(runs[0]!, wait)
    await send(runs[1]!, lock('c'))
    await report({ type: 'withdraw', run: runs[0]!, attempt: 1, call: waiting })
    expect(answerTo(waiting)).toBeUndefined()
    await ask(runs[1]!, unlock('c'))
    expect(answerTo(waiting)).toMatchObject({ ok: true, value: { isWithdrawn: true } })
    expect(await ask(runs[0]!, unlock('c'))).toBeNull()
  })

  test('gives the notification of a waiter that dies to the next', async () => {
    const { runs, send, ask, end, permitOf } = await withRuns(3)
    const waits: number[] = []
    for (const run of runs.slice(0, 2)) {
      await send(run, lock('c'))
      waits.push(await send(run, wait))
    }
    await send(runs[2]!, lock('c'))
    await ask(runs[2]!, notify(1))
    await end(runs[0]!, 'interrupted')
    await ask(runs[2]!, unlock('c'))
    expect(permitOf(waits[1]!)).not.toBeNull()
  })
})
