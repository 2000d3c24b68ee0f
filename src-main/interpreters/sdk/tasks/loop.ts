import { AsyncLocalStorage } from 'node:async_hooks'
import { Timers } from '../../../core/timers.ts'
import { clearTimeout, monotonicNow, queueMicrotask, setImmediate, setTimeout } from '../../own-builtins.ts'

/** setTimeout turns more than 24.8 days into 1 ms: longer spans go in steps. */
const LONGEST_STEP_MS = 2 ** 31 - 1

/** What is due within this time is due: sums of fractions are not exact. */
const GRAIN_MS = 0.01

/** Something that is to be called once. */
export class Callback {
  #run: (() => void) | null
  #isCancelled = false
  readonly #onCancel: () => void

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
 * The order in which a run's own callbacks are called, as asyncio's loop has it: in passes. A pass first takes up the timers
 * that are due, by their deadlines, and then calls what was ready when it began; what becomes ready meanwhile waits for the
 * next one.
 */
export class Loop {
  #ready: Callback[] = []
  readonly #timers = new Timers<Callback>()
  #isPassPlanned = false
  #alarm: { at: number; timer: NodeJS.Timeout } | null = null

  /** Milliseconds of a clock that nobody sets. */
  time(): number {
    return monotonicNow()
  }

  /** Calls `run` in the next pass, after all that is ready. */
  callSoon(run: () => void): Callback {
    const callback = new Callback(run)
    this.#ready.push(callback)
    this.#planPass()
    return callback
  }

  /** Calls `run` when `time()` is `at`, never earlier. */
  callAt(at: number, run: () => void): Callback {
    const callback: Callback = new Callback(run, () => this.#cancelTimer(callback))
    this.#timers.set(callback, at)
    this.#setAlarm()
    return callback
  }

  callLater(delayMs: number, run: () => void): Callback {
    return this.callAt(this.time() + delayMs, run)
  }

  #cancelTimer(callback: Callback): void {
    this.#timers.cancel(callback)
    this.#setAlarm()
  }

  #planPass(): void {
    if (this.#isPassPlanned) return
    this.#isPassPlanned = true
    setImmediate(() => this.#pass())
  }

  #pass(): void {
    this.#isPassPlanned = false
    this.#takeDue()
    const batch = this.#ready
    this.#ready = []
    for (const callback of batch) callback.call()
    if (this.#ready.length > 0) this.#planPass()
    this.#setAlarm()
  }

  #takeDue(): void {
    for (const callback of this.#timers.take(this.time() + GRAIN_MS)) this.#ready.push(callback)
  }

  /** One timer of Node's, for the earliest deadline; past ones join the next pass. */
  #setAlarm(): void {
    const at = this.#timers.next()
    if (at === this.#alarm?.at) return
    if (this.#alarm !== null) clearTimeout(this.#alarm.timer)
    this.#alarm = null
    if (at === null) return
    const delayMs = Math.ceil(at - this.time() - GRAIN_MS)
    if (delayMs <= 0) {
      this.#planPass()
      return
    }
    const timer = setTimeout(
      () => {
        this.#alarm = null
        this.#pass()
      },
      Math.min(delayMs, LONGEST_STEP_MS),
    )
    this.#alarm = { at, timer }
  }
}

/** For functions of the script: they run in the context in which they were handed over, and what they throw is loud. */
export function inOwnContext(run: () => void): () => void {
  const enter = AsyncLocalStorage.snapshot()
  return () =>
    enter(() => {
      try {
        run()
      } catch (error) {
        // The rest of the pass goes on; the run fails as by any error that nobody caught.
        queueMicrotask(() => {
          throw error
        })
      }
    })
}
