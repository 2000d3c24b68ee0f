import type { InterpreterReading } from '../../../src-preload/contract.ts'

/** A minute at a reading a second. */
const kept = 60

/** How the heap of each interpreter was while its row was shown; the host keeps none of it. */
export class HeapTrends {
  /** By the key of the row; in bytes, the oldest first. */
  shown: ReadonlyMap<string, number[]> = $state.raw(new Map())
  #sampledAt = new Map<string, number>()

  /** A reading that is shown again counts once; one that has gone is forgotten. */
  add(rows: readonly InterpreterReading[]): void {
    const next = new Map<string, number[]>()
    for (const { key, heapUsed, sampledAt } of rows) {
      const points = this.shown.get(key) ?? []
      const isNew = heapUsed !== null && sampledAt !== null && sampledAt !== this.#sampledAt.get(key)
      next.set(key, isNew ? [...points.slice(1 - kept), heapUsed] : points)
    }
    this.#sampledAt = new Map(rows.map(({ key, sampledAt }) => [key, sampledAt ?? 0]))
    this.shown = next
  }
}
