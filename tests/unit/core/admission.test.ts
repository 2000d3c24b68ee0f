import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBefore, nextClaim, rankOf } from '../../../src-main/core/admission.ts'
import type { Lane, Place } from '../../../src-main/core/admission.ts'

const lane = (id: number, head: Place | null): Lane => ({
  id,
  executor: 'async',
  jobId: id,
  isPrivate: false,
  isPaused: false,
  queued: head === null ? 0 : 1,
  head,
})

test('nothing is claimed without a free slot or a waiting run', () => {
  expect(nextClaim([lane(1, { rank: 0, id: 1 })], 0)).toBeNull()
  expect(nextClaim([lane(1, null)], 5)).toBeNull()
})

test('a claim stops where the next lane would have its turn', () => {
  const first = lane(1, { rank: 3, id: 10 })
  const second = lane(2, { rank: 3, id: 14 })
  expect(nextClaim([second, first], 8)).toEqual({ lane: first, before: { rank: 3, id: 14 }, limit: 8 })
  expect(nextClaim([first], 8)).toMatchObject({ lane: first, before: { rank: Number.MAX_SAFE_INTEGER } })
})

test('claims over many lanes admit in the order of one queue', () => {
  const place = fc.record({ lane: fc.integer({ min: 0, max: 4 }), rank: fc.integer({ min: -2, max: 2 }) })
  fc.assert(
    fc.property(fc.array(place, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (submitted, slots) => {
      const waiting = submitted.map((run, index) => ({ ...run, id: index + 1 }))
      const expected = [...waiting].sort((a, b) => (isBefore(a, b) ? -1 : 1)).map(({ id }) => id)
      const admitted: number[] = []
      for (;;) {
        const lanes = [0, 1, 2, 3, 4].map((id) => {
          const own = waiting.filter((run) => run.lane === id).sort((a, b) => (isBefore(a, b) ? -1 : 1))
          return lane(id, own[0] ?? null)
        })
        const claim = nextClaim(lanes, slots)
        if (claim === null) break
        const claimed = waiting
          .filter((run) => run.lane === claim.lane.id && isBefore(run, claim.before))
          .sort((a, b) => (isBefore(a, b) ? -1 : 1))
          .slice(0, claim.limit)
        expect(claimed).not.toEqual([])
        for (const run of claimed) {
          admitted.push(run.id)
          waiting.splice(waiting.indexOf(run), 1)
        }
      }
      expect(admitted).toEqual(expected)
    }),
  )
})

test('a level of priority is worth a head start of one minute', () => {
  const waiting = { rank: rankOf(0, 0), id: 1 }
  expect(isBefore({ rank: rankOf(59_999, 1), id: 2 }, waiting)).toBe(true)
  expect(isBefore({ rank: rankOf(60_000, 1), id: 2 }, waiting)).toBe(false)
})
