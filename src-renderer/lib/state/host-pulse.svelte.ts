import type { Connection } from './connection.svelte.ts'
import { staleAfterMs } from './live.svelte.ts'

const beatMs = 1_000
/** A host that takes longer than this to answer is one whose values come late. */
const lateAfterMs = 1_000

/**
 * Notices a host that is connected and says nothing: one that hangs, or a network that swallows what is sent. Feeds cannot
 * tell, since they are silent too while nothing changes.
 */
export class HostPulse {
  /** When the last answer came, once that is more than five seconds ago; null: it answers. */
  silentSince: number | null = $state(null)
  /** How long the last answer took, or the next one has been waited for; 0 while that is nothing to speak of. */
  lateMs = $state(0)
  #connection: Connection
  #askedAt = 0
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
      if (this.#askedFor() > lateAfterMs) this.lateMs = Math.max(this.lateMs, this.#askedFor())
      if (Date.now() - this.#heardAt > staleAfterMs) this.silentSince = this.#heardAt
    }
  }

  /** A refusal is an answer too; a connection that ends is told of by itself. */
  async #ask(): Promise<void> {
    this.#isAsking = true
    this.#askedAt = Date.now()
    await this.#connection.client.engine.status().catch(() => null)
    this.#isAsking = false
    this.#hear(Date.now() - this.#askedAt)
  }

  #askedFor(): number {
    return this.#isAsking ? Date.now() - this.#askedAt : 0
  }

  #hear(afterMs = 0): void {
    this.#heardAt = Date.now()
    this.silentSince = null
    this.lateMs = afterMs > lateAfterMs ? afterMs : 0
  }
}
