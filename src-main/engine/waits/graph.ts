import type { ResourceName } from '../../../src-preload/contract.ts'
import type { Need, Resource, WaitNode } from '../../core/wait-graph.ts'
import type { Lane } from '../../core/admission.ts'
import type { Call, CallOn, TaskReport } from '../../interpreters/calls.ts'
import { keyInWords } from '../gates.ts'
import { keyOf } from '../objects/conditions.ts'
import type { Asker, OpenCall } from '../objects/script-side.ts'
import type { DurableSemaphore } from '../objects/semaphores.ts'
import type { EngineState, LiveRun } from '../state.ts'

/** A node of the graph: a task of a live attempt; or, with `task` null, a run as a whole, which waits to begin or to end. */
export type Party = {
  readonly run: number
  /** Null: the run is queued. */
  readonly attempt: number | null
  readonly task: number | null
  /** Epoch ms at which it began to wait, its calls aside. */
  readonly since: number
  readonly calls: readonly OpenCall[]
}

export type WaitGraph = {
  readonly nodes: readonly WaitNode[]
  /** Any task of a run may give back what the run holds: scripts hand permits from one to another. */
  readonly resources: readonly Resource[]
  /** The same, with what each task took given back by that task alone: to show who waits for whom. */
  readonly byTaker: readonly Resource[]
  /** By the ids of the nodes. */
  readonly parties: ReadonlyMap<string, Party>
  /** By the keys of the resources. */
  readonly names: ReadonlyMap<string, ResourceName>
  /** Some calls are too young to be taken for waits that last. */
  readonly hasYoung: boolean
}

/**
 * A call is told at once, and what its task waits for besides, a sleep for example, up to a few hundred ms later
 * (`sdk/tasks/task-reports.ts`). Until then nobody knows that the task has another way to go on.
 */
const YOUNG_MS = 250

/**
 * Who waits for whom, as far as the engine can tell: for permits, for slots, for items that were taken, for tasks and for
 * the ends of runs. What anybody can bring about, also a run that is yet to come or a person, keeps nobody: an event, a
 * notification, a barrier, a future, a queue's items and its room. So does a wait that ends by itself, a run that is being
 * stopped, and whatever a task waits for outside of the engine. (docs/decisions/0006-deadlocks.md)
 */
export function buildWaitGraph(state: EngineState, nowMs: number): WaitGraph {
  const builder = new Builder(state, nowMs)
  return builder.build()
}

export const taskNode = (run: number, task: number): string => `${run}.${task}`
export const runNode = (run: number): string => String(run)

type Held = { readonly run: number; readonly task: number | null; readonly amount: number }

/** A way without a need: nothing here keeps it. */
const FREE: readonly Need[] = []

class Builder {
  readonly #state: EngineState
  readonly #nodes: WaitNode[] = []
  readonly #resources = new Map<string, Resource>()
  readonly #byTaker = new Map<string, Resource>()
  readonly #parties = new Map<string, Party>()
  readonly #names = new Map<string, ResourceName>()
  /** Live attempts that wait for something, and the nodes of their tasks. */
  readonly #waiting = new Map<number, readonly string[]>()
  /** Places in the lines, by run and call: a call stands in one line. */
  readonly #turns = new Map<number, Map<number, number>>()
  readonly #keys = new Map<DurableSemaphore, string>()
  readonly #watched = new Set<number>()

  readonly #nowMs: number
  #hasYoung = false

  constructor(state: EngineState, nowMs: number) {
    this.#state = state
    this.#nowMs = nowMs
  }

