import { objectLimits } from '../../../../src-preload/limits.ts'
import type { BarrierSpec } from '../../../../src-preload/objects.ts'
import { checkName, checkWait, checkWhole } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { Definition } from './definition.ts'
import type { Wait } from './definition.ts'

/** How a barrier is made at its first use. One that exists keeps what it has. */
export type BarrierOptions = {
  /** How many have to wait until all of them go on. */
  parties: number
}

/** Holds whoever comes until enough are there, by name; then it can be used again. Meanings are those of asyncio.Barrier. */
export class BarrierDefinition extends Definition {
  readonly #of: { on: 'barrier'; name: string; spec: BarrierSpec | null }

  constructor(name: string, options?: BarrierOptions) {
    super()
    const spec =
      options === undefined ? null : { parties: checkWhole('parties', options.parties, 1, objectLimits.parties) }
    this.#of = { on: 'barrier', name: checkName('barrier', name), spec }
  }

  /** The name that every run of this machine knows the barrier by. */
  get name(): string {
    return this.#of.name
  }

  /** Waits until all parties are there. Gives this one's index, from 0; no two of a round have the same. */
  *wait(options: WaitOptions = {}): Wait<number> {
    return (yield { call: { ...this.#of, do: 'wait' }, ...checkWait(options) }) as number
  }

  /** Those who wait get a BrokenBarrierError; then it is as new. */
  *reset(): Wait<void> {
    yield { call: { ...this.#of, do: 'reset' } }
  }

  /** Breaks it: those who wait and all who come get a BrokenBarrierError, until it is reset. */
  *abort(): Wait<void> {
    yield { call: { ...this.#of, do: 'abort' } }
  }

  /** How many have to wait until all go on. */
  *parties(): Wait<number> {
    return (yield* this.#look()).parties
  }

  /** How many wait now (asyncio's n_waiting). */
  *waiting(): Wait<number> {
    return (yield* this.#look()).waiting
  }

  /** Whether it was aborted and not reset since. */
  *broken(): Wait<boolean> {
    return (yield* this.#look()).isBroken
  }

  *#look(): Wait<{ parties: number; waiting: number; isBroken: boolean }> {
    return (yield { call: { ...this.#of, do: 'look' } }) as { parties: number; waiting: number; isBroken: boolean }
  }
}
