import { CancelledError } from '../cancelled-error.ts'
import { checkDuration, shown } from '../check.ts'
import type { Duration } from '../check.ts'
import { RuntimeError, TimeoutError } from '../errors.ts'
import { now } from '../../own-builtins.ts'
import type { Callback, Loop } from './loop.ts'
import { currentScope, runIn, Scope } from './scope.ts'
import { waitUntilDone } from './wait.ts'
import { checkAwaitable, toFuture } from './to-future.ts'
import type { Awaitable } from './to-future.ts'

/** A moment: ms of `loop.time()`, or a Date; null: never. */
export type Deadline = number | Date | null

const TIME_IS_UP = 'The time is up.'

/** A block with a deadline, while it runs and after. */
export class Timeout {
  readonly #loop: Loop
  readonly #scope: Scope
  #when: number | null
  #state: 'active' | 'expired' | 'finished' = 'active'
  #timer: Callback | null = null

  /** @internal Scripts get timeouts of `timeout` and `timeoutAt`. */
  constructor(loop: Loop, scope: Scope, when: number | null) {
    this.#loop = loop
    this.#scope = scope
    this.#when = when
    this.#arm()
  }

  /** Aborts with the deadline, and with every cancel of the task. */
  get signal(): AbortSignal {
    return this.#scope.signal
  }

  /** The deadline in ms of `loop.time()`; null: none. */
  when(): number | null {
    return this.#when
  }

  /** Whether the deadline came while the block ran. */
  expired(): boolean {
    return this.#state === 'expired'
  }

  /** Moves the deadline, or removes it. A RuntimeError when it has come, or the block is over. */
  reschedule(when: Deadline): void {
    if (this.#state !== 'active') throw new RuntimeError(`The timeout is ${this.#state}: it cannot be moved any more.`)
    this.#when = momentOf('reschedule', this.#loop, when)
    this.#timer?.cancel()
    this.#arm()
  }

  /** @internal `isCancelled`: a cancel has ended the block, that of another deadline perhaps, which was first in its pass. */
  finish(isCancelled: boolean): void {
    this.#timer?.cancel()
    if (this.#state !== 'active') return
    const isDue = this.#when !== null && this.#when <= this.#loop.time()
    this.#state = isCancelled && isDue ? 'expired' : 'finished'
  }

  #arm(): void {
    this.#scope.setDeadline(this.#when ?? Infinity)
    this.#timer = this.#when === null ? null : this.#loop.callAt(this.#when, () => this.#expire())
  }

  #expire(): void {
    this.#state = 'expired'
    this.#scope.cancel(new CancelledError(TIME_IS_UP))
  }
}

/**
 * Calls `fn` and gives what it gives. When `duration` is over before, what `fn` waits for throws a CancelledError, and what comes
 * out is a TimeoutError, after `fn` has cleaned up. Null: no deadline so far. As `async with asyncio.timeout(…)`.
 */
export async function timeout<Value>(
  duration: Duration | null,
  fn: (timeout: Timeout) => Value | PromiseLike<Value>,
): Promise<Value> {
  const delayMs = duration === null ? null : checkDuration('timeout(duration, fn): the duration', duration)
  return runWithin((loop) => (delayMs === null ? null : loop.time() + delayMs), fn)
}

/** As `timeout`, with the moment at which the time is up: a Date, or ms of `loop.time()`. */
export async function timeoutAt<Value>(
  when: Deadline,
  fn: (timeout: Timeout) => Value | PromiseLike<Value>,
): Promise<Value> {
  return runWithin((loop) => momentOf('timeoutAt(when, fn)', loop, when), fn)
}

/**
 * Waits for `value`, a function's or a handle's, at most so long; then it is cancelled, its end is waited for, and a
 * TimeoutError is thrown, as by asyncio.wait_for. Null: for ever.
 */
export async function waitFor<Value>(
  value: Awaitable<Value> | (() => Value | PromiseLike<Value>),
  duration: Duration | null,
): Promise<Value> {
  const withinMs = duration === null ? null : checkDuration('waitFor(value, duration): the duration', duration)
  if (typeof value === 'function' && !('then' in value)) {
    if (withinMs === 0) throw noTime()
    return timeout(withinMs, value)
  }
  checkAwaitable('waitFor(value, duration)', value)
  const future = toFuture(value as Awaitable<Value>)
  if (withinMs !== 0 || future.done()) return timeout(withinMs, () => future)
  future.cancel(TIME_IS_UP)
  await waitUntilDone(future)
  if (future.cancelled()) throw noTime()
  return future.result()
}

const noTime = () => new TimeoutError(TIME_IS_UP, { cause: new CancelledError(TIME_IS_UP) })

async function runWithin<Value>(
  when: (loop: Loop) => number | null,
  fn: (timeout: Timeout) => Value | PromiseLike<Value>,
): Promise<Value> {
  if (typeof fn !== 'function') throw new TypeError(`A timeout calls a function, not ${shown(fn)}.`)
  const outer = currentScope()
  const { loop } = outer.task.tree
  const scope = new Scope(outer.task, outer)
  const cancelsBefore = outer.cancels
  const block = new Timeout(loop, scope, when(loop))
  try {
    return await runIn(scope, () => fn(block))
  } catch (error) {
    const isCancelled = error instanceof CancelledError
    block.finish(isCancelled)
    if (!block.expired()) throw error
    if (!isCancelled) throw withCause(error, new TimeoutError(TIME_IS_UP))
    // A cancel that came from further out goes on to there.
    if (outer.cancels > cancelsBefore) throw error
    throw new TimeoutError(TIME_IS_UP, { cause: error })
  } finally {
    block.finish(false)
  }
}

/** The error of a cleanup comes out as it is, and says that it came after the deadline. */
function withCause(error: unknown, cause: TimeoutError): unknown {
  if (error instanceof Error && error.cause === undefined && Object.isExtensible(error))
    Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true })
  return error
}

function momentOf(what: string, loop: Loop, when: Deadline): number | null {
  if (when === null) return null
  const moment = when instanceof Date ? loop.time() + when.getTime() - now() : when
  if (typeof moment !== 'number' || Number.isNaN(moment))
    throw new TypeError(`${what}: give ms of loop.time(), a Date, or null, not ${shown(when)}.`)
  return moment
}
