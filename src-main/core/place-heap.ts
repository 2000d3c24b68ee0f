import { isBefore } from './admission.ts'
import type { Place } from './admission.ts'

type Entry<Item> = { readonly item: Item; readonly place: Place }

/** Items in the order of their places, as a binary heap: the first costs nothing, any change O(log n). */
export class PlaceHeap<Item> {
  #entries: Entry<Item>[] = []
  #indexes = new Map<Item, number>()

  get size(): number {
    return this.#entries.length
  }

  get first(): Item | undefined {
    return this.#entries[0]?.item
  }

  get firstPlace(): Place | undefined {
    return this.#entries[0]?.place
  }

  /** The best place but one. */
  get secondPlace(): Place | undefined {
    const left = this.#entries[1]?.place
    const right = this.#entries[2]?.place
    return left === undefined || right === undefined || isBefore(left, right) ? left : right
  }

  has(item: Item): boolean {
    return this.#indexes.has(item)
  }

  placeOf(item: Item): Place {
    const entry = this.#entries[this.#indexes.get(item) ?? -1]
    if (entry === undefined) throw new Error('the item is not in the heap')
    return entry.place
  }

  /** Puts the item in, or gives it another place. */
  set(item: Item, place: Place): void {
    const index = this.#indexes.get(item) ?? this.#entries.length
    this.#put(index, { item, place })
    this.#settle(index)
  }

  /** False when it was not in. */
  remove(item: Item): boolean {
    const index = this.#indexes.get(item)
    if (index === undefined) return false
    this.#indexes.delete(item)
    const last = this.#entries.pop()
    if (last !== undefined && last.item !== item) {
      this.#put(index, last)
      this.#settle(index)
    }
    return true
  }

  /** Those before `place`, in no order; what comes after it is not looked at. */
  *before(place: Place): Generator<Item> {
    const toLookAt = [0]
    for (let index = toLookAt.pop(); index !== undefined; index = toLookAt.pop()) {
      const entry = this.#entries[index]
      if (entry === undefined || !isBefore(entry.place, place)) continue
      yield entry.item
      toLookAt.push(2 * index + 1, 2 * index + 2)
    }
  }

  [Symbol.iterator](): IterableIterator<Item> {
    return this.#indexes.keys()
  }

  #settle(start: number): void {
    let index = start
    while (index > 0 && this.#isBefore(index, (index - 1) >> 1)) {
      this.#swap(index, (index - 1) >> 1)
      index = (index - 1) >> 1
    }
    for (;;) {
      const left = 2 * index + 1
      const smaller = this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(smaller, index)) return
      this.#swap(index, smaller)
      index = smaller
    }
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#entries[a]
    const second = this.#entries[b]
    return first !== undefined && second !== undefined && isBefore(first.place, second.place)
  }

  #swap(a: number, b: number): void {
    const first = this.#entries[a]
    const second = this.#entries[b]
    if (first === undefined || second === undefined) return
    this.#put(a, second)
    this.#put(b, first)
  }

  #put(index: number, entry: Entry<Item>): void {
    this.#entries[index] = entry
    this.#indexes.set(entry.item, index)
  }
}
