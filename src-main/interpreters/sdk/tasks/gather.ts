import { CancelledError } from '../cancelled-error.ts'
import { describeWaits, Future, notice, onSettled, outcomeOf, settle } from './future.ts'
import { lookAt } from './future.ts'
import type { LocalWait } from './scope.ts'
import { toFutures } from './to-future.ts'
import type { Awaitable } from './to-future.ts'

/** What `gather` does with errors. */
export type GatherOptions = {
  /** True: errors and cancels stand in the list in place of values, and nothing is thrown. */
  returnExceptions?: boolean | undefined
}

/**
 * The results of all, in the order of the list, as asyncio.gather. The first error is thrown at once, and the others go on. A
 * cancel of who awaits it cancels all of them.
 */
export function gather<Value>(
  list: Iterable<Awaitable<Value>>,
  options?: GatherOptions & { returnExceptions?: false },
): Future<Value[]>
export function gather<Value>(list: Iterable<Awaitable<Value>>, options: GatherOptions): Future<(Value | Error)[]>
export function gather(
  list: Iterable<Awaitable<unknown>>,
  { returnExceptions = false }: GatherOptions = {},
): Future<unknown[]> {
  return new Gathering(toFutures('gather', list), returnExceptions)
}

class Gathering extends Future<unknown[]> {
  readonly #members: readonly Future[]
  readonly #returnExceptions: boolean
  readonly #open: Set<Future>
  #isCancelAsked = false

  constructor(members: readonly Future[], returnExceptions: boolean) {
    super()
    this.#members = members
    this.#returnExceptions = returnExceptions
    this.#open = new Set(members)
    for (const member of this.#open) {
      notice(member)
      onSettled(member, () => this.#settled(member))
    }
    if (members.length === 0) settle(this, { how: 'done', value: [] })
  }

  /** Cancels all members; it is over when they are. Gives false when it is, or when none of them is left to cancel. */
  override cancel(message?: string): boolean {
    if (this.done()) return false
    const taken = [...this.#open].filter((member) => member.cancel(message))
    if (taken.length > 0) this.#isCancelAsked = true
    return taken.length > 0
  }

  override [describeWaits](): LocalWait[] {
    return lookAt([...this.#open]).waits
  }

  #settled(member: Future): void {
    this.#open.delete(member)
    const outcome = outcomeOf(member)
    if (!this.#returnExceptions && outcome !== undefined && outcome.how !== 'done') settle(this, outcome)
    else if (this.#open.size === 0) this.#finish()
  }

  #finish(): void {
    if (this.#isCancelAsked)
      settle(this, { how: 'cancelled', error: new CancelledError('The gathering was cancelled.') })
    else settle(this, { how: 'done', value: this.#members.map(valueOrError) })
  }
}

function valueOrError(member: Future): unknown {
  const outcome = outcomeOf(member)
  return outcome?.how === 'done' ? outcome.value : outcome?.error
}
