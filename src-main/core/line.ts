/** Names one open call of one attempt. */
export type CallName = { readonly run: number; readonly attempt: number; readonly call: number }

/**
 * Those who wait, in the order in which they came. Joining, leaving and taking the first cost the same however long the
 * line is; a place in it is counted.
 */
export class Line<Waiter extends CallName> {
  #waiters = new Map<string, Waiter>()

  get size(): number {
    return this.#waiters.size
  }

  join(waiter: Waiter): void {
    this.#waiters.set(keyOf(waiter), waiter)
  }

  /** The waiter who left; undefined when it was not in this line. */
  leave(name: CallName): Waiter | undefined {
    const key = keyOf(name)
    const waiter = this.#waiters.get(key)
    this.#waiters.delete(key)
    return waiter
  }

  find(name: CallName): Waiter | undefined {
    return this.#waiters.get(keyOf(name))
  }

  first(): Waiter | undefined {
    return this.#waiters.values().next().value
  }

  takeFirst(): Waiter | undefined {
    const first = this.first()
    if (first !== undefined) this.leave(first)
    return first
  }

  takeAll(): Waiter[] {
    const all = [...this.#waiters.values()]
    this.#waiters.clear()
    return all
  }

  /** How many are ahead of it, counted up to `limit`; null when it is not in this line. */
  countAhead(name: CallName, limit = Infinity): number | null {
    const key = keyOf(name)
    if (!this.#waiters.has(key)) return null
    let ahead = 0
    for (const each of this.#waiters.keys()) {
      if (each === key || ahead >= limit) return ahead
      ahead += 1
    }
    return ahead
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiters.values()
  }
}

const keyOf = ({ run, attempt, call }: CallName): string => `${run}.${attempt}.${call}`
