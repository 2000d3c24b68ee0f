import type { Clock } from './clock.ts'
import { goOnWithSecrets } from './commands/secrets.ts'
import { secretsNeed } from './gates.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/** A key store that asks the person each time must not do so every few seconds. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 5 * 60_000

type Parts = {
  state: Pick<EngineState, 'secrets' | 'gatekeeper'>
  clock: Clock
  command: (apply: (state: EngineState, tick: Tick) => void) => Promise<void>
  fail: (error: unknown) => void
}

/** Asks for the key of the secrets: at the start, and as long as runs wait for them again, less and less often. */
export class SecretOpener {
  readonly #parts: Parts
  #pauseMs = FIRST_PAUSE_MS
  #cancelPause: (() => void) | null = null
  #isAsking = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  ask(): void {
    const { state, fail } = this.#parts
    if (this.#isAsking || !state.secrets.isKeyAway) return
    this.stop()
    this.#isAsking = true
    void state.secrets.open().then(
      (isOpen) => {
        this.#isAsking = false
        if (isOpen) this.#wake()
        else this.turned()
      },
      (error: unknown) => fail(error),
    )
  }

  /** The machine woke up, or was unlocked, and its key store perhaps with it. */
  hurry(): void {
    this.#pauseMs = FIRST_PAUSE_MS
    if (this.#isAwaited) this.ask()
  }

  /** After each turn: somebody may have begun to wait in it. */
  turned(): void {
    if (this.#isAsking || this.#cancelPause !== null || !this.#parts.state.secrets.isKeyAway || !this.#isAwaited) return
    this.#cancelPause = this.#parts.clock.after(this.#pauseMs, () => this.ask())
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  stop(): void {
    this.#cancelPause?.()
    this.#cancelPause = null
  }

  get #isAwaited(): boolean {
    return this.#parts.state.gatekeeper.hasLine(secretsNeed.resource)
  }

  #wake(): void {
    const woken = this.#parts.command(goOnWithSecrets)
    // An engine that has just ended has no use for it.
    woken.catch(() => undefined)
  }
}
