import { AsyncLocalStorage } from 'node:async_hooks'
import type { CancelledError } from '../cancelled-error.ts'
import type { TaskReport } from '../../calls.ts'
import { now } from '../../own-builtins.ts'
import { currentLink } from '../run-link.ts'
import { runtimeOf } from '../runtime.ts'
import type { TaskNode } from './task-tree.ts'

/** What a task waits for, as the engine is told. */
export type LocalWaits = Pick<TaskReport, 'waits' | 'needsAll'>
export type LocalWait = LocalWaits['waits'][number]

/** Ends a wait. False when there is nothing to end any more: the cancel is then for the next wait. */
export type GiveUp = (cancelled: CancelledError) => boolean

/** Ends a wait; never before `begin` has returned. */
export type Settle<Value> = { resolve: (value: Value) => void; reject: (error: unknown) => void }

type Waiting<Value> = {
  /** Starts it, is given how to settle it, and returns how a cancel ends it. */
  begin: (settle: Settle<Value>) => GiveUp
  /** A cancel that came before is passed on to what is waited for, as to a task; otherwise it is not even begun. */
  passesOn?: boolean
  /** What is not the engine's to know by itself. */
  look?: () => LocalWaits
}

type OpenWait = { scope: Scope; giveUp: GiveUp; isGivenUp: boolean; isOver: boolean; look: (() => LocalWaits) | null }

/**
 * What a cancel reaches: all that a task waits for, or what it waits for inside a block (a timeout, a task group). A cancel is
 * delivered once, as in asyncio: to the waits that are open, or to the next one. Further cancels are part of it until the
 * task has gone on.
 */
export class Scope {
  readonly task: TaskNode
  readonly parent: Scope | null
  /** Of the whole task; only its outermost scope has them. */
  readonly #waits = new Set<OpenWait>()
  #pending: CancelledError | null = null
  #deadline = Infinity
  #cancels = 0
  #abortController: AbortController | null = null
  #signal: AbortSignal | null = null
  #reason: CancelledError | null = null

  readonly #outerSignal: () => AbortSignal | null

  constructor(task: TaskNode, parent: Scope | null, outerSignal = () => parent?.signal ?? null) {
    this.task = task
    this.parent = parent
    this.#outerSignal = outerSignal
  }

  /** How many cancels have come from further out than `this.parent`, or to the task, and were not taken back. */
  get cancels(): number {
    return this.#cancels + (this.parent?.cancels ?? 0)
  }

