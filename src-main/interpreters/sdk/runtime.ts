import type { Answer, Call, CallReport } from '../calls.ts'
import { clearInterval, setInterval } from '../own-builtins.ts'
import { CancelledError } from './cancelled-error.ts'
import type { RunLink, ScriptRuntime } from './run-link.ts'
import { TaskTree } from './tasks/task-tree.ts'

const LONGEST_MS = 2 ** 31 - 1

/** Ways in which the script itself may end the wait for an answer. */
export type Limits = Pick<CallReport, 'timeoutMs' | 'isAbortable'>

/** What the SDK keeps of one run: its tasks, and its calls that have no answer yet. */
export class Runtime implements ScriptRuntime {
  readonly tree: TaskTree
  readonly #link: RunLink
  readonly #calls = new Map<number, (answer: Answer) => void>()
  readonly #releases: (() => Promise<void>)[] = []
  #lastCall = 0
  /** Keeps a process alive while an answer is to come: the pipe that brings it does not. */
  #keepAlive: NodeJS.Timeout | null = null

  constructor(link: RunLink) {
    this.#link = link
    this.tree = new TaskTree(link)
    const { signal } = link.context
    if (signal.aborted) this.tree.main.scope.cancel(signal.reason as CancelledError)
  }

  /**
   * Sends a call of a task and returns its number; its one answer goes to `onAnswer`. `limits`: how its wait may be given
   * up.
   */
  send(
    task: number,
    what: Call,
    place: string | null,
    onAnswer: (answer: Answer) => void,
    limits: Limits = {},
  ): number {
    this.#lastCall += 1
    this.#calls.set(this.#lastCall, onAnswer)
    this.#keepAlive ??= setInterval(() => undefined, LONGEST_MS)
    this.#link.send({ type: 'call', call: this.#lastCall, task, place, what, ...limits })
    return this.#lastCall
  }

  /** Takes a call back that may still wait. */
  withdraw(call: number): void {
    this.#link.send({ type: 'withdraw', call })
  }

  answer(answer: Answer): void {
    const onAnswer = this.#calls.get(answer.call)
    this.#calls.delete(answer.call)
    if (this.#calls.size === 0 && this.#keepAlive !== null) {
      clearInterval(this.#keepAlive)
      this.#keepAlive = null
    }
    onAnswer?.(answer)
  }

  /** The run was asked to stop: its function is cancelled, and with it what that waits for. */
  cancel(message: string): void {
    this.tree.main.scope.cancel(new CancelledError(message))
  }

  async end(): Promise<void> {
    await this.tree.end()
    await this.release()
  }

  async release(): Promise<void> {
    await Promise.all(this.#releases.splice(0).map((release) => release()))
  }

  /** Called when the run is over. */
  onRelease(release: () => Promise<void>): void {
    this.#releases.push(release)
  }
}

const runtimes = new WeakMap<RunLink, Runtime>()

export function runtimeOf(link: RunLink): Runtime {
  let runtime = runtimes.get(link)
  if (runtime === undefined) {
    runtime = new Runtime(link)
    runtimes.set(link, runtime)
    link.runtime = runtime
  }
  return runtime
}
