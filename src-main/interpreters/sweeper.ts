import { sweep } from './tagged-processes.ts'
import type { Wanted } from './tagged-processes.ts'

type Ask = {
  wanted: Wanted
  /** Only younger processes than this one can be meant; null: it may be any. */
  bornAfter: number | null
  /** How many were killed; 0: there is none any more. */
  then: (killed: number) => void
}

/** A look at all processes takes so many times its own length of pause before the next one. */
const PAUSES = 4

/**
 * Looks for processes that have left their groups, once for all who ask at about the same time: a look at all processes of a
 * desktop takes 10 ms, and many times that where every core is taken.
 */
export class Sweeper {
  #asks: Ask[] = []
  #isPlanned = false
  #restUntil = 0

  ask(ask: Ask): void {
    this.#asks.push(ask)
    if (this.#isPlanned) return
    this.#isPlanned = true
    const restMs = this.#restUntil - performance.now()
    if (restMs > 0) setTimeout(() => this.#look(), restMs)
    else setImmediate(() => this.#look())
  }

  #look(): void {
    const asks = this.#asks
    this.#asks = []
    this.#isPlanned = false
    const begun = performance.now()
    const bornAfter = asks.map((ask) => ask.bornAfter)
    const killed = sweep(
      asks.map(({ wanted }) => wanted),
      bornAfter.every((pid) => pid !== null) ? bornAfter : null,
    )
    const now = performance.now()
    this.#restUntil = now + (now - begun) * PAUSES
    for (const [place, { then }] of asks.entries()) then(killed[place] ?? 0)
  }
}
