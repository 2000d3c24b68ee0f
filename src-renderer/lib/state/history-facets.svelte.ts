import type { Facets, RunFilter } from '../../../src-preload/contract.ts'
import type { Connection } from './connection.svelte.ts'

/** What else the history could be narrowed to, with counts. They follow the filter; an older answer never replaces a newer. */
export class HistoryFacets {
  shown: Facets | null = $state.raw(null)
  #connection: Connection
  #asked = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async load(filter: RunFilter): Promise<void> {
    this.#asked += 1
    const asked = this.#asked
    const { client } = await this.#connection.whenConnected(new AbortController().signal)
    try {
      const facets = await client.history.facets(filter)
      if (asked === this.#asked) this.shown = facets
    } catch {
      // The list beside it says what went wrong; counts of another filter must not stay.
      if (asked === this.#asked) this.shown = null
    }
  }
}
