import type { Answer, Call } from '../calls.ts'
import { clearTimeout, setTimeout } from '../own-builtins.ts'
import { CancelledError } from './cancelled-error.ts'
import type { RunLink, ScriptRuntime } from './run-link.ts'

/** Longest span of a timer. */
const LONGEST_MS = 2 ** 31 - 1

export type OpenCall = { answer(answer: Answer): void; cancel(message: string): void }

/** What the SDK keeps of one run: its calls that have no answer yet. */
export class Runtime implements ScriptRuntime {
  readonly #link: RunLink
  readonly #open = new Map<number, OpenCall>()
  #lastCall = 0
  /** A cancel that met nothing to cancel: the next wait gets it. */
  #pendingCancel: string | null = null
  /** Keeps a process alive while an answer is to come: the pipe that brings it does not. */
  #keepAlive: NodeJS.Timeout | null = null

  constructor(link: RunLink) {
    this.#link = link
    if (link.context.signal.aborted) this.#pendingCancel = (link.context.signal.reason as Error).message
  }

  /** Sends a call; `open` hears of its one answer, and of a cancel before that. Returns the call's number. */
  send(what: Call, place: string | null, open: OpenCall): number {
    this.#lastCall += 1
    this.#open.set(this.#lastCall, open)
    this.#keepAlive ??= setTimeout(() => undefined, LONGEST_MS)
    this.#link.send({ type: 'call', call: this.#lastCall, task: 0, place, what })
    return this.#lastCall
  }

  /** Takes a call back that may still wait. */
  withdraw(call: number): void {
    this.#link.send({ type: 'withdraw', call })
  }

  answer(answer: Answer): void {
    const open = this.#open.get(answer.call)
    this.#open.delete(answer.call)
    if (this.#open.size === 0 && this.#keepAlive !== null) {
      clearTimeout(this.#keepAlive)
      this.#keepAlive = null
    }
    open?.answer(answer)
  }

  /** Delivered once, as asyncio does: to what waits now, or to the next wait. Cleaning up can wait again. */
  cancel(message: string): void {
    if (this.#open.size === 0) this.#pendingCancel = message
    for (const open of this.#open.values()) open.cancel(message)
  }

  /** The cancel that has met nothing yet; it is delivered by that. */
  takePendingCancel(): CancelledError | null {
    const message = this.#pendingCancel
    this.#pendingCancel = null
    return message === null ? null : new CancelledError(message)
  }

  end(): Promise<void> {
    return Promise.resolve()
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
