import { CancelledError } from '../cancelled-error.ts'
import { RuntimeError } from '../errors.ts'
import { awaitFuture, describeWaits, Future, settle } from './future.ts'
import type { Outcome } from './future.ts'
import { currentScope, runIn } from './scope.ts'
import type { LocalWait } from './scope.ts'
import type { TaskNode } from './task-tree.ts'

/**
 * A function of the script that runs as a task of its own, as asyncio.Task. Awaiting it gives what the function gives, or throws
 * what it throws; the cancel of who awaits it cancels it too.
 */
export class Task<Value = unknown> extends Future<Value> {
  readonly #node: TaskNode

  /** @internal Scripts get tasks of `spawn`. */
  constructor(node: TaskNode) {
    super(node.tree.loop)
    this.#node = node
    node.handle = this
  }

  /** Counts from 1 in each attempt; 0 is the run's own function. */
  get id(): number {
    return this.#node.id
  }

  /** What it is called where it is shown. */
  get name(): string {
    return this.#node.name
  }

  /** Aborts when the task is cancelled. */
  get signal(): AbortSignal {
    return this.#node.scope.signal
  }

  /**
   * Asks the task to stop: what it waits for, or its next wait, throws a CancelledError with this message; it may
   * clean up, and is cancelled when it lets the error pass. Gives false when the task is over.
   */
  override cancel(message = 'The task was cancelled.'): boolean {
    if (this.done()) return false
    this.#node.scope.cancel(new CancelledError(message))
    return true
  }

  /** How many cancels were asked for and not taken back. */
  cancelling(): number {
    return this.#node.scope.cancels
  }

  /** Takes a cancel back: the task means to go on. Gives how many are left. */
  uncancel(): number {
    return this.#node.scope.uncancel()
  }

  /** Refused: what a task ends with is its function's to say. */
  override setResult(): never {
    throw new RuntimeError('A task gets its result from its function.')
  }

  /** Refused: what a task ends with is its function's to say. */
  override setException(): never {
    throw new RuntimeError('A task gets its error from its function.')
  }

  /** Lets `await` wait for it. A RuntimeError when the task awaits itself. */
  override then<Next = Value, Caught = never>(
    onValue?: ((value: Value) => Next | PromiseLike<Next>) | null,
    onError?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Next | Caught> {
    if (!this.done() && currentScope().task === this.#node) {
      const error = new RuntimeError(`The task "${this.name}" cannot wait for itself.`)
      return Promise.reject(error).then(onValue, onError)
    }
    return awaitFuture(this).then(onValue, onError)
  }

  override [describeWaits](): LocalWait[] {
    return [{ for: 'task', task: this.id }]
  }
}

/** A new task; `fn` is called in the next pass, unless the task is cancelled before. */
export function startTask<Value>(
  fn: () => Value | PromiseLike<Value>,
  { name, place }: { name: string; place: string | null },
): Task<Value> {
  const parent = currentScope().task
  const { tree } = parent
  const node = tree.add({ name, parent, place })
  const task = new Task<Value>(node)
  const end = (outcome: Outcome<Value>) => {
    settle(task, outcome)
    tree.ended(node)
  }
  tree.loop.callSoon(() => {
    const cancelled = node.scope.takePending()
    if (cancelled === null)
      void runIn(node.scope, fn).then(
        (value) => end({ how: 'done', value }),
        (error: unknown) => end(endingBy(error)),
      )
    else end({ how: 'cancelled', error: cancelled })
  })
  return task
}

/** What an error that leaves a function makes of it. */
export const endingBy = (error: unknown): Outcome<never> =>
  error instanceof CancelledError ? { how: 'cancelled', error } : { how: 'failed', error }

/** The task that the calling code belongs to, as asyncio.current_task; the run's function is one too. */
export const currentTask = (): Task => taskOf(currentScope().task)

/** All tasks of this run that have not ended, the run's function first, as asyncio.all_tasks. */
export function allTasks(): Task[] {
  const { tree } = currentScope().task
  return [tree.main, ...tree.inFlight].map(taskOf)
}

const taskOf = (node: TaskNode): Task => (node.handle as Task | null) ?? new Task(node)
