import { threadId } from 'node:worker_threads'
import { clearInterval, setInterval } from '../own-builtins.ts'

/** How often a thread with runs says that its event loop turns. */
export const BEAT_MS = 100
const SLOTS = 256

/** A counter for each thread; 0: it has no runs, and need not turn. */
export const createBeats = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * SLOTS))

export const slotOf = (thread: number): number => thread % SLOTS

/** A thread's side: it beats while it has runs. */
export class Heartbeat {
  readonly #beats: Int32Array
  readonly #isBusy: () => boolean
  #timer: NodeJS.Timeout | null = null

  constructor(beats: Int32Array, isBusy: () => boolean) {
    this.#beats = beats
    this.#isBusy = isBusy
  }

  /** A run begins. */
  begin(): void {
    if (this.#timer !== null) return
    this.#beat()
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref()
  }

  #beat(): void {
    const slot = slotOf(threadId)
    // What comes to 0 by itself after 2³² beats is noticed at the next one.
    if (this.#timer === null || this.#isBusy()) Atomics.add(this.#beats, slot, 1)
    else {
      clearInterval(this.#timer)
      this.#timer = null
      Atomics.store(this.#beats, slot, 0)
    }
  }
}
