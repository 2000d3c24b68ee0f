import type { Lifecycle, Outcome } from '../../src-preload/contract.ts'
import type { Store } from '../store/store.ts'

export type CounterName =
  | 'last_run'
  | 'last_lane'
  | 'last_event'
  | 'last_permit'
  | 'last_item'
  | 'last_deadlock'
  | 'last_interpreter'
  | 'last_interpreter_queue'
  | 'queue_clock'
  | 'log_bytes'
  | 'removed_runs'
  | 'removed_at'
  | 'seen_failures'
  | `indexed_${'at' | 'run'}`
  | `indexing_${'line' | 'part' | 'chars'}`
  | 'reindex_until'
  | `is_${Lifecycle}`
  | `was_${Outcome}`

/** Names put together here once, and not for every run. */
export const isCounter: Readonly<Record<Lifecycle, CounterName>> = {
  scheduled: 'is_scheduled',
  queued: 'is_queued',
  running: 'is_running',
  stopping: 'is_stopping',
  finished: 'is_finished',
}
export const wasCounter: Readonly<Record<Outcome, CounterName>> = {
  succeeded: 'was_succeeded',
  failed: 'was_failed',
  timed_out: 'was_timed_out',
  cancelled: 'was_cancelled',
  skipped: 'was_skipped',
  abandoned: 'was_abandoned',
}

/** Running totals in memory, written with the transaction that changed them. */
export class Counters {
  readonly #store: Store
  #values = new Map<CounterName, number>()
  #dirty = new Set<CounterName>()

  constructor(store: Store) {
    this.#store = store
    for (const row of store.counters.all.all()) this.#values.set(row.name as CounterName, row.value)
  }

  get(name: CounterName): number {
    return this.#values.get(name) ?? 0
  }

  /** Returns the new value. */
  add(name: CounterName, by: number): number {
    const value = this.get(name) + by
    this.#values.set(name, value)
    this.#dirty.add(name)
    return value
  }

  set(name: CounterName, value: number): void {
    this.#values.set(name, value)
    this.#dirty.add(name)
  }

  /** Call inside the transaction. */
  flush(): void {
    for (const name of this.#dirty) this.#store.counters.set.run(name, this.get(name))
    this.#dirty.clear()
  }
}