  build(): WaitGraph {
    const runs = [...this.#state.live.values().filter(isWaiting)]
    for (const run of runs) {
      this.#waiting.set(
        run.id,
        tasksOf(run).map((task) => taskNode(run.id, task)),
      )
    }
    for (const run of runs) this.#addLive(run)
    for (const run of this.#watched) if (!this.#state.live.has(run)) this.#addUnstarted(run)
    return {
      nodes: this.#nodes,
      resources: [...this.#resources.values()],
      byTaker: [...this.#byTaker.values()],
      parties: this.#parties,
      names: this.#names,
      hasYoung: this.#hasYoung,
    }
  }

  #addLive(run: LiveRun): void {
    const { attempt, startedAt } = run.state
    const whole = { run: run.id, attempt, task: null, since: startedAt, calls: [] }
    this.#add(runNode(run.id), whole, [[{ for: 'node', node: taskNode(run.id, 0) }]])
    const calls = Map.groupBy(run.script?.openCalls.values() ?? [], ({ asker }) => asker.task)
    for (const task of tasksOf(run)) {
      const own = calls.get(task) ?? []
      const report = run.script?.tasks.get(task)
      const party = { run: run.id, attempt, task, since: report?.since ?? startedAt, calls: own }
      this.#add(taskNode(run.id, task), party, this.#waysOf(run, own, report))
    }
  }

  #add(id: string, party: Party, ways: readonly (readonly Need[])[]): void {
    this.#nodes.push({ id, ways })
    this.#parties.set(id, party)
  }

  /** Any answer lets some code of the task go on. */
  #waysOf(run: LiveRun, calls: readonly OpenCall[], report: TaskReport | undefined): (readonly Need[])[] {
    const local = report === undefined ? [] : this.#localWays(run, report)
    return [...local, ...calls.map(({ asker, what }) => this.#needsOf(asker, what))]
  }

  #localWays(run: LiveRun, { waits, needsAll }: TaskReport): (readonly Need[])[] {
    const ways = waits.map((wait) => {
      if (wait.for === 'task') return [{ for: 'node', node: taskNode(run.id, wait.task) } as const]
      return wait.for === 'run' ? this.#endOf(wait.run) : FREE
    })
    return needsAll && ways.length > 0 ? [ways.flat()] : ways
  }

  #needsOf(asker: Asker, what: Call): readonly Need[] {
    const needs = this.#needsOfAny(asker, what)
    if (needs.length === 0 || !this.#isYoung(asker)) return needs
    this.#hasYoung = true
    return FREE
  }

  #needsOfAny(asker: Asker, what: Call): readonly Need[] {
    if (what.on === 'condition') return this.#lockAgain(asker, what)
    if (asker.givesUpAt !== null || asker.isAbortable) return FREE
    switch (what.on) {
      case 'semaphore':
      case 'lock':
        return what.do === 'acquire'
          ? this.#permits(what.on, what.name, asker, 'amount' in what ? what.amount : 1)
          : FREE
      case 'queue':
        return what.do === 'join' ? this.#takenItems(what.name) : FREE
      case 'run':
        return what.do === 'watch' ? this.#endOf(what.run) : FREE
      case 'barrier':
      case 'event':
      case 'future':
      case 'group':
      case 'interpreter':
      case 'interpreter_queue':
        return FREE
      default:
        return what satisfies never
    }
  }

