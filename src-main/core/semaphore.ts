import { Line } from './line.ts'
import type { CallName } from './line.ts'

/** Who waits, and for how many permits. */
export type Wanting = CallName & { readonly amount: number }

/** Permits that were taken together. A timed one comes back with time, and nothing at its release. */
export type Lease = { readonly id: number; readonly amount: number; readonly isTimed: boolean }

export type SemaphoreSettings = {
  permits: number
  isBounded: boolean
  /** Permits come back this long after they were taken; null: when they are released. */
  perMs: number | null
  /** Released beyond the permits. */
  extra: number
}

/**
 * Permits, those who hold them and those who wait for them, in the order in which they came: a large request at the head
 * is not overtaken by a small one behind it. All lanes of queued runs together have one place in the line, because
 * among themselves they go by rank: `line` came before them, `#behindLanes` after. Whoever changes the permits or the
 * line then takes `takeNext` until it gives nobody; a waiter who was taken holds at once, so nobody can come between.
 */
export class Semaphore<Waiter extends Wanting, Held extends Lease> {
  readonly leases = new Map<number, Held>()
  #settings: SemaphoreSettings
  #held = 0
  #used = 0
  #line = new Line<Waiter>()
  /** Null: the lanes have no place in the line. */
  #behindLanes: Line<Waiter> | null = null

  constructor(settings: SemaphoreSettings) {
    this.#settings = settings
  }

  get settings(): Readonly<SemaphoreSettings> {
    return this.#settings
  }

  /** Less than 0 while more is held than there are permits by now. */
  get free(): number {
    return this.#settings.permits + this.#settings.extra - this.#held - this.#used
  }

  get waiting(): number {
    return this.#line.size + (this.#behindLanes?.size ?? 0)
  }

  /** Whether a new request for one permit would wait. */
  get isLocked(): boolean {
    return !this.passes(1)
  }

  /** Whether a request that comes now is granted at once. */
  passes(amount: number): boolean {
    return this.#line.size === 0 && this.#behindLanes === null && amount <= this.free
  }

  hold(lease: Held): void {
    this.leases.set(lease.id, lease)
    if (lease.isTimed) this.#used += lease.amount
    else this.#held += lease.amount
  }

  /** Gives back `amount` of a lease. Only those who hold it call this. */
  release(lease: Held, amount: number): void {
    if (this.leases.get(lease.id)?.amount !== lease.amount || amount > lease.amount) {
      throw new Error(`lease ${lease.id} does not hold ${amount}`)
    }
    if (amount === lease.amount) this.leases.delete(lease.id)
    else this.leases.set(lease.id, { ...lease, amount: lease.amount - amount })
    if (!lease.isTimed) this.#held -= amount
  }

  /** Uses of an earlier life that have not come back. */
  addUse(amount: number): void {
    this.#used += amount
  }

  /** A timed lease, released or not, comes back. */
  returnUse(amount: number): void {
    this.#used -= amount
  }

  change(settings: SemaphoreSettings): void {
    this.#settings = settings
  }

  join(waiter: Waiter): void {
    ;(this.#behindLanes ?? this.#line).join(waiter)
  }

  find(name: CallName): Waiter | undefined {
    return this.#line.find(name) ?? this.#behindLanes?.find(name)
  }

  withdraw(name: CallName): Waiter | undefined {
    return this.#line.leave(name) ?? this.#behindLanes?.leave(name)
  }

  /** The next waiter whose turn it is and for whom there is enough, out of the line; it must be given its lease now. */
  takeNext(): Waiter | undefined {
    const first = this.#line.first()
    if (first === undefined || first.amount > this.free) return undefined
    return this.#line.takeFirst()
  }

  /** How many waiters are ahead of it, counted up to `limit`; null when it is not in the line. */
  countAhead(name: CallName, limit = Infinity): number | null {
    const ahead = this.#line.countAhead(name, limit)
    if (ahead !== null) return ahead
    const behind = this.#behindLanes?.countAhead(name, limit) ?? null
    return behind === null ? null : Math.min(limit, this.#line.size + behind)
  }

  /** How many waiters are ahead of the lanes. */
  get aheadOfLanes(): number {
    return this.#line.size
  }

  /** How many runs that take `amount` each may be admitted now: none before it is the lanes' turn. */
  roomForRuns(amount: number): number {
    return this.#line.size > 0 ? 0 : Math.max(0, Math.floor(this.free / amount))
  }

  /** The lanes are held up here: they take a place at the end of the line, unless they have one. */
  joinLanes(): void {
    this.#behindLanes ??= new Line()
  }

  /** The lanes had their turn, or nothing holds them up here any more. */
  leaveLanes(): void {
    const behind = this.#behindLanes
    this.#behindLanes = null
    if (behind === null) return
    if (this.#line.size === 0) this.#line = behind
    else for (const waiter of behind) this.#line.join(waiter)
  }

  /** Those who wait, in their order. */
  *[Symbol.iterator](): Iterator<Waiter> {
    yield* this.#line
    if (this.#behindLanes !== null) yield* this.#behindLanes
  }
}
