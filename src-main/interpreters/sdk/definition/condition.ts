import { objectLimits } from '../../../../src-preload/limits.ts'
import { monotonicNow } from '../../own-builtins.ts'
import { checkName, checkWait, checkWhole, shown } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { currentLink } from '../run-link.ts'
import { Definition, PerFace } from './definition.ts'
import type { Wait } from './definition.ts'
import { leasesOf, LockDefinition } from './lock.ts'
import type { PermitDefinition, Use } from './permit.ts'

/** What a condition is built on, as the `lock` of asyncio.Condition. */
export type ConditionOptions = {
  /** The lock it is built on, or its name; left out: the lock of the condition's own name. */
  lock?: { readonly name: string } | string | undefined
}

type AsyncWaitFor = <Value>(predicate: () => Value, options?: WaitOptions) => Promise<Value>
type SyncWaitFor = <Value>(predicate: () => Value, options?: WaitOptions) => Value

/**
 * Lets those who hold a lock wait until another holder says that something has changed. Meanings are those of
 * asyncio.Condition.
 */
export class ConditionDefinition extends Definition {
  readonly #of: { on: 'condition'; name: string; lock: string }
  readonly #lock: LockDefinition

  constructor(name: string, { lock }: ConditionOptions = {}) {
    super()
    const own = checkName('condition', name)
    this.#lock = new LockDefinition(lock === undefined ? own : typeof lock === 'string' ? lock : lock.name)
    this.#of = { on: 'condition', name: own, lock: this.#lock.name }
  }

  /** The name that every run of this machine knows the condition by. */
  get name(): string {
    return this.#of.name
  }

  /** Takes its lock; waits until that is free. */
  *acquire(options: WaitOptions = {}): Wait<PermitDefinition> {
    return yield* this.#lock.acquire(options)
  }

  /** Releases its lock. */
  *release(): Wait<void> {
    yield* this.#lock.release()
  }

  /** Whether somebody holds its lock. */
  *locked(): Wait<boolean> {
    return yield* this.#lock.locked()
  }

  /**
   * Lets go of the lock, waits until it is notified, and returns with the lock held again. It is held as well when the wait is
   * cancelled or its time is up: the error comes after that. An error at once when this task does not hold the lock.
   */
  *wait(options: WaitOptions = {}): Wait<true> {
    const leases = leasesOf(currentLink())
    const lease = leases.get(this.#of.lock)
    const resume = (value: unknown) => {
      const { permit } = value as { permit: number }
      if (lease !== undefined) {
        lease.release = { ...lease.release, permit }
        lease.isReleased = false
        leases.set(this.#of.lock, lease)
      }
      return null
    }
    resume(yield { call: { ...this.#of, do: 'wait' }, ...checkWait(options), giveBack: resume })
    return true
  }

  /**
   * Waits until `predicate` gives something true, and gives that. It is called first of all, and after each
   * notification, always with the lock held.
   */
  get waitFor(): PerFace<AsyncWaitFor, SyncWaitFor> {
    const waitFor = <Value>(predicate: () => Value, options: WaitOptions = {}) => this.#waitFor(predicate, options)
    return new PerFace<AsyncWaitFor, SyncWaitFor>(
      (drive) => async (predicate, options) => (await drive(waitFor(predicate, options))).value,
      (drive) => (predicate, options) => drive(waitFor(predicate, options)).value,
    )
  }

  /** Wakes `n` of those who wait, in the order in which they came; they go on one by one as they get the lock. */
  *notify(n = 1): Wait<void> {
    yield { call: { ...this.#of, do: 'notify', count: checkWhole('n', n, 1, objectLimits.permits) } }
  }

  /** Wakes all who wait. */
  *notifyAll(): Wait<void> {
    yield { call: { ...this.#of, do: 'notify', count: null } }
  }

  /** Calls `fn` with the lock held and gives what it gives; the lock is released on every way out. */
  get use(): Use {
    return this.#lock.use
  }

  /** In an object of its own: what the predicate gives is not ours to look at. */
  *#waitFor<Value>(predicate: () => Value, options: WaitOptions): Wait<{ value: Value }> {
    if (typeof predicate !== 'function') throw new TypeError(`waitFor(predicate): not a function: ${shown(predicate)}.`)
    const { timeoutMs } = checkWait(options)
    const until = timeoutMs === undefined ? undefined : monotonicNow() + timeoutMs
    for (;;) {
      const value = predicate()
      if (value instanceof Promise) throw new TypeError('waitFor(predicate): the predicate may not be async.')
      if (value) return { value }
      const leftMs = until === undefined ? undefined : Math.max(0, until - monotonicNow())
      yield* this.wait({ ...options, timeout: leftMs })
    }
  }
}
