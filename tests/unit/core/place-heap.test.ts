import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBefore } from '../../../src-main/core/admission.ts'
import type { Place } from '../../../src-main/core/admission.ts'
import { PlaceHeap } from '../../../src-main/core/place-heap.ts'

test('keeps items in the order of their places through moves and removals', () => {
  const item = fc.integer({ min: 0, max: 12 })
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('set' as const), item, rank: fc.integer({ min: 0, max: 9 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), item }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 0, max: 10 }), (steps, rank) => {
      const heap = new PlaceHeap<number>()
      const model = new Map<number, Place>()
      for (const each of steps) {
        if (each.do === 'remove') expect(heap.remove(each.item)).toBe(model.delete(each.item))
        else {
          const place = { rank: each.rank, id: each.item }
          heap.set(each.item, place)
          model.set(each.item, place)
        }
        const inOrder = [...model].sort(([, a], [, b]) => (isBefore(a, b) ? -1 : 1))
        expect([heap.size, heap.first, heap.firstPlace, heap.secondPlace]).toEqual([
          model.size,
          inOrder[0]?.[0],
          inOrder[0]?.[1],
          inOrder[1]?.[1],
        ])
        const place = { rank, id: 0 }
        const before = inOrder.flatMap(([known, its]) => (isBefore(its, place) ? [known] : []))
        expect([...heap.before(place)].sort()).toEqual(before.sort())
      }
    }),
  )
})
