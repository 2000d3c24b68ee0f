import { describe, expect, test } from 'vitest'
import type { Call, CallOn } from '../../../src-main/interpreters/calls.ts'
import { nextLife, openRuns } from '../../support/objects.ts'

type Future = CallOn<'future'>
type Ask = Future extends infer Each ? (Each extends Future ? Omit<Each, 'on' | 'name'> : never) : never
const on = (what: Ask): Call => ({ on: 'future', name: 'f', ...what })
const wait: Call = on({ do: 'wait' })
const look: Call = on({ do: 'look' })
const set = (value: unknown, when: { delayMs?: number; at?: number } = {}): Call =>
  on({ do: 'set_result', value: JSON.stringify(value), ...when })
const fail: Call = on({ do: 'set_exception', error: { name: 'TypeError', message: 'no', stack: null, hint: null } })
const cancel: Call = on({ do: 'cancel', message: 'not needed' })

describe('a future', () => {
  test('is settled once, by a value that every wait gets, now and later', async () => {
    const world = await openRuns(2)
    const waits = [await world.call(0, wait), await world.call(1, wait)]
    expect([await world.get(0, look), ...waits.map(world.outcome)]).toEqual([{ state: 'pending' }, 'waits', 'waits'])
    await world.get(0, set(42))
    expect([...waits.map(world.outcome), await world.get(1, wait)]).toEqual(['42', '42', '42'])
    expect([await world.get(0, set(1)), await world.get(0, fail), await world.get(0, cancel)]).toEqual([
      'InvalidStateError',
      'InvalidStateError',
      false,
    ])
    expect(await world.get(0, look)).toEqual({ state: 'done', value: '42' })
  })

  test('gives its error, or the words of its cancel, to every wait', async () => {
    const failed = await openRuns(1)
    await failed.get(0, fail)
    const call = await failed.call(0, wait)
    expect(failed.answerTo(call)).toMatchObject({ ok: false, error: { name: 'TypeError', message: 'no' } })
    const cancelled = await openRuns(2)
    const waiting = await cancelled.call(1, wait)
    expect(await cancelled.get(0, cancel)).toBe(true)
    expect(cancelled.answerTo(waiting)).toMatchObject({ error: { name: 'CancelledError', message: 'not needed' } })
    expect(await cancelled.get(0, look)).toEqual({ state: 'cancelled', message: 'not needed' })
  })

  test('stays as it is when one who waits for it goes', async () => {
    const world = await openRuns(2)
    const gone = await world.call(0, wait)
    const dying = await world.call(1, wait)
    await world.withdraw(0, gone)
    await world.endRun(1, 'threw')
    expect([world.outcome(gone), world.outcome(dying), await world.get(0, look)]).toEqual([
      'Withdrawn',
      'waits',
      { state: 'pending' },
    ])
  })

  test('is settled by its timer, once, and not by one that comes too late', async () => {
    const world = await openRuns(1)
    await world.get(0, set('timer', { delayMs: 1_000 }))
    const waiting = await world.call(0, wait)
    await world.pass(999)
    expect(world.outcome(waiting)).toBe('waits')
    await world.pass(1)
    expect(world.outcome(waiting)).toBe('"timer"')
    const early = await openRuns(1)
    await early.get(0, set('timer', { delayMs: 1_000 }))
    await early.get(0, cancel)
    await early.pass(2_000)
    expect(await early.get(0, look)).toMatchObject({ state: 'cancelled' })
  })

  test('is settled in the next life by a timer that is overdue by then', async () => {
    const world = await openRuns(1)
    const { wallMs } = world.world
    await world.get(0, set('timer', { at: wallMs + 1_000 }))
    const next = await nextLife(world)
    await next.pass(3_000)
    expect(await next.get(0, wait)).toBe('"timer"')
    expect(next.db.prepare('SELECT settled_by, due_at FROM futures').get()).toEqual({
      settled_by: 'timer',
      due_at: null,
    })
  })
})
