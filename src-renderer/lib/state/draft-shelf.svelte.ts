import type { Draft } from './draft.ts'

const storageKey = 'signalbox.drafts'

/** Unsaved drafts by key, kept in this browser's storage. */
export class DraftShelf {
  #drafts: Record<string, Draft> = $state.raw(
    JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Record<string, Draft>,
  )

  take(key: string): Draft | null {
    return this.#drafts[key] ?? null
  }

  has(key: string): boolean {
    return this.#drafts[key] !== undefined
  }

  put(key: string, draft: Draft | null): void {
    const others = Object.entries(this.#drafts).filter(([each]) => each !== key)
    this.#drafts = Object.fromEntries(draft ? [...others, [key, draft]] : others)
    localStorage.setItem(storageKey, JSON.stringify(this.#drafts))
  }
}
