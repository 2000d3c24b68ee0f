import { availableParallelism } from 'node:os'
import { checkWhole } from '../check.ts'
import { errorFrom, RuntimeError } from '../errors.ts'
import { CancelledError } from '../cancelled-error.ts'
import { Future, settle } from '../tasks/future.ts'
import { startTask } from '../tasks/task.ts'
import { callableOf } from './callable.ts'
import type { CallableElsewhere } from './callable.ts'
import { ExecutionFailed } from './errors.ts'
import { create } from './interpreter.ts'
import type { Interpreter } from './interpreter.ts'
import { send } from './sharing.ts'

/** How a pool of interpreters is made. */
export type InterpreterPoolOptions = {
  /** How many interpreters it has at most, 1 to 64; left out: as many as there are cores. Each is made when it is needed. */
  workers?: number | undefined
  /** Code that each of them runs before its first job; when it throws, the pool is broken. */
  initializer?: string | undefined
  /** How much memory the values of each may take, in MiB; left out: 256. */
  memoryMb?: number | undefined
}

/** How a pool is shut down. */
export type ShutdownOptions = {
  /** Cancels what has not begun; left out: false, it is done first. */
  cancelFutures?: boolean | undefined
}

type Job = { fn: CallableElsewhere<unknown[], unknown>; args: unknown[]; future: Future }

/**
 * A pool of interpreters that do jobs, each one at a time. As concurrent.futures.InterpreterPoolExecutor:
 * `await using pool = interpreters.pool({ workers: 4 })`.
 */
export class InterpreterPool implements AsyncDisposable {
  readonly #workers: number
  readonly #options: InterpreterPoolOptions
  readonly #waiting: Job[] = []
  readonly #idle: Interpreter[] = []
  readonly #all = new Set<Interpreter>()
  readonly #jobs = new Set<Future>()
  #count = 0
  #broken: Error | null = null
  #isShutDown = false

  /** @internal Scripts get them of `interpreters.pool`. */
  constructor(options: InterpreterPoolOptions) {
    this.#options = options
    this.#workers = checkWhole('workers', options.workers ?? availableParallelism(), 1, 64)
  }

  /**
   * Has a function called by one of the interpreters, and gives the future of its value. What it throws comes out under its
   * own class and message, with the ExecutionFailed as its cause. A job that has not begun can be cancelled; one that runs
   * goes on, and its value is dropped.
   */
  submit<Args extends unknown[], Value>(fn: CallableElsewhere<Args, Value>, ...args: Args): Future<Awaited<Value>> {
    if (this.#broken !== null)
      throw new RuntimeError(`The pool is broken: ${this.#broken.message}`, { cause: this.#broken })
    if (this.#isShutDown) throw new RuntimeError('The pool was shut down and takes no more jobs.')
    // What cannot be called at all is wrong use; what cannot be handed over is this job's failure.
    const callable = callableOf('submit(fn)', fn)
    const called = callable.by === 'text' ? fn : `${callable.module}#${callable.name}`
    const future = new Future<Awaited<Value>>()
    this.#jobs.add(future)
    future.addDoneCallback(() => this.#jobs.delete(future))
    try {
      send('An argument', args)
    } catch (error) {
      settle(future, { how: 'failed', error })
      return future
    }
    this.#waiting.push({ fn: called as Job['fn'], args, future })
    this.#feed()
    return future
  }

  /** Calls the function with each item, and gives the results in the order of the items; an error comes at its own place. */
  async *map<Item, Value>(fn: CallableElsewhere<[Item], Value>, items: Iterable<Item>): AsyncGenerator<Awaited<Value>> {
    const futures = [...items].map((item) => this.submit(fn, item))
    try {
      for (const future of futures) yield await future
    } finally {
      for (const future of futures) future.cancel()
    }
  }

  /** Takes no more jobs, waits until the others are done, and closes the interpreters. */
  async shutdown({ cancelFutures = false }: ShutdownOptions = {}): Promise<void> {
    this.#isShutDown = true
    if (cancelFutures) for (const { future } of this.#waiting.splice(0)) future.cancel('The pool was shut down.')
    while (this.#jobs.size > 0 || this.#count > this.#idle.length) {
      const idle = new Future<void>()
      this.#onIdle = () => settle(idle, { how: 'done', value: undefined })
      await idle
    }
    await Promise.all([...this.#all].map((interpreter) => interpreter.close({ force: true })))
    this.#all.clear()
  }

  #onIdle: () => void = () => undefined

  /** At the end of an `await using`: `shutdown()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  #feed(): void {
    while (this.#waiting.length > 0) {
      const idle = this.#idle.pop()
      if (idle !== undefined) this.#work(idle)
      else if (this.#count < this.#workers) this.#hire()
      else return
    }
  }

  #hire(): void {
    this.#count += 1
    const first = this.#waiting.shift()
    this.#inTask(async () => {
      try {
        const interpreter = await create({ memoryMb: this.#options.memoryMb })
        this.#all.add(interpreter)
        if (this.#options.initializer !== undefined) await interpreter.exec(this.#options.initializer)
        if (first !== undefined) this.#waiting.unshift(first)
        this.#idle.push(interpreter)
      } catch (error) {
        this.#break(first, error)
      }
    })
  }

  #work(interpreter: Interpreter): void {
    const job = this.#waiting.shift()
    if (job === undefined || job.future.done()) {
      this.#idle.push(interpreter)
      return
    }
    this.#inTask(async () => {
      try {
        const value = await interpreter.call(job.fn, ...job.args)
        settle(job.future, { how: 'done', value })
      } catch (error) {
        settle(
          job.future,
          error instanceof CancelledError ? { how: 'cancelled', error } : { how: 'failed', error: asThrown(error) },
        )
      }
      this.#idle.push(interpreter)
    })
  }

  #break(first: Job | undefined, error: unknown): void {
    this.#count -= 1
    this.#broken = error instanceof Error ? error : new Error(String(error))
    for (const job of [...(first === undefined ? [] : [first]), ...this.#waiting.splice(0)]) {
      const broken = new RuntimeError(`The pool is broken: ${this.#broken.message}`, { cause: this.#broken })
      settle(job.future, { how: 'failed', error: broken })
    }
  }

  #inTask(fn: () => Promise<void>): void {
    const task = startTask(fn, { name: 'job of a pool', place: null })
    task.addDoneCallback(() => {
      this.#feed()
      this.#onIdle()
    })
  }
}

/** A job's error as it was thrown there: its class, where it is one of the language or ours, and its message. */
function asThrown(error: unknown): unknown {
  if (!(error instanceof ExecutionFailed)) return error
  const { type, message, display } = error.excinfo
  return Object.assign(errorFrom({ name: type, message, stack: display }), { cause: error })
}

export const pool = (options: InterpreterPoolOptions = {}): InterpreterPool => new InterpreterPool(options)
