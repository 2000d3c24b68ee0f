import { AsyncLocalStorage } from 'node:async_hooks'
import { Timers } from '../../../core/timers.ts'
import { clearTimeout, monotonicNow, setImmediate, setTimeout } from '../../own-builtins.ts'

/** setTimeout turns more than 24.8 days into 1 ms: longer spans go in steps. */
const LONGEST_STEP_MS = 2 ** 31 - 1

/** What is due within this time is due: sums of fractions are not exact. */
const GRAIN_MS = 0.01

/** Something that is to be called once, as asyncio.Handle. */
export class Callback {
  #run: (() => void) | null
  #isCancelled = false
  readonly #onCancel: () => void

  /** @internal Scripts get callbacks of `loop`. */
  constructor(run: () => void, onCancel: () => void = () => undefined) {
    this.#run = run
    this.#onCancel = onCancel
  }

  /** It is not called any more; after it was, this changes nothing. */
  cancel(): void {
    if (this.#run === null) return
    this.#run = null
    this.#isCancelled = true
    this.#onCancel()
  }

  /** Whether it was taken back before it was called. */
  cancelled(): boolean {
    return this.#isCancelled
  }

  /** @internal */
  call(): void {
    const run = this.#run
    this.#run = null
    run?.()
  }
}

/**
 * The order in which a run's own callbacks are called, as asyncio's loop has it: in passes, which are the turns of Node's
 * setImmediate. What becomes ready in one pass is called in the next; what a callback has promised is kept before the callback
 * after it. Timers that are due join in the order of their deadlines.
 */
export class Loop {
  readonly #timers = new Timers<Callback>()
  #isTakingPlanned = false
  #alarm: { at: number; timer: NodeJS.Timeout } | null = null

  /** Milliseconds of a clock that nobody sets. */
  time(): number {
    return monotonicNow()
  }

  /** Calls `run` in the next pass, after all that is ready. */
  callSoon(run: () => void): Callback {
    const callback = new Callback(run)
    setImmediate(() => callback.call())
    return callback
  }

  /** Calls `run` when `time()` is `at`, never earlier. */
  callAt(at: number, run: () => void): Callback {
    const callback: Callback = new Callback(run, () => {
      this.#timers.cancel(callback)
      this.#setAlarm()
    })
    this.#timers.set(callback, at)
    this.#setAlarm()
    return callback
  }

  callLater(delayMs: number, run: () => void): Callback {
    return this.callAt(this.time() + delayMs, run)
  }

  /** One timer of Node's, for the earliest deadline. What is due by now is taken in the next pass, after what is ready. */
  #setAlarm(): void {
    const at = this.#timers.next()
    if (at === this.#alarm?.at) return
    if (this.#alarm !== null) clearTimeout(this.#alarm.timer)
    this.#alarm = null
    if (at === null) return
    const delayMs = Math.ceil(at - this.time() - GRAIN_MS)
    if (delayMs <= 0) {
      this.#planTaking()
      return
    }
    const ring = () => {
      this.#alarm = null
      this.#takeDue()
    }
    this.#alarm = { at, timer: setTimeout(ring, Math.min(delayMs, LONGEST_STEP_MS)) }
  }

  #planTaking(): void {
    if (this.#isTakingPlanned) return
    this.#isTakingPlanned = true
    setImmediate(() => {
      this.#isTakingPlanned = false
      this.#takeDue()
    })
  }

  #takeDue(): void {
    for (const callback of this.#timers.take(this.time() + GRAIN_MS)) setImmediate(() => callback.call())
    this.#setAlarm()
  }
}

/** For functions of the script: they run in the context in which they were handed over. */
export function inOwnContext(run: () => void): () => void {
  const enter = AsyncLocalStorage.snapshot()
  return () => enter(run)
}
