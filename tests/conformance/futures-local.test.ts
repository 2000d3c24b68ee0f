import { describe, expect, test } from 'vitest'
import { inRun, outcome } from './support/play.ts'
import * as sdk from './support/signalbox.ts'

/** Lets all that is ready be called. */
const pass = () => sdk.sleep(0)
const { future, InvalidStateError, CancelledError } = sdk

type Future = InstanceType<typeof sdk.Future>

const states = (one: Future) => [one.done(), one.cancelled()]
const boom = new Error('boom')

describe('futures of one run', () => {
  test('C1 a value is settled once', () =>
    inRun(() => {
      const one = future<number>()
      one.setResult(42)
      expect([states(one), one.result(), one.exception()]).toEqual([[true, false], 42, null])
      expect(() => one.setResult(1)).toThrow(InvalidStateError)
      expect(() => one.setException(boom)).toThrow(InvalidStateError)
      expect([one.cancel(), one.result()]).toEqual([false, 42])
    }))

  test('C2 an error is settled once', () =>
    inRun(() => {
      const one = future()
      one.setException(boom)
      expect(() => one.result()).toThrow(boom)
      expect([states(one), one.exception()]).toEqual([[true, false], boom])
      expect(() => one.setResult(1)).toThrow(InvalidStateError)
      expect(() => one.setException(boom)).toThrow(InvalidStateError)
      expect([one.cancel(), one.exception()]).toEqual([false, boom])
    }))

  test('C3 cancelled is terminal', () =>
    inRun(() => {
      const one = future()
      expect([one.cancel('enough'), states(one)]).toEqual([true, [true, true]])
      expect(() => one.result()).toThrow(CancelledError)
      expect(() => one.exception()).toThrow(CancelledError)
      expect(() => one.setResult(1)).toThrow(InvalidStateError)
      expect(() => one.setException(boom)).toThrow(InvalidStateError)
      expect(one.cancel()).toBe(false)
    }))

  test('C4 reading early is an error at once', () =>
    inRun(() => {
      expect(() => future().result()).toThrow(InvalidStateError)
      expect(() => future().exception()).toThrow(InvalidStateError)
    }))

  test.each([
    ['a value', (one: Future) => one.setResult(1)],
    ['an error', (one: Future) => one.setException(boom)],
    ['a cancel', (one: Future) => one.cancel()],
  ])('C6 callbacks run in the next pass, in order, once: %s', (_, settle) =>
    inRun(async () => {
      const one = future()
      const calls: unknown[] = []
      one.addDoneCallback((given) => calls.push('first', given === one))
      one.addDoneCallback((given) => calls.push('second', given === one))
      settle(one)
      expect(calls).toEqual([])
      await pass()
      expect(calls).toEqual(['first', true, 'second', true])
      await pass()
      expect(calls).toHaveLength(4)
    }),
  )

  test('C7 a late callback runs in the next pass, not inline', () =>
    inRun(async () => {
      const one = future<number>()
      one.setResult(1)
      const calls: number[] = []
      one.addDoneCallback((given) => calls.push(given.result()))
      expect(calls).toEqual([])
      await pass()
      expect(calls).toEqual([1])
    }))

  test('C8 removing callbacks says how many there were', () =>
    inRun(async () => {
      const one = future()
      const calls: string[] = []
      const [first, second, never] = ['first', 'second', 'never'].map((name) => () => void calls.push(name)) as [
        () => void,
        () => void,
        () => void,
      ]
      for (let count = 0; count < 3; count += 1) one.addDoneCallback(first)
      one.addDoneCallback(second)
      for (let count = 0; count < 3; count += 1) one.addDoneCallback(first)
      expect([one.removeDoneCallback(first), one.removeDoneCallback(never)]).toEqual([6, 0])
      one.setResult(1)
      await pass()
      expect(calls).toEqual(['second'])
    }))

  test('C9 a settled future can be awaited any number of times', () =>
    inRun(async () => {
      const [good, bad] = [future<number>(), future()]
      good.setResult(1)
      bad.setException(boom)
      expect([await good, await good, await outcome(bad), await outcome(bad)]).toEqual([1, 1, boom, boom])
    }))

  test('C11 outcomes are copied to what depends on a future, and cancels to what it depends on', () =>
    inRun(async () => {
      const sources = [future<number>(), future(), future()]
      const chained = sources.map((source) => sdk.gather([source]))
      sources[0]?.setResult(1)
      sources[1]?.setException(boom)
      sources[2]?.cancel('enough')
      expect(await Promise.all(chained.map(outcome))).toEqual([[1], boom, expect.any(CancelledError)])

      const source = future()
      sdk.gather([source]).cancel('no more')
      expect(source.cancelled()).toBe(true)

      const finished = future<number>()
      const dependent = sdk.shield(finished)
      finished.setResult(42)
      dependent.cancel()
      await pass()
      expect([finished.result(), dependent.cancelled()]).toEqual([42, true])
    }))
})