  /** One of a wall clock that was ahead is none. */
  #isYoung({ since }: Asker): boolean {
    return since <= this.#nowMs && this.#nowMs - since < YOUNG_MS
  }

  /** Once notified, or given up, it must have the lock back whatever its limits were. */
  #lockAgain(asker: Asker, what: CallOn<'condition'>): readonly Need[] {
    const isStillThere = this.#state.objects.conditions.get(keyOf(what))?.waiting.find(asker) !== undefined
    return isStillThere ? FREE : this.#permits('lock', what.lock, asker, 1)
  }

  #endOf(run: number): readonly Need[] {
    this.#watched.add(run)
    return [{ for: 'node', node: runNode(run) }]
  }

  #permits(kind: 'semaphore' | 'lock', name: string, asker: Asker | null, amount: number): readonly Need[] {
    const semaphore = this.#state.objects.semaphores[kind].get(name)
    // Released by who did not hold it, it is a signal, and anybody may give it.
    if (semaphore === undefined || semaphore.settings.extra > 0) return FREE
    const key = this.#keys.get(semaphore) ?? this.#addSemaphore(semaphore)
    const turn = asker === null ? null : (this.#turns.get(asker.run)?.get(asker.call) ?? null)
    return [{ for: 'permits', of: key, amount, turn }]
  }

  /** What a rate has given out comes back with time, so it counts as free. */
  #addSemaphore(semaphore: DurableSemaphore): string {
    const { kind, name, leases, settings } = semaphore
    const key = `${kind}:${name}`
    this.#keys.set(semaphore, key)
    const held = [...leases.values()].filter(({ isTimed }) => !isTimed)
    const total = settings.permits + settings.extra
    this.#addResource(key, { kind, resource: name }, total - held.reduce((sum, { amount }) => sum + amount, 0), held)
    let turn = 0
    for (const { run, call } of semaphore) {
      turn += 1
      const turns = this.#turns.get(run)
      if (turns === undefined) this.#turns.set(run, new Map([[call, turn]]))
      else turns.set(call, turn)
    }
    return key
  }

  /** All who have taken items have to be done with them; those that nobody has taken, anybody can take. */
  #takenItems(name: string): readonly Need[] {
    const queue = this.#state.objects.queues.get(name)
    if (queue === undefined || queue.deliveries.size === 0) return FREE
    const key = `queue_join:${name}`
    if (!this.#resources.has(key)) {
      const taken = [...queue.deliveries.values()].map(({ run, task }) => ({ run, task, amount: 1 }))
      this.#addResource(key, { kind: 'queue_join', resource: name }, 0, taken)
    }
    return [{ for: 'permits', of: key, amount: queue.deliveries.size, turn: null }]
  }

  #addResource(key: string, name: ResourceName, free: number, held: readonly Held[]): void {
    const tasksOfRun = (run: number) => this.#waiting.get(run) ?? []
    const takersOf = (run: number, task: number) => {
      const node = taskNode(run, task)
      const tasks = tasksOfRun(run)
      return tasks.includes(node) ? [node] : tasks
    }
    const shares = [...amountsByRun(held)].map(([run, amount]) => ({ amount, by: tasksOfRun(run) }))
    const byTaker = held.map(({ run, task, amount }) => {
      return { amount, by: task === null ? tasksOfRun(run) : takersOf(run, task) }
    })
    this.#names.set(key, name)
    this.#resources.set(key, { key, free, shares })
    this.#byTaker.set(key, { key, free, shares: byTaker })
  }

  /** A queued run that somebody waits for. One that is not due yet, or is held up by a person, is no obstacle. */
  #addUnstarted(id: number): void {
    const { store, lanes, isPrivate } = this.#state
    const run = store.runs.get.get(id)
    if (run?.lifecycle !== 'queued') return
    const lane = lanes.get(run.lane_id)
    if (lane.isPaused || (isPrivate && !lane.isPrivate)) return
    // The machine can change at any moment, and so can what keeps the secrets locked.
    if (lane.heldUpAt?.kind === 'condition' || lane.heldUpAt?.kind === 'secrets') return
    const since = run.queued_at ?? run.created_at
    const needs = lane.needs.flatMap((need) => {
      if (need.kind === 'condition' || need.kind === 'secrets') return []
      return need.kind === 'key'
        ? [this.#key(need, run.job_name)]
        : this.#permits('semaphore', need.name, null, need.amount)
    })
    this.#add(runNode(id), { run: id, attempt: null, task: null, since, calls: [] }, [
      [...needs, this.#slot(lane.executor)],
    ])
  }

  /** A place of a limit per key, which a run has until it ends. */
  #key({ resource, limit }: Extract<Lane['needs'][number], { kind: 'key' }>, job: string | null): Need {
    if (!this.#resources.has(resource)) {
      const waiting = [...this.#waiting.keys()].filter((id) => this.#state.live.get(id)?.key === resource)
      const shares = waiting.map((id) => ({ amount: 1, by: [runNode(id)] }))
      const places = { key: resource, free: limit - waiting.length, shares }
      this.#resources.set(resource, places)
      this.#byTaker.set(resource, places)
      this.#names.set(resource, { kind: 'key', resource: keyInWords(resource, job) })
    }
    return { for: 'permits', of: resource, amount: 1, turn: null }
  }

  /** Whoever is ahead of it in the queue begins before it and ends in its time. */
  #slot(executor: LiveRun['executor']): Need {
    const key = `slot:${executor}`
    if (!this.#resources.has(key)) {
      const waiting = [...this.#waiting.keys()].filter((id) => this.#state.live.get(id)?.executor === executor)
      const shares = waiting.map((id) => ({ amount: 1, by: [runNode(id)] }))
      const slots = { key, free: this.#state.slots[executor] - waiting.length, shares }
      this.#resources.set(key, slots)
      this.#byTaker.set(key, slots)
      this.#names.set(key, { kind: 'slot', resource: executor })
    }
    return { for: 'permits', of: key, amount: 1, turn: null }
  }
}

/** One that is being stopped ends in its time. */
export const isWaiting = ({ state, script }: LiveRun): boolean =>
  state.lifecycle === 'running' && script !== null && (script.openCalls.size > 0 || script.tasks.size > 0)

/** Those that the script has told of, those that ask, and the run's own function. */
function tasksOf({ script }: LiveRun): number[] {
  const tasks = new Set([0, ...(script?.tasks.keys() ?? [])])
  for (const { asker } of script?.openCalls.values() ?? []) tasks.add(asker.task)
  return [...tasks]
}

function amountsByRun(held: readonly Held[]): Map<number, number> {
  const amounts = new Map<number, number>()
  for (const { run, amount } of held) amounts.set(run, (amounts.get(run) ?? 0) + amount)
  return amounts
}
