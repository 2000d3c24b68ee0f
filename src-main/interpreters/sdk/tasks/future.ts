import { CancelledError } from '../cancelled-error.ts'
import { InvalidStateError } from '../errors.ts'
import { inOwnContext } from './loop.ts'
import type { Loop } from './loop.ts'
import { currentScope } from './scope.ts'
import type { LocalWait, LocalWaits } from './scope.ts'

/** Names the method by which a future says what those who await it wait for. */
export const describeWaits = Symbol('describeWaits')

export type Outcome<Value> =
  { how: 'done'; value: Value } | { how: 'failed'; error: unknown } | { how: 'cancelled'; error: CancelledError }

/** Settles a future from inside the SDK, where its class refuses that to scripts. */
export let settle: <Value>(future: Future<Value>, outcome: Outcome<Value>) => void
/** Calls `run` once when the future is settled, in the next pass; after those that came before. Returns how to take it back. */
export let onSettled: (future: Future<unknown>, run: () => void) => () => void
/** Undefined while it is pending. Reading it this way is not taking notice of its error. */
export let outcomeOf: <Value>(future: Future<Value>) => Outcome<Value> | undefined
/** Somebody has seen the error, or wants to hear of it. */
export let notice: (future: Future<unknown>) => void
export let isNoticed: (future: Future<unknown>) => boolean

/**
 * A value that comes later, inside this run, as asyncio.Future: settled once, by a value, an error or a cancel. `await` gives its
 * value or throws its error; the cancel of who awaits it cancels it too, unless it is shielded.
 */
export class Future<Value = unknown> implements PromiseLike<Value> {
  readonly #loop: Loop
  #outcome: Outcome<Value> | undefined
  #isNoticed = false
  /** `fn` is what the script has registered; null: one of ours. */
  #callbacks: { fn: unknown; run: () => void }[] = []

  /** @internal Scripts get futures of `future()`. */
  constructor(loop: Loop = currentScope().task.tree.loop) {
    this.#loop = loop
  }

  static {
    settle = (future, outcome) => future.#settle(outcome)
    outcomeOf = (future) => future.#outcome
    onSettled = (future, run) => future.#onSettled(null, run)
    notice = (future) => void (future.#isNoticed = true)
    isNoticed = (future) => future.#isNoticed
  }

  /** Whether it has a value or an error, or was cancelled. */
  done(): boolean {
    return this.#outcome !== undefined
  }

  /** Whether it was cancelled, and so has neither a value nor an error. */
  cancelled(): boolean {
    return this.#outcome?.how === 'cancelled'
  }

  /** Its value, or throws its error, or a CancelledError. An InvalidStateError while it is pending. */
  result(): Value {
    const outcome = this.#take()
    if (outcome.how === 'done') return outcome.value
    throw outcome.error
  }

  /** Its error; null when it has a value. Throws when it was cancelled; an InvalidStateError while it is pending. */
  exception(): unknown {
    const outcome = this.#take()
    if (outcome.how === 'cancelled') throw outcome.error
    return outcome.how === 'failed' ? outcome.error : null
  }

  /** Settles it with a value. An InvalidStateError when it is settled already. */
  setResult(value: Value): void {
    this.#assertPending()
    this.#settle({ how: 'done', value })
  }

  /** Settles it with an error. An InvalidStateError when it is settled already. */
  setException(error: unknown): void {
    this.#assertPending()
    this.#settle({ how: 'failed', error })
  }

  /** Cancels it for all who await it. Gives false when it is settled already. */
  cancel(message?: string): boolean {
    if (this.done()) return false
    this.#settle({ how: 'cancelled', error: new CancelledError(message ?? 'The future was cancelled.') })
    return true
  }

  /** Calls `fn` with this future once it is settled, in the next pass of the loop, in the order of registration. */
  addDoneCallback(fn: (future: this) => void): void {
    if (typeof fn !== 'function') throw new TypeError('addDoneCallback(fn): fn must be a function.')
    this.#isNoticed = true
    this.#onSettled(
      fn,
      inOwnContext(() => fn(this)),
    )
  }

  /** Takes `fn` back as often as it was added, and gives how often that was. */
  removeDoneCallback(fn: (future: this) => void): number {
    const before = this.#callbacks.length
    this.#callbacks = this.#callbacks.filter((callback) => callback.fn !== fn)
    return before - this.#callbacks.length
  }

  /** Lets `await` wait for it. */
  then<Next = Value, Caught = never>(
    onValue?: ((value: Value) => Next | PromiseLike<Next>) | null,
    onError?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Next | Caught> {
    return awaitFuture(this).then(onValue, onError)
  }

  [describeWaits](): LocalWait[] {
    return [{ for: 'promise' }]
  }

  get [Symbol.toStringTag](): string {
    return this.constructor.name
  }

  #take(): Outcome<Value> {
    if (this.#outcome === undefined) throw new InvalidStateError('It is not settled yet.')
    this.#isNoticed = true
    return this.#outcome
  }

  #assertPending(): void {
    if (this.#outcome !== undefined) throw new InvalidStateError('It is settled already.')
  }

  #settle(outcome: Outcome<Value>): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    const callbacks = this.#callbacks
    this.#callbacks = []
    for (const { run } of callbacks) this.#loop.callSoon(run)
  }

  #onSettled(fn: unknown, run: () => void): () => void {
    const callback = { fn, run }
    if (this.#outcome !== undefined) {
      const soon = this.#loop.callSoon(run)
      return () => soon.cancel()
    }
    this.#callbacks.push(callback)
    return () => void (this.#callbacks = this.#callbacks.filter((each) => each !== callback))
  }
}

/** Waits for a future in the scope of the caller. */
export function awaitFuture<Value>(future: Future<Value>): Promise<Value> {
  notice(future)
  const outcome = outcomeOf(future)
  if (outcome !== undefined) {
    if (outcome.how === 'done') return Promise.resolve(outcome.value)
    // What a script made a future fail with is what its readers get.
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    return Promise.reject(outcome.error)
  }
  return currentScope().wait<Value>({
    passesOn: true,
    look: () => lookAt([future]),
    begin: ({ resolve, reject }) => {
      onSettled(future, () => {
        const now = outcomeOf(future)
        if (now?.how === 'done') resolve(now.value)
        else reject(now?.error)
      })
      return (cancelled) => future.cancel(cancelled.message)
    },
  })
}

/** How waiting for some futures is told: for all of them, or for one. */
export function lookAt(futures: readonly Future[], needsAll = true): LocalWaits {
  return { waits: futures.filter((each) => !each.done()).flatMap((each) => each[describeWaits]()), needsAll }
}
