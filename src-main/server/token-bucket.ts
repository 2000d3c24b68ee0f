/** Lets `burst` through at once and `perSecond` in the long run. */
export type Rate = { perSecond: number; burst: number }

/**
 * Counts what a caller sends. It never refuses: what was received already must be passed on, so the bucket may go
 * into debt, and the caller stops reading until the debt is paid.
 */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #filledAt: number

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#filledAt = nowMs
  }

  /** Takes one and returns for how many ms to stop reading; 0 when within the rate. */
  take(nowMs: number): number {
    const filled = this.#tokens + ((nowMs - this.#filledAt) / 1000) * this.#rate.perSecond
    this.#tokens = Math.min(this.#rate.burst, filled) - 1
    this.#filledAt = nowMs
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#rate.perSecond) * 1000)
  }
}
