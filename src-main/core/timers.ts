/** A set of deadlines with one entry per key, kept as a binary heap: set and cancel in O(log n), earliest in O(1). */
export class Timers<Key> {
  #heap: { at: number; key: Key; live: boolean }[] = []
  #byKey = new Map<Key, { at: number; key: Key; live: boolean }>()

  get size(): number {
    return this.#byKey.size
  }

  /** Replaces an earlier deadline of the same key. `at` is in the caller's clock. */
  set(key: Key, at: number): void {
    this.cancel(key)
    const entry = { at, key, live: true }
    this.#byKey.set(key, entry)
    this.#heap.push(entry)
    this.#up(this.#heap.length - 1)
  }

  /** Its deadline, or null when there is none. */
  get(key: Key): number | null {
    return this.#byKey.get(key)?.at ?? null
  }

  /** Cancelled entries stay in the heap until they surface, so that cancelling is a map lookup. */
  cancel(key: Key): void {
    const entry = this.#byKey.get(key)
    if (entry === undefined) return
    entry.live = false
    this.#byKey.delete(key)
    if (this.#heap.length > 64 && this.#byKey.size * 2 < this.#heap.length) this.#compact()
  }

  /** The deadline of one key, or null when it has none. */
  dueAt(key: Key): number | null {
    return this.#byKey.get(key)?.at ?? null
  }

  /** The earliest deadline, or null when there is none. */
  next(): number | null {
    this.#dropDead()
    return this.#heap[0]?.at ?? null
  }

  /** Removes and returns the keys whose deadline is at or before `now`, earliest first. */
  take(now: number): Key[] {
    const due: Key[] = []
    for (;;) {
      this.#dropDead()
      const first = this.#heap[0]
      if (first === undefined || first.at > now) return due
      this.#byKey.delete(first.key)
      this.#pop()
      due.push(first.key)
    }
  }

  #dropDead(): void {
    while (this.#heap[0]?.live === false) this.#pop()
  }

  #compact(): void {
    this.#heap = this.#heap.filter((entry) => entry.live).sort((a, b) => a.at - b.at)
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#down(0)
  }

  #up(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#at(parent) <= this.#at(index)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  #down(index: number): void {
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      let smallest = index
      if (left < this.#heap.length && this.#at(left) < this.#at(smallest)) smallest = left
      if (right < this.#heap.length && this.#at(right) < this.#at(smallest)) smallest = right
      if (smallest === index) return
      this.#swap(index, smallest)
      index = smallest
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Infinity
  }

  #swap(a: number, b: number): void {
    const x = this.#heap[a]
    const y = this.#heap[b]
    if (x === undefined || y === undefined) return
    this.#heap[a] = y
    this.#heap[b] = x
  }
}
