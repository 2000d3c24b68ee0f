import type { Client } from '../../../src-preload/contract.ts'
import type { HostLink } from './host-link.ts'
import { openHostLink } from './host-link.ts'

/**
 * `connecting`: first try under way. `connected`: calls go through. `lost`: it was there and is not; tried again with
 * growing pauses. `token-missing`, `token-refused`: left only by opening the address that the host prints.
 */
export type ConnectionState =
  | { is: 'connecting'; since: number }
  | { is: 'connected'; since: number }
  | { is: 'lost'; since: number }
  | { is: 'token-missing' }
  | { is: 'token-refused' }

const firstPauseMs = 250
const longestPauseMs = 5_000

/** Keeps one link to the host. Everything of ours talks through `call` or `whenConnected`. */
export class Connection {
  state: ConnectionState = $state.raw({ is: 'connecting', since: Date.now() })
  #link: HostLink | null = null
  #waiting = new Set<(link: HostLink) => void>()

  /** Connects and reconnects until the page is left or the token turns out to be wrong. */
  async run(): Promise<void> {
    let pauseMs = firstPauseMs
    for (;;) {
      const answer = await openHostLink()
      if (answer.is === 'token-missing' || answer.is === 'token-refused') {
        this.state = answer
        return
      }
      if (answer.is === 'open') {
        pauseMs = firstPauseMs
        this.#connected(answer.link)
        await answer.link.closed
        this.#link = null
      }
      if (this.state.is !== 'lost') this.state = { is: 'lost', since: Date.now() }
      await pauseOrOnline(pauseMs)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  /** The client for one call now. Without a connection it throws in words, so that a button can say so. */
  get client(): Client {
    if (!this.#link) throw new Error('Signalbox is not reachable at the moment.')
    return this.#link.client
  }

  /** Resolves with a link as soon as there is one; never when `signal` aborts first. */
  whenConnected(signal: AbortSignal): Promise<HostLink> {
    if (this.#link) return Promise.resolve(this.#link)
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
      signal.addEventListener('abort', () => this.#waiting.delete(resolve), { once: true })
    })
  }

  #connected(link: HostLink): void {
    this.#link = link
    this.state = { is: 'connected', since: Date.now() }
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resolve of waiting) resolve(link)
  }
}

/** A machine that wakes or regains its network should not sit out the pause. */
function pauseOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      window.removeEventListener('online', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    window.addEventListener('online', end)
  })
}
