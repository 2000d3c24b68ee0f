import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inDeadlock, lock, unlock } from '../../support/deadlocks.ts'
import { openRuns } from '../../support/objects.ts'

/** A run takes a lock, lets go of one that it has, or ends; one that waits does nothing. */
const step = fc.record({ run: fc.nat(4), name: fc.constantFrom('A', 'B', 'C', 'D'), do: fc.nat(9) })

test('random programs with locks are reported exactly when they wait in a circle', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const world = await openRuns(5)
      const model = new Locks()
      for (const { run, name, do: what } of steps) {
        // Twice the same lock is a circle of one: not too often.
        if (model.wants.has(run) || (what < 7 && model.holders.get(name) === run)) continue
        if (what < 8) {
          await world.call(run, lock(name))
          model.acquire(run, name)
        } else if (what === 8) {
          if (model.holders.get(name) !== run) continue
          await world.call(run, unlock(name))
          model.release(name)
        } else {
          await world.replace(run, 'returned')
          for (const [held, holder] of [...model.holders]) if (holder === run) model.release(held)
        }
        if (what % 3 === 0) await world.pass(1_000)
      }
      await world.pass(1_000)
      const found = inDeadlock(world).map((runs) => runs.sort((a, b) => a - b))
      const expected = model.circles().map((runs) => runs.map((run) => world.runOf(run)).sort((a, b) => a - b))
      expect(found.sort()).toEqual(expected.sort())
    }),
    { numRuns: 100 },
  )
})

/** Who holds and who wants what, in plain terms. */
class Locks {
  readonly holders = new Map<string, number>()
  readonly wants = new Map<number, string>()

  acquire(run: number, name: string): void {
    if (this.holders.has(name)) this.wants.set(run, name)
    else this.holders.set(name, run)
  }

  release(name: string): void {
    const next = [...this.wants].find(([, wanted]) => wanted === name)
    this.holders.delete(name)
    if (next === undefined) return
    this.wants.delete(next[0])
    this.holders.set(name, next[0])
  }

  circles(): number[][] {
    const found = new Map<number, number[]>()
    for (const start of this.wants.keys()) {
      const path: number[] = []
      let at: number | undefined = start
      while (at !== undefined && !path.includes(at)) {
        path.push(at)
        at = this.holders.get(this.wants.get(at) ?? '')
      }
      if (at === start) found.set(Math.min(...path), path)
    }
    return [...found.values()]
  }
}
