import { expect, test } from 'vitest'
import { CallTurns } from '../../../src-main/engine/call-turns.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A clock that only calls move, and what they have asked for later. */
function openTurns() {
  const later: (() => void)[] = []
  const clock = { now: 0, monoMs: () => clock.now, soon: (run: () => void) => void later.push(run) }
  const done: string[] = []
  const call = (name: string, ms: number) => () => {
    clock.now += ms
    done.push(name)
  }
  return { turns: new CallTurns(clock), later, done, call }
}

test('a single call is taken at once', () => {
  const { turns, done, call } = openTurns()
  turns.line().add(call('a', 100))
  expect(done).toEqual(['a'])
})

test('many quick calls are taken together', async () => {
  const { turns, later, done, call } = openTurns()
  const line = turns.line()
  for (let n = 0; n < 100; n += 1) line.add(call(String(n), 0.05))
  await settled()
  expect(done).toEqual(Array.from({ length: 100 }, (_, n) => String(n)))
  expect(later).toEqual([])
})

test('after 8 ms of calls others have their turn, and then the rest is taken', async () => {
  const { turns, later, done, call } = openTurns()
  const line = turns.line()
  for (const name of ['a', 'b', 'c', 'd', 'e']) line.add(call(name, 3))
  await settled()
  expect(done).toEqual(['a', 'b', 'c'])
  expect(later).toHaveLength(1)
  // What comes meanwhile waits as well.
  line.add(call('f', 0))
  await settled()
  expect(done).toHaveLength(3)
  later.shift()?.()
  await settled()
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  expect(later).toEqual([])
})

test('a client that asks for much does not hold up another', async () => {
  const { turns, later, done, call } = openTurns()
  const [greedy, modest] = [turns.line(), turns.line()]
  for (let n = 0; n < 50; n += 1) greedy.add(call('greedy', 5))
  modest.add(call('modest', 0))
  await settled()
  while (later.length > 0) {
    later.shift()?.()
    await settled()
  }
  expect(done.slice(0, 4)).toEqual(['greedy', 'greedy', 'modest', 'greedy'])
  expect(done).toHaveLength(51)
})

test('calls of a connection that has closed are forgotten', async () => {
  const { turns, later, done, call } = openTurns()
  const [gone, here] = [turns.line(), turns.line()]
  gone.add(call('first', 9))
  gone.add(call('second', 1))
  await settled()
  here.add(call('other', 1))
  gone.close()
  later.shift()?.()
  await settled()
  expect(done).toEqual(['first', 'other'])
  gone.add(call('late', 1))
  await settled()
  expect(done).toEqual(['first', 'other', 'late'])
})
