import { CancelledError } from '../cancelled-error.ts'
import { checkName, checkSpan } from '../check.ts'
import type { Duration } from '../check.ts'
import { errorFrom, RuntimeError, TimeoutError } from '../errors.ts'
import { currentLink } from '../run-link.ts'
import { runtimeOf } from '../runtime.ts'
import type { Future } from './future.ts'
import { notice, onSettled, outcomeOf } from './future.ts'
import type { Callback } from './loop.ts'
import { currentScope, runIn, Scope } from './scope.ts'
import { spawnIn } from './spawn.ts'
import type { Spawn } from './spawn.ts'
import { waitUntilDone } from './wait.ts'

/** What a task group may be given. */
export type TaskGroupOptions = {
  /** What it is called where its child runs are shown, and in its errors; left out: it is called by what it contains. */
  name?: string | undefined
  /**
   * How long the group may take: then its members are cancelled, and a TimeoutError comes out. For child runs it outlives
   * this run and its host.
   */
  deadline?: Duration | undefined
}

const TIME_IS_UP = 'The deadline of the group has passed.'

/**
 * Tasks and child runs that live and fail together, as asyncio.TaskGroup: when one fails, the others are cancelled,
 * and at the end the errors come out together as an AggregateError. That of a cancelled member does not count.
 */
export class TaskGroup {
  readonly #outer = currentScope()
  readonly #cancelsBefore = this.#outer.cancels
  readonly #members = new Set<Future>()
  readonly #errors: unknown[] = []
  #state: 'open' | 'aborting' | 'finished' = 'open'
  /** Waits of the group's function; null in a block with `await using`, which is not interrupted. */
  #body: Scope | null = null
  #engineGroup: Promise<number> | null = null
  readonly #name: string | null
  /** In ms of `loop.time()`. */
  readonly #deadline: number | null
  readonly #timer: Callback | null
  #isLate = false

  /** @internal Scripts get groups of `taskGroup`. */
  constructor({ name, deadline }: TaskGroupOptions = {}) {
    this.#name = name === undefined ? null : checkName('taskGroup', name)
    const { loop } = this.#outer.task.tree
    this.#deadline = deadline === undefined ? null : loop.time() + checkSpan('taskGroup: the deadline', deadline)
    this.#timer = this.#deadline === null ? null : loop.callAt(this.#deadline, () => this.#expire())
  }

