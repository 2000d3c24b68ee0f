import type { FutureLook } from '../../calls.ts'
import { parseJson } from '../../own-builtins.ts'
import { toRunError } from '../../run-error.ts'
import { CancelledError } from '../cancelled-error.ts'
import { checkJson, checkName, checkWait, checkWhen } from '../check.ts'
import type { WaitOptions, When } from '../check.ts'
import { errorFrom, InvalidStateError } from '../errors.ts'
import { Definition, PerFace } from './definition.ts'
import type { Wait } from './definition.ts'

/**
 * A value that comes later, by name: settled once, by any run, the window, the command line or a timer, and read by
 * whoever waits for it, also after a restart. Meanings are those of asyncio.Future; that one who waits for it is cancelled does
 * not cancel it.
 */
export class DurableFutureDefinition<Value> extends Definition {
  readonly #of: { on: 'future'; name: string }

  constructor(name: string) {
    super()
    this.#of = { on: 'future', name: checkName('future', name) }
  }

  /** The name that every run of this machine knows the future by. */
  get name(): string {
    return this.#of.name
  }

  /** Settles it with a value: now, after a `delay`, or `at` a moment. An InvalidStateError when it is settled already. */
  *setResult(value: Value, when: When = {}): Wait<void> {
    const json = checkJson('The value', value === undefined ? null : value)
    yield { call: { ...this.#of, do: 'set_result', value: json, ...checkWhen(when) } }
  }

  /** Settles it with an error: now, after a `delay`, or `at` a moment. */
  *setException(error: unknown, when: When = {}): Wait<void> {
    yield { call: { ...this.#of, do: 'set_exception', error: toRunError(error), ...checkWhen(when) } }
  }

  /** Cancels it for all who wait. Gives false when it is settled already. */
  *cancel(message?: string): Wait<boolean> {
    return (yield { call: { ...this.#of, do: 'cancel', message: message?.slice(0, 2_000) ?? null } }) as boolean
  }

  /** Waits until it is settled. Gives its value, or throws its error; a CancelledError when it was cancelled. */
  *wait(options: WaitOptions = {}): Wait<Value> {
    return parseJson((yield { call: { ...this.#of, do: 'wait' }, ...checkWait(options) }) as string) as Value
  }

  /** Its value, or throws its error. An InvalidStateError when it is not settled. */
  *result(): Wait<Value> {
    const look = yield* this.#look()
    if (look.state === 'done') return parseJson(look.value) as Value
    throw errorOf(look) ?? new InvalidStateError(`The future ${this.name} is not settled yet.`)
  }

  /** Its error; null when it has a value. Throws when it was cancelled, or is not settled. */
  *exception(): Wait<Error | null> {
    const look = yield* this.#look()
    if (look.state === 'done') return null
    const error = errorOf(look) ?? new InvalidStateError(`The future ${this.name} is not settled yet.`)
    if (look.state === 'failed') return error
    throw error
  }

  /** Whether it has a value or an error, or was cancelled. */
  *done(): Wait<boolean> {
    return (yield* this.#look()).state !== 'pending'
  }

  /** Whether it was cancelled, and so has neither a value nor an error. */
  *cancelled(): Wait<boolean> {
    return (yield* this.#look()).state === 'cancelled'
  }

  /** Lets `await` wait for it. */
  get then(): PerFace<PromiseLike<Value>['then'], never> {
    return new PerFace<PromiseLike<Value>['then'], never>(
      (drive) => (onValue, onError) => (drive(this.wait()) as Promise<Value>).then(onValue, onError),
      () => undefined as never,
    )
  }

  *#look(): Wait<FutureLook> {
    return (yield { call: { ...this.#of, do: 'look' } }) as FutureLook
  }
}

function errorOf(look: FutureLook): Error | null {
  if (look.state === 'failed') return errorFrom(look.error)
  if (look.state === 'cancelled') return new CancelledError(look.message ?? 'The future was cancelled.')
  return null
}
