import { checkName, checkWait } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { Definition } from './definition.ts'
import type { Wait } from './definition.ts'

/** A flag that every run of this machine shares, by name. Meanings are those of asyncio.Event. */
export class EventDefinition extends Definition {
  readonly #of: { on: 'event'; name: string }

  constructor(name: string) {
    super()
    this.#of = { on: 'event', name: checkName('event', name) }
  }

  /** The name that every run of this machine knows the event by. */
  get name(): string {
    return this.#of.name
  }

  /** Wakes all who wait, and lets every later wait pass until it is cleared. */
  *set(): Wait<void> {
    yield { call: { ...this.#of, do: 'set' } }
  }

  /** From now on waits wait. */
  *clear(): Wait<void> {
    yield { call: { ...this.#of, do: 'clear' } }
  }

  /** Whether it is set now (asyncio's is_set). */
  *isSet(): Wait<boolean> {
    return ((yield { call: { ...this.#of, do: 'look' } }) as { isSet: boolean }).isSet
  }

  /** Waits until it is set; at once when it is. A TimeoutError when `timeout` is over before. */
  *wait(options: WaitOptions = {}): Wait<true> {
    yield { call: { ...this.#of, do: 'wait' }, ...checkWait(options) }
    return true
  }
}
