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
    const leftMs = Math.max(0, returns_at - tick.now)
    state.timers.set(`use:${id}`, tick.mono + (perMs === null ? leftMs : Math.min(leftMs, perMs)))
  }
}

/** The period of a use is over. */
export function returnUse(state: EngineState, tick: Tick, id: number): void {
  const use = state.objects.uses.get(id)
  if (use === undefined) return
  state.objects.uses.delete(id)
  state.store.semaphores.removeUse.run(id)
  use.semaphore.returnUse(use.amount)
  tick.changes.status = true
  serve(state, tick, use.semaphore)
}
