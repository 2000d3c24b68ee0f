import { objectLimits } from '../../../../src-preload/limits.ts'
import type { SemaphoreSpec } from '../../../../src-preload/objects.ts'
import type { SemaphoreLook } from '../../calls.ts'
import { checkName, checkSpan, checkWait, checkWhole } from '../check.ts'
import type { Duration, WaitOptions } from '../check.ts'
import { Definition } from './definition.ts'
import type { Wait } from './definition.ts'
import { PermitDefinition, useOf } from './permit.ts'
import type { Use } from './permit.ts'

/** How a semaphore is made at its first use. One that exists keeps what it has. */
export type SemaphoreOptions = {
  /** How many may be held at the same time; 1 when left out. */
  permits?: number | undefined
  /** Releasing more than was acquired is an error, as in asyncio.BoundedSemaphore. */
  bounded?: boolean | undefined
  /** Makes it a rate limit: a permit returns this long after it was taken, and not when it is released. */
  per?: Duration | undefined
}

/** A number of permits that every run of this machine shares, by name. Meanings are those of asyncio.Semaphore. */
export class SemaphoreDefinition extends Definition {
  readonly #of: { on: 'semaphore'; name: string; spec: SemaphoreSpec | null }

  constructor(name: string, options?: SemaphoreOptions) {
    super()
    this.#of = {
      on: 'semaphore',
      name: checkName('semaphore', name),
      spec: options === undefined ? null : specOf(options),
    }
  }

  /** The name that every run of this machine knows the semaphore by. */
  get name(): string {
    return this.#of.name
  }

  /** Takes `amount` permits (1 when left out) at once, after those who asked before; waits until they are free. */
  *acquire(amount: number | WaitOptions = 1, options: WaitOptions = {}): Wait<PermitDefinition> {
    if (typeof amount === 'object') [amount, options] = [1, amount]
    const call = { ...this.#of, do: 'acquire' as const, amount: checkAmount(amount) }
    const giveBack = (value: unknown) => this.#release(amount, (value as Granted).permit)
    const { permit } = (yield { call, ...checkWait(options), giveBack }) as Granted
    return this.#permit(amount, permit)
  }

  /** Takes `amount` permits if nobody needs to wait for them, else gives null. */
  *tryAcquire(amount = 1): Wait<PermitDefinition | null> {
    const answer = yield { call: { ...this.#of, do: 'try_acquire', amount: checkAmount(amount) } }
    return answer === null ? null : this.#permit(amount, (answer as Granted).permit)
  }

  /**
   * Gives `amount` permits back: those that this task holds, else this run's. An unbounded semaphore of which the run holds none
   * gets them in addition; a bounded one refuses.
   */
  *release(amount = 1): Wait<void> {
    yield { call: this.#release(checkAmount(amount), null) }
  }

  /** Whether an acquire would have to wait. */
  *locked(): Wait<boolean> {
    return (yield* this.#look()).isLocked
  }

  /** How many permits are free; 0 or less: an acquire waits. */
  *value(): Wait<number> {
    return (yield* this.#look()).value
  }

  /** Changes how many permits there are, for everybody. Nobody loses one that is held. */
  *set(permits: number): Wait<void> {
    yield { call: { ...this.#of, do: 'set', permits: checkWhole('permits', permits, 0, objectLimits.permits) } }
  }

  /** Calls `fn` with one permit held and gives what it gives; the permit is released on every way out. */
  get use(): Use {
    return useOf((options) => this.acquire(1, options))
  }

  *#look(): Wait<SemaphoreLook> {
    return (yield { call: { ...this.#of, do: 'look' } }) as SemaphoreLook
  }

  #release(amount: number, permit: number | null) {
    return { ...this.#of, do: 'release' as const, permit, amount }
  }

  #permit(amount: number, permit: number): PermitDefinition {
    return new PermitDefinition({ release: this.#release(amount, permit), isReleased: false })
  }
}

type Granted = { permit: number }

const checkAmount = (amount: number) => checkWhole('amount', amount, 1, objectLimits.permits)

function specOf({ permits = 1, bounded = false, per }: SemaphoreOptions): SemaphoreSpec {
  if (typeof bounded !== 'boolean') throw new TypeError('bounded must be true or false.')
  return {
    permits: checkWhole('permits', permits, 0, objectLimits.permits),
    bounded,
    perMs: per === undefined ? null : checkSpan('per', per, 1),
  }
}
