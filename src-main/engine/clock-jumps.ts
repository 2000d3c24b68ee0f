import type { Clock } from './clock.ts'

/** Smaller differences are a clock being corrected bit by bit; they add up until they count. */
const JUMP_MS = 2_000

/** Notices that the wall clock was moved (by a person, NTP, or a machine that slept), by comparing it with the monotonic one. */
export class ClockJumps {
  #wallAhead: number

  constructor(clock: Clock) {
    this.#wallAhead = clock.wallMs() - clock.monoMs()
  }

  /** By how many ms the wall clock was moved since this was last asked; 0 when it was not. */
  take(wallMs: number, monoMs: number): number {
    const movedMs = this.look(wallMs, monoMs)
    this.#wallAhead += movedMs
    return movedMs
  }

  /** The same, to be asked again. */
  look(wallMs: number, monoMs: number): number {
    const movedMs = Math.round(wallMs - monoMs - this.#wallAhead)
    return Math.abs(movedMs) < JUMP_MS ? 0 : movedMs
  }
}
