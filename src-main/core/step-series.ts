/** Points of every series. */
export const SERIES_POINTS = 60

/**
 * A number over time, in equal steps up to now; it takes the same room however much happens. A `sum` counts what falls
 * into each step; a `peak` has the highest level that stood in each, and the level stays until another is said. Times are
 * of a monotonic clock.
 */
export class StepSeries {
  readonly #kind: 'sum' | 'peak'
  readonly #stepMs: number
  readonly #values = new Uint32Array(SERIES_POINTS)
  /** The step under way, counted from the clock's own beginning. */
  #step: number
  #level: number

  constructor(kind: 'sum' | 'peak', stepMs: number, monoMs: number, level = 0) {
    this.#kind = kind
    this.#stepMs = stepMs
    this.#step = Math.floor(monoMs / stepMs)
    this.#level = level
    this.#values[this.#step % SERIES_POINTS] = level
  }

  /** `value` more of a sum, or the new level of a peak. */
  record(monoMs: number, value: number): void {
    this.#advance(Math.floor(monoMs / this.#stepMs))
    const at = this.#step % SERIES_POINTS
    const before = this.#values[at] ?? 0
    this.#values[at] = this.#kind === 'sum' ? before + value : Math.max(before, value)
    if (this.#kind === 'peak') this.#level = value
  }

  /** Counts what happened `agoMs` before the step under way; what is older than the series is left out. */
  recordPast(agoMs: number, count: number): void {
    const back = Math.max(1, Math.ceil(agoMs / this.#stepMs))
    if (back >= SERIES_POINTS || back > this.#step) return
    const at = (this.#step - back) % SERIES_POINTS
    this.#values[at] = (this.#values[at] ?? 0) + count
  }

  /** The oldest first; steps in which nothing happened are filled up to now. */
  read(monoMs: number): number[] {
    const now = Math.max(this.#step, Math.floor(monoMs / this.#stepMs))
    const points = new Array<number>(SERIES_POINTS)
    // A plain loop: lists of hundreds of objects read their series several times a second.
    for (let index = 0; index < SERIES_POINTS; index += 1) {
      const step = now - SERIES_POINTS + 1 + index
      if (step > this.#step) points[index] = this.#level
      else if (step <= this.#step - SERIES_POINTS || step < 0) points[index] = 0
      else points[index] = this.#values[step % SERIES_POINTS] ?? 0
    }
    return points
  }

  #advance(step: number): void {
    const skipped = Math.min(step - this.#step, SERIES_POINTS)
    for (let back = skipped - 1; back >= 0; back -= 1) this.#values[(step - back) % SERIES_POINTS] = this.#level
    this.#step = Math.max(step, this.#step)
  }
}
