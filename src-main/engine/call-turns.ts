import type { Clock } from './clock.ts'

/** Then it is the turn of timers, of what the supervisor has to say, and of the loop. */
const LONGEST_MS = 8

type Line = { calls: (() => void)[] }

/** The calls of one connection, in the order in which they came. */
export type CallLine = {
  add(call: () => void): void
  /** Those that wait are forgotten. */
  close(): void
}

/**
 * Takes the calls of all connections, one of each in turn, and never more of them at a time than `LONGEST_MS` allows. A port hands
 * over all that has come at once, so a client that asks again and again could hold up the scheduler for seconds, and every
 * other client with it.
 */
export class CallTurns {
  readonly #clock: Pick<Clock, 'monoMs' | 'soon'>
  /** Those in which somebody waits, the next one first. */
  readonly #waiting: Line[] = []
  #isTaking = false

  constructor(clock: Pick<Clock, 'monoMs' | 'soon'>) {
    this.#clock = clock
  }

  line(): CallLine {
    const line: Line = { calls: [] }
    return {
      add: (call) => {
        if (line.calls.push(call) === 1) this.#waiting.push(line)
        if (this.#isTaking) return
        this.#isTaking = true
        void this.#take()
      },
      close: () => void line.calls.splice(0),
    }
  }

  async #take(): Promise<void> {
    const began = this.#clock.monoMs()
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift()) {
      const call = line.calls.shift()
      if (line.calls.length > 0) this.#waiting.push(line)
      call?.()
      // What a call does, it does in promises: that is to count as its time.
      await Promise.resolve()
      if (this.#waiting.length > 0 && this.#clock.monoMs() - began > LONGEST_MS) {
        this.#clock.soon(() => void this.#take())
        return
      }
    }
    this.#isTaking = false
  }
}