  /** How long until the first deadline of this scope or of one around it. */
  get leftMs(): number {
    return Math.min(this.#deadline - this.task.tree.loop.time(), this.parent?.leftMs ?? Infinity)
  }

  /** In ms of the loop's time. */
  setDeadline(at: number): void {
    this.#deadline = at
  }

  /** Aborts with the first cancel of this scope or of one around it. */
  get signal(): AbortSignal {
    if (this.#signal !== null) return this.#signal
    this.#abortController = new AbortController()
    if (this.#reason !== null) this.#abortController.abort(this.#reason)
    const own = this.#abortController.signal
    const outer = this.#outerSignal()
    return (this.#signal = outer === null ? own : AbortSignal.any([own, outer]))
  }

  cancel(cancelled: CancelledError): void {
    this.#cancels += 1
    this.#reason ??= cancelled
    this.deliver(cancelled)
    this.#abortController?.abort(cancelled)
  }

  /** Lets a cancel end the waits that are open, else the next one. */
  deliver(cancelled: CancelledError): void {
    const waits = [...this.#root.#waits].filter(({ scope }) => scope.isWithin(this))
    let isTaken = waits.some((wait) => wait.isGivenUp)
    for (const wait of waits) {
      if (wait.isGivenUp || wait.isOver) continue
      if (giveUp(wait, cancelled)) isTaken = true
    }
    if (!isTaken) this.postpone(cancelled)
  }

  /** A cancel that cannot end its wait any more is for the next one. */
  postpone(cancelled: CancelledError): void {
    this.#pending = cancelled
  }

  /** Takes one cancel back; gives how many are left. */
  uncancel(): number {
    if (this.#cancels > 0) this.#cancels -= 1
    if (this.#cancels === 0) this.#pending = null
    return this.#cancels
  }

  /** The cancel that was to end the next wait. */
  takePending(): CancelledError | null {
    const outer = this.parent?.takePending() ?? null
    const own = this.#pending
    this.#pending = null
    return outer ?? own
  }

  isWithin(scope: Scope): boolean {
    return this === scope || (this.parent?.isWithin(scope) ?? false)
  }

  /** The one way to wait, with a promise. */
  wait<Value>(waiting: Waiting<Value>): Promise<Value> {
    let giveUp: GiveUp = () => false
    const promise = new Promise<Value>((resolve, reject) => (giveUp = this.open(waiting, { resolve, reject })))
    setCanceller(promise, giveUp)
    return promise
  }

  /** The same, with functions that are called with the end. Returns how to take it back. */
  open<Value>({ begin, passesOn = false, look }: Waiting<Value>, { resolve, reject }: Settle<Value>): GiveUp {
    const waits = this.#root.#waits
    for (const wait of waits) if (wait.isOver) waits.delete(wait)
    const pending = this.takePending()
    if (pending !== null && !passesOn) {
      reject(pending)
      return () => false
    }
    const wait: OpenWait = {
      scope: this,
      giveUp: () => false,
      isGivenUp: false,
      isOver: false,
      look: look ?? null,
    }
    wait.giveUp = begin({
      resolve: (value) => {
        this.#close(wait)
        resolve(value)
      },
      reject: (error) => {
        this.#close(wait)
        reject(error)
      },
    })
    if (!wait.isOver) waits.add(wait)
    if (look !== undefined) this.#tell()
    if (pending !== null && !giveUp(wait, pending)) this.postpone(pending)
    return (cancelled) => !wait.isOver && !wait.isGivenUp && giveUp(wait, cancelled)
  }

  /** What the task waits for without the engine's help, all of it. */
  look(): LocalWaits[] {
    return [...this.#root.#waits].flatMap(({ isOver, look, scope }) => {
      if (isOver || look === null) return []
      const { leftMs } = scope
      const { waits, needsAll } = look()
      if (leftMs === Infinity) return [{ waits, needsAll }]
      // A deadline is one more way in which the wait ends.
      return [{ waits: [...waits, { for: 'sleep', until: Math.ceil(now() + leftMs) }], needsAll: false }]
    })
  }

  get #root(): Scope {
    return this.task.scope
  }

  /** One that was given up stays until the task has gone on: until then further cancels are the same one. */
  #close(wait: OpenWait): void {
    wait.isOver = true
    const waits = this.#root.#waits
    if (!wait.isGivenUp) waits.delete(wait)
    else this.task.tree.loop.callSoon(() => waits.delete(wait))
    if (wait.look !== null) this.#tell()
  }

  #tell(): void {
    this.task.tree.reports.changed(this.task)
  }
}

/** Says so before it does it, for a wait may be over at once by that. */
function giveUp(wait: OpenWait, cancelled: CancelledError): boolean {
  wait.isGivenUp = true
  return (wait.isGivenUp = wait.giveUp(cancelled))
}

const scopes = new AsyncLocalStorage<Scope>()

/** The scope that the calling code runs in. Throws outside of a run. */
export function currentScope(): Scope {
  const { tree } = runtimeOf(currentLink())
  const scope = scopes.getStore()
  return scope?.task.tree === tree ? scope : tree.main.scope
}

/** The signal of the task, or block, that the calling code belongs to. */
export const currentSignal = (): AbortSignal => scopes.getStore()?.signal ?? currentLink().context.signal

/** Calls `fn` so that it, and all that it starts, waits in `scope`. */
export function runIn<Value>(scope: Scope, fn: () => Value | PromiseLike<Value>): Promise<Value> {
  return scopes.run(scope, async () => fn())
}

const cancellers = new WeakMap<Promise<unknown>, GiveUp>()

/** Remembers how what `promise` waits for is taken back, for those who are handed the promise only. */
export function setCanceller(promise: Promise<unknown>, giveUp: GiveUp): void {
  cancellers.set(promise, giveUp)
}

/** Undefined for promises that are not of this SDK: nothing can be done about them. */
export const cancellerOf = (promise: Promise<unknown>): GiveUp | undefined => cancellers.get(promise)
