import type { Answer, Call } from '../calls.ts'
import { CancelledError } from './cancelled-error.ts'
import { after } from './long-timer.ts'
import type { RunLink, ScriptRuntime } from './run-link.ts'

/** Ends a wait with `cancelled`. False when it was given up before: the cancel is then for another. */
type GiveUp = (cancelled: CancelledError) => boolean

/** What the SDK keeps of one run: its calls that have no answer yet, and its waits, which a cancel ends. */
export class Runtime implements ScriptRuntime {
  readonly #link: RunLink
  readonly #calls = new Map<number, (answer: Answer) => void>()
  readonly #waits = new Set<GiveUp>()
  #lastCall = 0
  /** A cancel that met no wait: the next one gets it. */
  #pendingCancel: CancelledError | null = null
  /** Keeps a process alive while an answer is to come: the pipe that brings it does not. */
  #letGo: (() => void) | null = null

  constructor(link: RunLink) {
    this.#link = link
    const { signal } = link.context
    if (signal.aborted) this.#pendingCancel = signal.reason as CancelledError
  }

  /** Sends a call and returns its number; its one answer goes to `onAnswer`. */
  send(what: Call, place: string | null, onAnswer: (answer: Answer) => void): number {
    this.#lastCall += 1
    this.#calls.set(this.#lastCall, onAnswer)
    this.#letGo ??= after(Infinity, () => undefined)
    this.#link.send({ type: 'call', call: this.#lastCall, task: 0, place, what })
    return this.#lastCall
  }

  /** Takes a call back that may still wait. */
  withdraw(call: number): void {
    this.#link.send({ type: 'withdraw', call })
  }

  answer(answer: Answer): void {
    const onAnswer = this.#calls.get(answer.call)
    this.#calls.delete(answer.call)
    if (this.#calls.size === 0) {
      this.#letGo?.()
      this.#letGo = null
    }
    onAnswer?.(answer)
  }

  /** Delivered once, as asyncio does: to what waits now, or to the next wait. Cleaning up can wait again. */
  cancel(message: string): void {
    const taken = [...this.#waits].filter((giveUp) => giveUp(new CancelledError(message)))
    if (taken.length === 0) this.postponeCancel(new CancelledError(message))
  }

  /** A cancel that could not end its wait any more is for the next one. */
  postponeCancel(cancelled: CancelledError): void {
    this.#pendingCancel = cancelled
  }

  /**
   * The one way to wait: `begin` starts it, is given how to settle it, and returns how a cancel ends it. A cancel that has
   * met no wait yet ends this one before it begins.
   */
  wait<Value>(begin: (settle: Settle<Value>) => GiveUp): Promise<Value> {
    const pending = this.#pendingCancel
    this.#pendingCancel = null
    if (pending !== null) return Promise.reject(pending)
    return new Promise((resolve, reject) => {
      const giveUp = begin({
        resolve: (value) => {
          this.#waits.delete(giveUp)
          resolve(value)
        },
        reject: (error) => {
          this.#waits.delete(giveUp)
          // Whatever a script aborts its own signal with is what it is given.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error)
        },
      })
      this.#waits.add(giveUp)
    })
  }
}

/** Ends a wait; never before `begin` has returned. */
export type Settle<Value> = { resolve: (value: Value) => void; reject: (error: unknown) => void }

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