  /** As `spawn`, for a member of the group. A RuntimeError when the group is being aborted, or is over. */
  readonly spawn: Spawn = ((what: unknown, second?: unknown, third?: unknown) => {
    if (this.#state !== 'open')
      throw new RuntimeError(
        `${this.#words} ${this.#state === 'aborting' ? 'is being aborted' : 'is over'}: nothing can be spawned in it.`,
      )
    const member = spawnIn({ engineGroup: () => (this.#engineGroup ??= this.#openInEngine()) }, what, second, third)
    this.#members.add(member)
    notice(member)
    onSettled(member, () => this.#settled(member))
    return member
  }) as Spawn

  /** Waits for all members. For blocks that declare the group with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#outer.cancels > this.#cancelsBefore) this.#abort()
    const cancelled = await this.#waitForAll()
    this.#throwErrors(cancelled)
  }

  /** @internal */
  async run<Value>(fn: (group: TaskGroup) => Value | PromiseLike<Value>): Promise<Value> {
    this.#body = new Scope(this.#outer.task, this.#outer)
    let value: Value | undefined
    let cancelled: CancelledError | null = null
    try {
      value = await runIn(this.#body, () => fn(this))
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#errors.push(error)
      // By the group itself: the member's error says why.
      else if ((this.#errors.length === 0 && !this.#isLate) || this.#outer.cancels > this.#cancelsBefore)
        cancelled = error
      this.#abort()
    }
    this.#body = null
    cancelled = (await this.#waitForAll()) ?? cancelled
    this.#throwErrors(cancelled)
    return value as Value
  }

  get #words(): string {
    return this.#name === null ? 'The task group' : `The task group "${this.#name}"`
  }

  /** Gives the cancel that came while it waited. */
  async #waitForAll(): Promise<CancelledError | null> {
    let cancelled: CancelledError | null = null
    for (;;) {
      const [member] = this.#members
      if (member === undefined) break
      try {
        await waitUntilDone(member)
        this.#settled(member)
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error
        cancelled = error
        this.#abort()
      }
    }
    this.#state = 'finished'
    this.#timer?.cancel()
    return cancelled
  }

  #throwErrors(cancelled: CancelledError | null): void {
    if (this.#errors.length > 0) {
      // Who was cancelled from outside hears of it at the next wait.
      if (cancelled !== null) this.#outer.postpone(cancelled)
      const [first] = this.#errors
      const words = this.#errors.length === 1 ? 'one of its tasks failed' : `${this.#errors.length} of its tasks failed`
      throw new AggregateError(this.#errors, `${this.#words} was aborted: ${words}, first with: ${messageOf(first)}`)
    }
    if (cancelled !== null) throw cancelled
    if (this.#isLate) throw new TimeoutError(`${this.#words} was not done by its deadline.`)
  }

  #settled(member: Future): void {
    if (!this.#members.delete(member)) return
    const outcome = outcomeOf(member)
    // The engine keeps the deadline too, and can be first where this thread was busy.
    if (outcome?.how === 'cancelled' && this.#isPast()) this.#expire()
    if (outcome?.how !== 'failed') return
    this.#errors.push(outcome.error)
    if (this.#state !== 'open') return
    this.#abort()
    this.#body?.cancel(new CancelledError('Another task of the group has failed.'))
  }

  #isPast(): boolean {
    return this.#deadline !== null && this.#outer.task.tree.loop.time() >= this.#deadline
  }

  #expire(): void {
    if (this.#state !== 'open') return
    this.#isLate = true
    this.#abort(TIME_IS_UP)
    this.#body?.cancel(new CancelledError(TIME_IS_UP))
  }

  #abort(why = 'Another task of the group has failed.'): void {
    if (this.#state !== 'open') return
    this.#state = 'aborting'
    for (const member of this.#members) member.cancel(why)
  }

  #openInEngine(): Promise<number> {
    const runtime = runtimeOf(currentLink())
    const leftMs =
      this.#deadline === null ? null : Math.max(0, Math.ceil(this.#deadline - this.#outer.task.tree.loop.time()))
    const call = { on: 'group' as const, do: 'open' as const, name: this.#name }
    return new Promise((resolve, reject) => {
      runtime.send(this.#outer.task.id, leftMs === null ? call : { ...call, deadlineMs: leftMs }, null, (answer) => {
        if (answer.ok) resolve((answer.value as { group: number }).group)
        else reject(errorFrom(answer.error))
      })
    })
  }
}

/**
 * Tasks that live and fail together: `await taskGroup(async (group) => { group.spawn(…) })` ends when all have ended.
 * When one fails, the others and the function itself are cancelled, and an AggregateError comes out. With `await using
 * group = taskGroup()` the members are waited for at the end of the block, whatever ends it: what the block itself
 * throws does not cancel them, for a block cannot be asked how it ended. With `{ deadline: '10m' }` all of it is cancelled
 * when the time is up, and a TimeoutError comes out. `{ name: 'thumbnails' }` says what it is called.
 */
export function taskGroup(options?: TaskGroupOptions): TaskGroup
export function taskGroup<Value>(
  fn: (group: TaskGroup) => Value | PromiseLike<Value>,
  options?: TaskGroupOptions,
): Promise<Value>
export function taskGroup<Value>(
  first: TaskGroupOptions | ((group: TaskGroup) => Value | PromiseLike<Value>) = {},
  options: TaskGroupOptions = {},
): TaskGroup | Promise<Value> {
  if (typeof first === 'function') return new TaskGroup(options).run(first)
  if (typeof first !== 'object' || first === null) throw new TypeError('taskGroup(fn): fn must be a function.')
  return new TaskGroup(first)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
