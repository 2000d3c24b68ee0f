const tickMs = 1_000
const heldShownMs = 250

/** Whether values move, and the one clock that relative times read. Both stand still while paused or hidden. */
export class Live {
  isPaused = $state(false)
  /** Changes that arrived while paused; moves at most 4 times a second. */
  held = $state(0)
  /** Epoch ms, once a second. */
  now = $state(Date.now())
  #held = 0
  #showHeld: ReturnType<typeof setTimeout> | undefined

  toggle(): void {
    this.isPaused = !this.isPaused
    this.#held = 0
    this.held = 0
    if (!this.isPaused) this.now = Date.now()
  }

  /** Counts changes that are not shown. */
  hold(changes: number): void {
    this.#held += changes
    this.#showHeld ??= setTimeout(() => {
      this.#showHeld = undefined
      if (this.isPaused) this.held = this.#held
    }, heldShownMs)
  }

  /** Starts the clock; the returned function stops it. */
  start(): () => void {
    const tick = () => {
      if (!this.isPaused && !document.hidden) this.now = Date.now()
    }
    const timer = setInterval(tick, tickMs)
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      clearTimeout(this.#showHeld)
      document.removeEventListener('visibilitychange', tick)
    }
  }
}
