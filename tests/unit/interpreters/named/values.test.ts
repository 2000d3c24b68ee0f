import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromValues, handleName, provideHandles, toValues } from '../../../../src-main/interpreters/named/values.ts'
import type { HandleName } from '../../../../src-main/interpreters/named/values.ts'

class Handle {
  readonly #name: HandleName
  constructor(name: HandleName) {
    this.#name = name
  }
  get [handleName]() {
    return this.#name
  }
}
provideHandles((name) => new Handle(name))

const through = (value: unknown) => fromValues(toValues(value))

test('what structured clone copies comes out equal', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: false,
  })
  fc.assert(
    fc.property(anything, (value) => {
      expect(through(value)).toEqual(value)
    }),
  )
})

test('a field named __proto__ is a field, and changes no prototype', () => {
  const value = JSON.parse('{ "__proto__": { "polluted": true }, "n": [{ "__proto__": 1 }] }') as { polluted?: true }
  const got = through(value) as typeof value
  expect([Object.entries(got), Object.getPrototypeOf(got) === Object.prototype, got.polluted]).toEqual([
    Object.entries(value),
    true,
    undefined,
  ])
})

test('cycles and what stands twice stay so', () => {
  const inner = { n: 1 }
  const outer: Record<string, unknown> = { a: inner, b: [inner], handle: new Handle({ kind: 'queue', id: 3 }) }
  outer['self'] = outer
  const got = through(outer) as typeof outer
  expect(got['self']).toBe(got)
  expect((got['b'] as unknown[])[0]).toBe(got['a'])
  expect((got['handle'] as Handle)[handleName]).toEqual({ kind: 'queue', id: 3 })
})

test('handles arrive as handles, wherever they are', () => {
  const handle = () => new Handle({ kind: 'interpreter', id: 2, name: 'two' })
  const names = [
    through(handle()),
    ...(through(new Set([handle()])) as Set<Handle>),
    ...(through(new Map([[1, handle()]])) as Map<number, Handle>).values(),
  ]
  expect(names.map((each) => (each as Handle)[handleName].id)).toEqual([2, 2, 2])
})

test.each([
  [{ a: [() => 1] }, 'a[0] is a function'],
  [new Map([['k', Symbol('s')]]), 'get(…) is a symbol'],
  [new Set([Promise.resolve()]), 'item is a promise; await it first'],
  [new (class Own {})(), 'it is an object of the class Own, which would arrive without its class'],
  [
    { memory: new SharedArrayBuffer(1) },
    'memory is shared memory, which cannot leave its process; toThread can share it',
  ],
  ['x'.repeat(1_100_000), 'it has 1100006 bytes, and at most 1048576 can be sent'],
])('what cannot be sent is refused with where it is', (value, words) => {
  expect(() => toValues(value)).toThrow(words)
})
