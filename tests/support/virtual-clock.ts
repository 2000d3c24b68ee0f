import { Timers } from '../../src-main/core/timers.ts'
import type { Clock } from '../../src-main/engine/clock.ts'

/** Time that passes only when told to. Everything that waits on it runs in order of its moment. */
export class VirtualClock {
  #mono = 0
  #wallOffset: number
  #timers = new Timers<{ run: () => void }>()
  #soon: (() => void)[] = []
  readonly #settlePromises: () => Promise<void>

  /** `settle` lets every promise that can settle do so; left out: those of short chains. */
  constructor(startWallMs = Date.UTC(2026, 0, 1), settle = settlePromises) {
    this.#wallOffset = startWallMs
    this.#settlePromises = settle
  }

  get wallMs(): number {
    return this.#wallOffset + this.#mono
  }

  get monoMs(): number {
    return this.#mono
  }

  /** As a person or NTP moves the wall clock; spans are not affected. */
  moveWall(byMs: number): void {
    this.#wallOffset += byMs
  }

  /** A clock for one life: after `die` nothing that was planned through it happens. */
  life(): Clock & { die: () => void } {
    let isAlive = true
    return {
      wallMs: () => this.wallMs,
      monoMs: () => this.#mono,
      after: (delayMs, run) => {
        const key = { run: () => isAlive && run() }
        this.#timers.set(key, this.#mono + delayMs)
        return () => this.#timers.cancel(key)
      },
      soon: (run) => void this.#soon.push(() => isAlive && run()),
      die: () => (isAlive = false),
    }
  }

  /** Runs what is planned for now, then for the next moments, until `untilMono`; promises settle in between. */
  async runUntil(untilMono: number, isDone: () => boolean = () => false): Promise<void> {
    for (;;) {
      await this.#settlePromises()
      if (isDone()) return
      const turn = this.#soon.shift()
      if (turn !== undefined) {
        turn()
        continue
      }
      const next = this.#timers.next()
      if (next === null || next > untilMono) {
        this.#mono = Math.max(this.#mono, Math.min(untilMono, next ?? untilMono))
        return
      }
      this.#mono = Math.max(this.#mono, next)
      for (const timer of this.#timers.take(this.#mono)) timer.run()
    }
  }
}

async function settlePromises(): Promise<void> {
  for (let round = 0; round < 8; round += 1) await Promise.resolve()
}
