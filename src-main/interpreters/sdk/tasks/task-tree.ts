import { now } from '../../own-builtins.ts'
import { toRunError } from '../../run-error.ts'
import type { RunLink } from '../run-link.ts'
import type { ChildRun } from './child-run.ts'
import type { Future } from './future.ts'
import { isNoticed, outcomeOf } from './future.ts'
import { Loop } from './loop.ts'
import { Scope } from './scope.ts'
import { TaskReports } from './task-reports.ts'

/** A task as the SDK keeps it. */
export type TaskNode = {
  readonly tree: TaskTree
  /** Counts from 1 in each attempt; 0 is the run's own function. */
  readonly id: number
  readonly parent: TaskNode | null
  readonly name: string
  /** `file:line:column` of the spawn. */
  readonly place: string | null
  /** Epoch ms of the spawn. */
  readonly since: number
  readonly scope: Scope
  /** What the script knows it by; null for the run's function, until it is asked for. */
  handle: Future | null
}

/** How long tasks that are still in flight when the run's function ends are given to end after their cancel. */
const LAST_WAIT_MS = 5_000
/** Findings of one kind about one run. */
const MAX_FINDINGS = 20
/** Failures that are kept until the end, to see whether somebody looks at them; more are counted only. */
const MAX_UNSEEN = 1_000

/** The tasks of one attempt, in flight or failed without anybody having taken notice, and the runs it has spawned. */
export class TaskTree {
  readonly loop = new Loop()
  readonly reports: TaskReports
  readonly main: TaskNode
  readonly #link: RunLink
  readonly #inFlight = new Map<number, TaskNode>()
  readonly #children = new Set<ChildRun>()
  /** Failed ones whose error nobody has seen so far. */
  readonly #unseen = new Set<{ what: string; place: string | null; handle: Future }>()
  #moreUnseen = 0
  #lastTask = 0
  #onLastEnd: (() => void) | null = null

  constructor(link: RunLink) {
    this.#link = link
    this.reports = new TaskReports(link)
    const { run } = link.context
    this.main = this.#node({ id: 0, name: run.name, parent: null, place: null }, () => link.context.signal)
  }

  /** Those that have not ended, in the order of their spawning. */
  get inFlight(): IterableIterator<TaskNode> {
    return this.#inFlight.values()
  }

  add(facts: { name: string; parent: TaskNode; place: string | null }): TaskNode {
    this.#lastTask += 1
    const node = this.#node({ ...facts, id: this.#lastTask, name: facts.name || `task ${this.#lastTask}` }, () => null)
    this.#inFlight.set(node.id, node)
    this.reports.changed(node)
    return node
  }

  ended(node: TaskNode): void {
    this.#inFlight.delete(node.id)
    this.reports.ended(node)
    if (node.handle !== null) this.#keepUnseen(`the task "${node.name}"`, node.place, node.handle)
    if (this.#inFlight.size === 0) this.#onLastEnd?.()
  }

  addChild(child: ChildRun): void {
    this.#children.add(child)
  }

  childEnded(child: ChildRun, place: string | null): void {
    this.#children.delete(child)
    this.#keepUnseen(`run ${child.id ?? child.name}`, place, child)
  }

  /**
   * The run's function has ended. What it left in flight is cancelled, as by asyncio.run, and said; so is what failed
   * without anybody looking.
   */
  async end(): Promise<void> {
    this.#findLeftInFlight()
    for (const node of this.#inFlight.values()) node.handle?.cancel('The function of the run has ended.')
    if (this.#inFlight.size > 0) await this.#lastEnd()
    this.#findUnseen()
  }

  #node(facts: Pick<TaskNode, 'id' | 'parent' | 'name' | 'place'>, outerSignal: () => AbortSignal | null): TaskNode {
    const node: Omit<TaskNode, 'scope'> = { ...facts, tree: this, since: now(), handle: null }
    return Object.assign(node, { scope: new Scope(node as TaskNode, null, outerSignal) })
  }

  #keepUnseen(what: string, place: string | null, handle: Future): void {
    if (outcomeOf(handle)?.how !== 'failed' || isNoticed(handle)) return
    if (this.#unseen.size < MAX_UNSEEN) this.#unseen.add({ what, place, handle })
    else this.#moreUnseen += 1
  }

  #findLeftInFlight(): void {
    const left = [
      ...[...this.#inFlight.values()].map(({ name, place }) => ({ what: `the task "${name}"`, place })),
      ...[...this.#children].flatMap((child) =>
        child.isBound ? [{ what: `run ${child.id ?? child.name}`, place: child.place }] : [],
      ),
    ]
    this.#say('left_in_flight', left, 'was still in flight when the function of the run ended, and was cancelled')
  }

  #findUnseen(): void {
    const unseen = [...this.#unseen].flatMap(({ what, place, handle }) => {
      const outcome = outcomeOf(handle)
      if (outcome?.how !== 'failed' || isNoticed(handle)) return []
      const { name, message } = toRunError(outcome.error)
      return [{ what: `${what} failed (${name}: ${message})`, place }]
    })
    this.#say('never_awaited', unseen, 'and nobody has awaited it', this.#moreUnseen)
  }

  #say(
    kind: 'left_in_flight' | 'never_awaited',
    found: { what: string; place: string | null }[],
    words: string,
    counted = 0,
  ): void {
    for (const { what, place } of found.slice(0, MAX_FINDINGS)) this.#find(kind, `${what} ${words}`, place)
    const more = Math.max(0, found.length - MAX_FINDINGS) + counted
    if (more > 0) this.#find(kind, `${more} more ${more === 1 ? 'was' : 'were'} found like that`, null)
  }

  #find(kind: 'left_in_flight' | 'never_awaited', message: string, place: string | null): void {
    const capitalised = message.charAt(0).toUpperCase() + message.slice(1)
    this.#link.send({ type: 'finding', kind, message: `${capitalised}.`.slice(0, 2_000), place })
  }

  /** Resolves when no task is in flight, or they had their time. */
  #lastEnd(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.loop.callLater(LAST_WAIT_MS, resolve)
      this.#onLastEnd = () => {
        timer.cancel()
        resolve()
      }
    })
  }
}
