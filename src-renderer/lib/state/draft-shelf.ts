import type { Draft } from './draft.ts'

const storageKey = 'signalbox.drafts'

/** Unsaved drafts by key, kept in this browser's storage. */
export class DraftShelf {
  #drafts: Record<string, Draft>

  constructor() {
    this.#drafts = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Record<string, Draft>
  }

  take(key: string): Draft | null {
    return this.#drafts[key] ?? null
  }

  keys(): string[] {
    return Object.keys(this.#drafts)
  }

  put(key: string, draft: Draft | null): void {
    if (draft) this.#drafts[key] = draft
    else delete this.#drafts[key]
    localStorage.setItem(storageKey, JSON.stringify(this.#drafts))
  }
}
