import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { serve } from './semaphores.ts'
import type { DurableSemaphore } from './semaphores.ts'

/** Permits of a rate limit that are on their way back. */
export type Use = { readonly semaphore: DurableSemaphore; readonly amount: number }

/** Takes up what the last life used and what has not come back since. Call once, inside the transaction. */
export function resumeUses(state: EngineState, tick: Tick): void {
  for (const { id, semaphore: name, amount, returns_at } of state.store.semaphores.allUses.all()) {
    const semaphore = state.objects.semaphores.semaphore.get(name)
    if (semaphore === undefined) throw new Error(`the semaphore "${name}" of use ${id} is not in the store`)
    semaphore.addUse(amount)
    state.objects.uses.set(id, { semaphore, amount })
    // A wall clock that was set back between two lives must not make a period longer than it is.
    const { perMs } = semaphore.settings
    const leftMs = Math.min(Math.max(0, returns_at - tick.now), perMs ?? Infinity)
    semaphore.uses.set(id, { amount, returnsAt: tick.now + leftMs })
    state.timers.set(`use:${id}`, tick.mono + leftMs)
  }
}

/** The period of a use is over. */
export function returnUse(state: EngineState, tick: Tick, id: number): void {
  const use = state.objects.uses.get(id)
  if (use === undefined) return
  state.objects.uses.delete(id)
  use.semaphore.uses.delete(id)
  state.store.semaphores.removeUse.run(id)
  use.semaphore.returnUse(use.amount)
  tick.changes.status = true
  serve(state, tick, use.semaphore)
}

/** The wall clock was moved: what comes back after a span comes back after that span. */
export function moveUses({ objects, store }: EngineState, byMs: number): void {
  store.semaphores.moveUses.run(byMs)
  for (const [id, { semaphore }] of objects.uses) {
    const use = semaphore.uses.get(id)
    if (use !== undefined) use.returnsAt += byMs
  }
}

/** By when `amount` more will have come back, in epoch ms; null: never by time alone. */
export function whenReturned({ uses }: DurableSemaphore, amount: number): number | null {
  let left = amount
  // The older come back first, unless the period was changed: then this is the latest moment.
  let by = 0
  for (const use of uses.values()) {
    by = Math.max(by, use.returnsAt)
    left -= use.amount
    if (left <= 0) return by
  }
  return null
}
