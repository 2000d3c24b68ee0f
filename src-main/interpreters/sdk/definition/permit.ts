import type { CallOn } from '../../calls.ts'
import type { WaitOptions } from '../check.ts'
import type { AsyncFace, SyncFace } from '../face.ts'
import { Definition, PerFace, scopeEnd } from './definition.ts'
import type { Wait } from './definition.ts'

type Release = Extract<CallOn<'semaphore'> | CallOn<'lock'>, { do: 'release' }>

/** A permit as this run knows it. A condition's wait lets go of its lock and has it again under another number. */
export type Lease = { release: Release; isReleased: boolean }

/** What was acquired, until it is released; the end of the run's attempt releases it at the latest. */
export class PermitDefinition extends Definition {
  readonly #lease: Lease
  readonly #onRelease: () => void

  constructor(lease: Lease, onRelease: () => void = () => undefined) {
    super()
    this.#lease = lease
    this.#onRelease = onRelease
  }

  /** Tells this permit from every other. */
  get id(): number {
    return this.#lease.release.permit ?? 0
  }

  /** Gives it back. A second time is an error, for the permit may be somebody else's by then. */
  *release(): Wait<void> {
    this.#lease.isReleased = true
    this.#onRelease()
    yield { call: this.#lease.release }
  }

  /** Gives it back at the end of the block in which it was declared with `using`, unless that was done before. */
  *[scopeEnd](): Wait<void> {
    if (!this.#lease.isReleased) yield* this.release()
  }
}

type AsyncUse = <Result>(
  fn: (permit: AsyncFace<PermitDefinition>) => Result | PromiseLike<Result>,
  options?: WaitOptions,
) => Promise<Result>
type SyncUse = <Result>(fn: (permit: SyncFace<PermitDefinition>) => Result, options?: WaitOptions) => Result
export type Use = PerFace<AsyncUse, SyncUse>

/** Acquires, calls, and releases on every way out. */
export const useOf = (acquire: (options: WaitOptions) => Wait<PermitDefinition>): Use =>
  new PerFace<AsyncUse, SyncUse>(
    (drive) =>
      async (fn, options = {}) => {
        const permit = await drive(acquire(options))
        try {
          return await fn(permit)
        } finally {
          await permit[Symbol.asyncDispose]()
        }
      },
    (drive) =>
      (fn, options = {}) => {
        const permit = drive(acquire(options))
        try {
          return fn(permit)
        } finally {
          permit[Symbol.dispose]()
        }
      },
  )
