import type { Ask } from '../open-call.ts'
import type { AsyncFace, SyncFace } from '../face.ts'

/** A method of a durable object: it yields what it asks of the engine, is given the answer, and returns its value. */
export type Wait<Value> = Generator<Ask, Value, unknown>

/** Performs a method: with promises, or blocking. */
export type AsyncDrive = <Value>(wait: Wait<Value>) => Promise<Value extends Definition ? AsyncFace<Value> : Value>
export type SyncDrive = <Value>(wait: Wait<Value>) => Value extends Definition ? SyncFace<Value> : Value

/**
 * What a durable object does, written once. `asyncFace` and `syncFace` (face.ts) make of it what scripts are handed: generator
 * methods become promising or blocking ones, definitions that they return are faced too, and a `PerFace` is what it is on
 * that side. Public are methods and getters only.
 */
export abstract class Definition {
  readonly #isDefinition = true

  static is(value: unknown): value is Definition {
    return typeof value === 'object' && value !== null && #isDefinition in value
  }
}

/** A member that cannot be one generator, for instance because it calls back into the script. `never`: that side has none. */
export class PerFace<Async, Sync> {
  readonly async: (drive: AsyncDrive) => Async
  readonly sync: (drive: SyncDrive) => Sync

  constructor(async: (drive: AsyncDrive) => Async, sync: (drive: SyncDrive) => Sync) {
    this.async = async
    this.sync = sync
  }
}

/** Named `Symbol.asyncDispose` or `Symbol.dispose` on the faces. */
export const scopeEnd: unique symbol = Symbol('scopeEnd')
/** Named `Symbol.asyncIterator` or `Symbol.iterator` on the faces. */
export const each: unique symbol = Symbol('each')
