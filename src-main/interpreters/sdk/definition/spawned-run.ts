import type { RunEnded } from '../../calls.ts'
import { checkWait } from '../check.ts'
import type { WaitOptions } from '../check.ts'
import { outcomeOfRun } from '../tasks/child-run.ts'
import { Definition } from './definition.ts'
import type { Wait } from './definition.ts'

/** A run that this one has spawned, for scripts that block. */
export class SpawnedRunDefinition<Value> extends Definition {
  readonly #id: number

  constructor(id: number) {
    super()
    this.#id = id
  }

  /** The run's number. */
  get id(): number {
    return this.#id
  }

  /** Waits for its end, and gives its result or throws its error; a CancelledError when it was cancelled. */
  *result(options: WaitOptions = {}): Wait<Value> {
    const ended = yield { call: { on: 'run', do: 'watch', run: this.#id }, ...checkWait(options) }
    const outcome = outcomeOfRun<Value>(this.#id, ended as RunEnded)
    if (outcome.how === 'done') return outcome.value
    throw outcome.error
  }

  /** Asks it to stop. Gives false when it is over. */
  *cancel(message?: string): Wait<boolean> {
    const words = message?.slice(0, 2_000) ?? null
    return (yield { call: { on: 'run', do: 'cancel', run: this.#id, message: words } }) as boolean
  }
}
