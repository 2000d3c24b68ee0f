import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Timers } from '../../../src-main/core/timers.ts'

test('timers give back what a sorted list would, through any sets and cancels', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('set' as const),
      key: fc.integer({ min: 0, max: 40 }),
      at: fc.integer({ min: 0, max: 100 }),
    }),
    fc.record({ do: fc.constant('cancel' as const), key: fc.integer({ min: 0, max: 40 }), at: fc.constant(0) }),
    fc.record({ do: fc.constant('take' as const), key: fc.constant(0), at: fc.integer({ min: 0, max: 100 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const timers = new Timers<number>()
      const model = new Map<number, number>()
      for (const { do: action, key, at } of steps) {
        if (action === 'set') {
          timers.set(key, at)
          model.set(key, at)
        } else if (action === 'cancel') {
          timers.cancel(key)
          model.delete(key)
        } else {
          const due = [...model].filter(([, when]) => when <= at)
          const taken = timers.take(at)
          expect(taken.map((taken) => model.get(taken))).toEqual(due.map(([, when]) => when).sort((a, b) => a - b))
          expect([...taken].sort((a, b) => a - b)).toEqual(due.map(([dueKey]) => dueKey).sort((a, b) => a - b))
          for (const [dueKey] of due) model.delete(dueKey)
        }
        expect(timers.size).toBe(model.size)
        expect(timers.next()).toBe(model.size === 0 ? null : Math.min(...model.values()))
      }
    }),
  )
})
