import type { Connection } from './connection.svelte.ts'

const beatMs = 1_000
const silentAfterMs = 5_000

/**
 * Notices a host that is connected and says nothing: one that hangs, or a network that swallows what is sent. Feeds cannot
 * tell, since they are silent too while nothing changes.
 */
export class HostPulse {
  /** When the last answer came, once that is more than five seconds ago; null: it answers. */
  silentSince: number | null = $state(null)
  #connection: Connection
  #heardAt = Date.now()
  #isAsking = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Begins to ask; the returned function ends that. A hidden page does not ask. */
  start(): () => void {
    const timer = setInterval(() => this.#beat(), beatMs)
    return () => clearInterval(timer)
  }

  #beat(): void {
    if (document.hidden || this.#connection.state.is !== 'connected') this.#hear()
    else {
      if (!this.#isAsking) void this.#ask()
      if (Date.now() - this.#heardAt > silentAfterMs) this.silentSince = this.#heardAt
    }
  }

  /** A refusal is an answer too; a connection that ends is told of by itself. */
  async #ask(): Promise<void> {
    this.#isAsking = true
    await this.#connection.client.engine.status().catch(() => null)
    this.#isAsking = false
    this.#hear()
  }

  #hear(): void {
    this.#heardAt = Date.now()
    this.silentSince = null
  }
}
