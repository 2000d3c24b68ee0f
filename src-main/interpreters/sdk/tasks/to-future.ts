import { CancelledError } from '../cancelled-error.ts'
import { shown } from '../check.ts'
import { placeOfCaller } from '../place.ts'
import { Future, settle } from './future.ts'
import { cancellerOf } from './scope.ts'
import { endingBy, startTask } from './task.ts'

/** What the functions over several tasks take: handles, promises, and everything else that can be awaited. */
export type Awaitable<Value> = Future<Value> | PromiseLike<Value>

/** Throws a TypeError that says what cannot be awaited, before anything is begun. */
export function checkAwaitable(what: string, value: unknown): void {
  if (value instanceof Future || isThenable(value)) return
  throw new TypeError(`${what}: ${shown(value)} cannot be awaited; give a task, a child run, a future or a promise.`)
}

/** The members of a list, each once, in order; and by index, so that a duplicate stands for the same future. */
export function toFutures<Value>(what: string, list: Iterable<Awaitable<Value>>): Future<Value>[] {
  if (list instanceof Future || isThenable(list) || !isIterable(list))
    throw new TypeError(`${what}(list): give a list of tasks, child runs, futures or promises, not ${shown(list)}.`)
  const given = [...list]
  for (const each of given) checkAwaitable(`${what}(list)`, each)
  const known = new Map<Awaitable<Value>, Future<Value>>()
  return given.map((each) => {
    const future = known.get(each) ?? toFuture(each)
    known.set(each, future)
    return future
  })
}

/** A future for what can be awaited. */
export function toFuture<Value>(value: Awaitable<Value>): Future<Value> {
  if (value instanceof Future) return value
  if (value instanceof Promise) return new PromiseFuture(value as Promise<Value>)
  // A durable future begins to wait when it is awaited: in a task of its own that can be taken back.
  return startTask(() => value, { name: 'wait', place: placeOfCaller() })
}

/** A promise as a future. One of this SDK can be taken back; any other is only not listened to any more. */
class PromiseFuture<Value> extends Future<Value> {
  readonly #promise: Promise<Value>

  constructor(promise: Promise<Value>) {
    super()
    this.#promise = promise
    promise.then(
      (value) => settle(this, { how: 'done', value }),
      (error: unknown) => settle(this, endingBy(error)),
    )
  }

  override cancel(message?: string): boolean {
    if (this.done()) return false
    const giveUp = cancellerOf(this.#promise)
    if (giveUp === undefined) return super.cancel(message)
    return giveUp(new CancelledError(message))
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  (typeof value === 'object' || typeof value === 'function') &&
  value !== null &&
  'then' in value &&
  typeof value.then === 'function'

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value
