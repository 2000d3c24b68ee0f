import type { Json } from '../../src-preload/contract.ts'
import type { Store } from '../store/store.ts'
import type { Counters } from './counters.ts'

type Stretch = { at: number; type: string; data: string; runs: number[] }

/**
 * The events of one turn, in the order they happened. Neighbours that say the same of different runs are written by one
 * statement, at less than half the cost of one insert each.
 */
export class EventLog {
  readonly #store: Store
  readonly #counters: Counters
  readonly #now: number
  #stretches: Stretch[] = []

  /** `now`: epoch ms of what happens in this turn. */
  constructor(store: Store, counters: Counters, now: number) {
    this.#store = store
    this.#counters = counters
    this.#now = now
  }

  append(run: number, type: string, data: { [key: string]: Json } | undefined, at = this.#now): void {
    const text = data === undefined ? '{}' : JSON.stringify(data)
    const last = this.#stretches.at(-1)
    if (last !== undefined && last.at === at && last.type === type && last.data === text) last.runs.push(run)
    else this.#stretches.push({ at, type, data: text, runs: [run] })
  }

  /** Call inside the transaction, before the counters are flushed. */
  flush(): void {
    for (const { at, type, data, runs } of this.#stretches) {
      const firstId = this.#counters.add('last_event', runs.length) - runs.length + 1
      this.#store.events.insert.run(firstId, at, type, data, JSON.stringify(runs))
    }
  }
}
