import type { SemaphoreLook } from '../../calls.ts'
import { checkName, checkWait } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { currentLink } from '../run-link.ts'
import type { RunLink } from '../run-link.ts'
import { Definition } from './definition.ts'
import type { Wait } from './definition.ts'
import { PermitDefinition, useOf } from './permit.ts'
import type { Lease, Use } from './permit.ts'

/** At most one holder on this machine, by name. Meanings are those of asyncio.Lock; who asks first gets it first. */
export class LockDefinition extends Definition {
  readonly #of: { on: 'lock'; name: string }

  constructor(name: string) {
    super()
    this.#of = { on: 'lock', name: checkName('lock', name) }
  }

  /** The name that every run of this machine knows the lock by. */
  get name(): string {
    return this.#of.name
  }

  /** Takes the lock, after those who asked before; waits until it is free. */
  *acquire(options: WaitOptions = {}): Wait<PermitDefinition> {
    const giveBack = (value: unknown) => this.#release((value as Granted).permit)
    const answer = yield { call: { ...this.#of, do: 'acquire' }, ...checkWait(options), giveBack }
    return this.#permit(answer as Granted)
  }

  /** Takes the lock if it is free, else gives null. */
  *tryAcquire(): Wait<PermitDefinition | null> {
    const answer = yield { call: { ...this.#of, do: 'try_acquire' } }
    return answer === null ? null : this.#permit(answer as Granted)
  }

  /** Releases the lock. An error when this run does not hold it. */
  *release(): Wait<void> {
    const lease = leasesOf(currentLink()).get(this.name)
    if (lease !== undefined) lease.isReleased = true
    leasesOf(currentLink()).delete(this.name)
    yield { call: this.#release(null) }
  }

  /** Whether somebody holds it. */
  *locked(): Wait<boolean> {
    return ((yield { call: { ...this.#of, do: 'look' } }) as SemaphoreLook).isLocked
  }

  /** Calls `fn` with the lock held and gives what it gives; the lock is released on every way out. */
  get use(): Use {
    return useOf((options) => this.acquire(options))
  }

  #release(permit: number | null) {
    return { ...this.#of, do: 'release' as const, permit }
  }

  #permit({ permit }: Granted): PermitDefinition {
    const lease = { release: this.#release(permit), isReleased: false }
    const leases = leasesOf(currentLink())
    leases.set(this.name, lease)
    return new PermitDefinition(lease, () => void (leases.get(this.name) === lease && leases.delete(this.name)))
  }
}

type Granted = { permit: number }

const leases = new WeakMap<RunLink, Map<string, Lease>>()

/** The locks that a run holds, by name: a condition's wait moves the lease that it finds here. */
export function leasesOf(link: RunLink): Map<string, Lease> {
  let own = leases.get(link)
  if (own === undefined) leases.set(link, (own = new Map<string, Lease>()))
  return own
}
