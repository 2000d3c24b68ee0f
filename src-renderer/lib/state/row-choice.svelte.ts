/** Rows that are chosen in a list: one by one, by ranges, or all that fit the filter, also those that are not loaded. */
export class RowChoice {
  ids: ReadonlySet<number> = $state.raw(new Set())
  isAllMatching = $state(false)
  /** Where a range begins. */
  #anchor: number | null = null
  /** What was chosen before a range that the keyboard draws, and its first row. */
  #drawn: { from: number; before: ReadonlySet<number> } | null = null

  /** `isExtending`: everything in `order` between the row that was chosen last and this one gets what this one gets. */
  toggle(id: number, order: readonly number[], isExtending: boolean): void {
    const ids = new Set(this.ids)
    const isChosen = !ids.has(id)
    const range = isExtending && this.#anchor !== null ? between(order, this.#anchor, id) : [id]
    for (const each of range) {
      if (isChosen) ids.add(each)
      else ids.delete(each)
    }
    this.ids = ids
    this.isAllMatching = false
    this.#anchor = id
    this.#drawn = null
  }

  /** The rows from `from`, where the keyboard was when Shift went down, to `to` are chosen beside those before. */
  extend(from: number, to: number, order: readonly number[]): void {
    this.#drawn ??= { from, before: this.ids }
    this.ids = new Set([...this.#drawn.before, ...between(order, this.#drawn.from, to)])
    this.isAllMatching = false
    this.#anchor = to
  }

  /** The next range of the keyboard begins anew. */
  endRange(): void {
    this.#drawn = null
  }

  toggleAll(order: readonly number[]): void {
    const isEvery = order.every((id) => this.ids.has(id))
    this.ids = new Set(isEvery ? [] : order)
    this.isAllMatching = false
  }

  chooseAllMatching(order: readonly number[]): void {
    this.ids = new Set(order)
    this.isAllMatching = true
  }

  clear(): void {
    this.ids = new Set()
    this.isAllMatching = false
    this.#anchor = null
    this.#drawn = null
  }
}

function between(order: readonly number[], one: number, other: number): number[] {
  const [a, b] = [order.indexOf(one), order.indexOf(other)]
  return a < 0 || b < 0 ? [other] : order.slice(Math.min(a, b), Math.max(a, b) + 1)
}
