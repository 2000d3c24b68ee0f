import type { TreeChoice } from './family-tree.ts'

/** What a person has folded and unfolded of a family, and whether what has finished is left out. */
export class FamilyFolds {
  hidesFinished = $state(false)
  #toDepth: number | null = $state(null)
  #toggled: ReadonlySet<string> = $state.raw(new Set())

  get choice(): TreeChoice {
    return { toDepth: this.#toDepth, toggled: this.#toggled, hidesFinished: this.hidesFinished }
  }

  toggle(key: string): void {
    const next = new Set(this.#toggled)
    if (!next.delete(key)) next.add(key)
    this.#toggled = next
  }

  /** Infinity unfolds all of it. */
  unfoldTo(depth: number): void {
    this.#toDepth = depth
    this.#toggled = new Set()
  }
}
