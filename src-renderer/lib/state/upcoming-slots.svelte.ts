import { untrack } from 'svelte'
import type { Connection } from './connection.svelte.ts'
import type { Live } from './live.svelte.ts'
import type { Upcoming } from './next-up.ts'

/** The slots of all schedules in the hours to come, the first 50. */
export class UpcomingSlots {
  slots: Upcoming[] = $state.raw([])
  #connection: Connection
  #hours: number

  /**
   * Call while a component is made, as long as which it is kept up to date. Slots are planned far ahead: they are asked for twice a
   * minute, and after a lost connection.
   */
  constructor(connection: Connection, live: Live, hours: number) {
    this.#connection = connection
    this.#hours = hours
    const asked = $derived(`${Math.floor(live.now / 30_000)} ${connection.state.is}`)
    $effect(() => {
      if (asked.endsWith('connected')) untrack(() => void this.#ask())
    })
  }

  async #ask(): Promise<void> {
    try {
      this.slots = (await this.#connection.client.schedules.upcoming({ hours: this.#hours, limit: 50 })).rows
    } catch {
      this.slots = [] // the connection was lost meanwhile, which the page says elsewhere; it is asked again
    }
  }
}
