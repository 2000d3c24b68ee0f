/** How many live runs hold each place of a per-key limit. Nothing of it outlives the attempts, so it is not stored. */
export class KeyHolds {
  #held = new Map<string, number>()

  heldOf(resource: string): number {
    return this.#held.get(resource) ?? 0
  }

  hold(resource: string): void {
    this.#held.set(resource, this.heldOf(resource) + 1)
  }

  release(resource: string): void {
    const held = this.heldOf(resource)
    if (held === 0) throw new Error(`nobody holds ${resource}`)
    if (held === 1) this.#held.delete(resource)
    else this.#held.set(resource, held - 1)
  }
}
