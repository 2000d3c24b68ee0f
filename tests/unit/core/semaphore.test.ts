import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Semaphore } from '../../../src-main/core/semaphore.ts'
import type { Lease, SemaphoreSettings, Wanting } from '../../../src-main/core/semaphore.ts'

const settings = (permits: number, more: Partial<SemaphoreSettings> = {}): SemaphoreSettings => ({
  permits,
  isBounded: false,
  perMs: null,
  extra: 0,
  ...more,
})
const wanting = (call: number, amount = 1): Wanting => ({ run: 1, attempt: 1, call, amount })
const lease = (id: number, amount = 1): Lease => ({ id, amount, isTimed: false })

/** Takes who has his turn, holds for each, and gives their calls. */
function serve(semaphore: Semaphore<Wanting, Lease>): number[] {
  const served: number[] = []
  for (let next = semaphore.takeNext(); next !== undefined; next = semaphore.takeNext()) {
    semaphore.hold(lease(next.call, next.amount))
    served.push(next.call)
  }
  return served
}

test('a large request at the head is not overtaken by a small one behind it', () => {
  const semaphore = new Semaphore<Wanting, Lease>(settings(3))
  semaphore.hold(lease(1, 2))
  semaphore.join(wanting(2, 2))
  semaphore.join(wanting(3, 1))
  expect({ served: serve(semaphore), free: semaphore.free, passes: semaphore.passes(1) }).toEqual({
    served: [],
    free: 1,
    passes: false,
  })
  semaphore.release(lease(1, 2), 2)
  expect({ served: serve(semaphore), free: semaphore.free }).toEqual({ served: [2, 3], free: 0 })
})

test('permits that are taken away while they are held are missing until they come back', () => {
  const semaphore = new Semaphore<Wanting, Lease>(settings(3))
  for (const id of [1, 2, 3]) semaphore.hold(lease(id))
  semaphore.change(settings(1))
  semaphore.join(wanting(4))
  expect([semaphore.free, serve(semaphore)]).toEqual([-2, []])
  semaphore.release(lease(1), 1)
  semaphore.release(lease(2), 1)
  expect([semaphore.free, serve(semaphore)]).toEqual([0, []])
  semaphore.release(lease(3), 1)
  expect([semaphore.free, serve(semaphore)]).toEqual([1, [4]])
})

test('a timed lease comes back with time and not when it is released', () => {
  const semaphore = new Semaphore<Wanting, Lease>(settings(1, { perMs: 1_000 }))
  const timed = { id: 1, amount: 1, isTimed: true }
  semaphore.hold(timed)
  semaphore.release(timed, 1)
  expect([semaphore.free, semaphore.leases.size]).toEqual([0, 0])
  semaphore.returnUse(1)
  expect(semaphore.free).toBe(1)
})

test('lanes that are held up have a place in the line: before whoever comes later, behind whoever came before', () => {
  const semaphore = new Semaphore<Wanting, Lease>(settings(1))
  semaphore.hold(lease(9))
  semaphore.join(wanting(1))
  semaphore.joinLanes()
  semaphore.join(wanting(2))
  semaphore.release(lease(9), 1)
  expect([serve(semaphore), semaphore.roomForRuns(1)]).toEqual([[1], 0])
  semaphore.release(lease(1), 1)
  expect([serve(semaphore), semaphore.roomForRuns(1)]).toEqual([[], 1])
  semaphore.leaveLanes()
  expect([serve(semaphore), semaphore.roomForRuns(1)]).toEqual([[2], 0])
})

const step = fc.oneof(
  fc.record({ do: fc.constant('acquire' as const), amount: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('release' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('change' as const), permits: fc.integer({ min: 0, max: 5 }) }),
)

test('permits are conserved, the line is kept, and nobody waits for what is free', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const semaphore = new Semaphore<Wanting, Lease>(settings(2))
      let permits = 2
      let line: Wanting[] = []
      let held: Lease[] = []
      steps.forEach((one, index) => {
        if (one.do === 'acquire') {
          const wants = wanting(index + 1, one.amount)
          if (semaphore.passes(one.amount)) {
            semaphore.hold(lease(wants.call, wants.amount))
            held.push(lease(wants.call, wants.amount))
          } else {
            semaphore.join(wants)
            line.push(wants)
          }
        } else if (one.do === 'release') {
          const back = held[one.which]
          if (back !== undefined) semaphore.release(back, back.amount)
          held = held.filter((each) => each !== back)
        } else if (one.do === 'withdraw') {
          const gone = line[one.which]
          if (gone !== undefined) semaphore.withdraw(gone)
          line = line.filter((each) => each !== gone)
        } else {
          permits = one.permits
          semaphore.change(settings(permits))
        }
        for (const call of serve(semaphore)) {
          const first = line.shift()
          expect(first?.call).toBe(call)
          held.push(lease(call, first?.amount))
        }
        const inUse = held.reduce((sum, each) => sum + each.amount, 0)
        expect({ free: semaphore.free, waiting: semaphore.waiting }).toEqual({
          free: permits - inUse,
          waiting: line.length,
        })
        expect((line[0]?.amount ?? Infinity) > semaphore.free).toBe(true)
      })
    }),
  )
})
