import type { CallOn, RunEnded } from '../../calls.ts'
import { parseJson } from '../../own-builtins.ts'
import { CancelledError } from '../cancelled-error.ts'
import { AbandonedError, errorFrom, RuntimeError, TimeoutError } from '../errors.ts'
import { placeOfCaller } from '../place.ts'
import { currentLink } from '../run-link.ts'
import { runtimeOf } from '../runtime.ts'
import type { Runtime } from '../runtime.ts'
import { copyOf } from './shield.ts'
import { currentScope } from './scope.ts'
import { describeWaits, Future, settle } from './future.ts'
import type { Outcome } from './future.ts'
import type { LocalWait } from './scope.ts'
import type { GroupLink } from './spawn.ts'

export type SpawnCall = Extract<CallOn<'run'>, { do: 'spawn' }>

const DEFAULT_MESSAGE = 'The run was cancelled by the run that spawned it.'

/**
 * A run that this one has spawned. It is used like a task: awaiting it gives its result or throws its error, and the
 * cancel of who awaits it cancels it too.
 */
export class ChildRun<Value = unknown> extends Future<Value> {
  /** What the run is called; the job's or the file's name unless it was given one. */
  readonly name: string
  readonly #runtime: Runtime
  /** The task that has spawned it. */
  readonly #task: number
  readonly #place: string | null
  readonly #isKept: boolean
  readonly #stored: Future<number>
  #id: number | null = null
  #cancels = 0
  #cancelMessage: string | null = null

  /** @internal Scripts get child runs of `spawn`. */
  constructor(call: SpawnCall, group: GroupLink | null) {
    super()
    this.#runtime = runtimeOf(currentLink())
    this.#task = currentScope().task.id
    this.#stored = new Future()
    this.name = call.name ?? ('job' in call.what ? call.what.job : 'path' in call.what ? call.what.path : '')
    this.#isKept = call.onParentEnd === 'keep'
    this.#place = placeOfCaller()
    this.#runtime.tree.addChild(this)
    if (group === null) this.#spawn(call)
    else
      group.engineGroup().then(
        (id) => this.#spawn({ ...call, group: id }),
        (error: unknown) => this.#end({ how: 'failed', error }),
      )
  }

  /** The run's number; null until it is stored. `stored()` waits for that. */
  get id(): number | null {
    return this.#id
  }

  /** Resolves with the run's number when it is stored: from then on it happens, whatever becomes of this run's host. */
  async stored(): Promise<number> {
    return copyOf(this.#stored)
  }

  /** @internal */
  get place(): string | null {
    return this.#place
  }

  /** @internal Whether the end of this attempt cancels it. */
  get isBound(): boolean {
    return !this.#isKept
  }

  /** Asks the run to stop. It is cancelled when its processes were seen dead. Gives false when it is over. */
  override cancel(message: string = DEFAULT_MESSAGE): boolean {
    if (this.done()) return false
    this.#cancels += 1
    if (this.#cancelMessage !== null) return true
    this.#cancelMessage = message
    if (this.#id !== null) this.#sendCancel(this.#id)
    return true
  }

  /** How many cancels were asked for. */
  cancelling(): number {
    return this.#cancels
  }

  /** Takes one off the count; a run that was asked to stop stops all the same. Gives how many are left. */
  uncancel(): number {
    if (this.#cancels > 0) this.#cancels -= 1
    return this.#cancels
  }

  /** Refused: what a run ends with is its script's to say. */
  override setResult(): never {
    throw new RuntimeError('A run gets its result from its script.')
  }

  /** Refused: what a run ends with is its script's to say. */
  override setException(): never {
    throw new RuntimeError('A run gets its error from its script.')
  }

  override [describeWaits](): LocalWait[] {
    return this.#id === null ? [{ for: 'promise' }] : [{ for: 'run', run: this.#id }]
  }

  #spawn(call: SpawnCall): void {
    this.#runtime.send(this.#task, call, this.#place, (answer) => {
      if (!answer.ok) {
        const error = errorFrom(answer.error, this.#place)
        settle(this.#stored, { how: 'failed', error })
        this.#end({ how: 'failed', error })
        return
      }
      const { run } = answer.value as { run: number }
      this.#id = run
      settle(this.#stored, { how: 'done', value: run })
      if (this.#cancelMessage !== null) this.#sendCancel(run)
      this.#runtime.send(this.#task, { on: 'run', do: 'watch', run, isFollowed: true }, this.#place, (ended) => {
        if (ended.ok) this.#end(outcomeOfRun<Value>(run, ended.value as RunEnded))
        else this.#end({ how: 'failed', error: errorFrom(ended.error, this.#place) })
      })
    })
  }

  #sendCancel(run: number): void {
    const message = this.#cancelMessage?.slice(0, 2_000) ?? null
    this.#runtime.send(this.#task, { on: 'run', do: 'cancel', run, message }, null, () => undefined)
  }

  #end(outcome: Outcome<Value>): void {
    settle(this, outcome)
    this.#runtime.tree.childEnded(this, this.#place)
  }
}

/** What the end of a run is to those who wait for it. */
export function outcomeOfRun<Value>(run: number, { outcome, result, error }: RunEnded): Outcome<Value> {
  const message = error?.message ?? `Run ${run} ended as ${outcome}.`
  switch (outcome) {
    case 'succeeded':
      return { how: 'done', value: parseJson(result ?? 'null') as Value }
    case 'cancelled':
      return { how: 'cancelled', error: new CancelledError(message) }
    case 'failed':
      return { how: 'failed', error: error === null ? new RuntimeError(message) : errorFrom(error) }
    case 'timed_out':
      return { how: 'failed', error: new TimeoutError(message) }
    case 'abandoned':
      return { how: 'failed', error: new AbandonedError(`Run ${run}: ${message}`) }
    default:
      return { how: 'failed', error: new RuntimeError(message) }
  }
}
