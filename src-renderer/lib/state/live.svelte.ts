const tickMs = 1_000
const heldShownMs = 250
/** What is shown is called stale when it is older than this. */
export const staleAfterMs = 5_000
const rateKey = 'signalbox.rate'

/** How many times a second values change at most. The host sends no feed of rows more often than the first of these. */
export const liveRates = [4, 2, 1] as const
export type LiveRate = (typeof liveRates)[number]

/** Whether values move and how often, and the one clock that relative times read. They stand still while paused or hidden. */
export class Live {
  isPaused = $state(false)
  /** What the person chose, kept in this browser. */
  rate: LiveRate = $state(storedRate())
  /** Epoch ms: what is shown while paused is as it was then. */
  pausedAt: number | null = $state(null)
  /** What is shown while paused has become old. */
  isStale = $state(false)
  /** Changes that arrived while paused; moves at most 4 times a second. */
  held = $state(0)
  /** Epoch ms, once a second. */
  now = $state(Date.now())
  /** Epoch ms at the chosen rate: for what is seen to grow. */
  moving = $state(Date.now())
  #held = 0
  #showHeld: ReturnType<typeof setTimeout> | undefined
  #growStale: ReturnType<typeof setTimeout> | undefined

  toggle(): void {
    this.isPaused = !this.isPaused
    this.#held = 0
    this.held = 0
    this.isStale = false
    clearTimeout(this.#growStale)
    this.pausedAt = this.isPaused ? Date.now() : null
    if (this.isPaused) this.#growStale = setTimeout(() => (this.isStale = true), staleAfterMs)
    else this.now = this.moving = Date.now()
  }

  setRate(rate: LiveRate): void {
    this.rate = rate
    if (rate === liveRates[0]) localStorage.removeItem(rateKey)
    else localStorage.setItem(rateKey, String(rate))
  }

  /** How long a feed keeps its acknowledgement back after a message; the host makes one of what changes meanwhile. */
  get ackDelayMs(): number {
    return this.rate === liveRates[0] ? 0 : 1_000 / this.rate
  }

  /** Counts changes that are not shown. */
  hold(changes: number): void {
    this.#held += changes
    this.#showHeld ??= setTimeout(() => {
      this.#showHeld = undefined
      if (this.isPaused) this.held = this.#held
    }, heldShownMs)
  }

  /** Starts the clocks; the returned function stops them. */
  start(): () => void {
    const isStill = () => this.isPaused || document.hidden
    const tick = () => {
      if (!isStill()) this.now = Date.now()
    }
    const move = () => {
      if (!isStill()) this.moving = Date.now()
      movement = setTimeout(move, 1_000 / this.rate)
    }
    const timer = setInterval(tick, tickMs)
    let movement = setTimeout(move, 1_000 / this.rate)
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      clearTimeout(movement)
      clearTimeout(this.#showHeld)
      clearTimeout(this.#growStale)
      document.removeEventListener('visibilitychange', tick)
    }
  }
}

function storedRate(): LiveRate {
  const stored = Number(localStorage.getItem(rateKey))
  return liveRates.find((rate) => rate === stored) ?? liveRates[0]
}
