/** A run and what descends from it as a graph: who spawned whom, what each waits for, and who has that. Pure. */
import type { FamilyRow, RunLive, TaskRow, Wait } from '../../../src-preload/contract.ts'
import { countsOf, groupedFrom, groupName, ownWaits } from './family-tree.ts'
import type { StateCount } from './family-tree.ts'
import { routeHash } from './route.ts'
import { runSpans, runWords } from './run-words.ts'
import type { StateWords } from './run-words.ts'
import { waitRoute } from './wait-routes.ts'
import { waitWords } from './wait-words.ts'

/** `many`: children of one name, which are drawn one by one only when it is unfolded. `thing`: what is waited for. */
export type GraphNode = {
  key: string
  is: 'run' | 'task' | 'group' | 'many' | 'thing'
  /** The node that it hangs on; null of the run itself, and of things. */
  parent: string | null
  name: string
  href: string | null
  words: StateWords | null
  counts: StateCount[]
  ms: number | null
  isTicking: boolean
  isFolded: boolean | null
  /** What it waits for, in words. */
  waits: string[]
}
/** `child`: `from` has spawned `to`; `waits`: it waits for it; `both`; `has`: `from` is in the hands of `to`. */
export type GraphEdge = { key: string; from: string; to: string; is: 'child' | 'waits' | 'both' | 'has' }
export type RunGraph = {
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** Runs and tasks for which there was no room. */
  left: number
}
export type GraphChoice = {
  /** Keys of the nodes that a person has unfolded. */
  unfolded: ReadonlySet<string>
  /** Things that were waited for before: they stay, so that a short wait moves nothing. */
  seen: ReadonlyMap<string, GraphNode>
}

export const nodesAtMost = 500
export const thingsAtMost = 24
export function runGraph(run: RunLive, family: FamilyRow[], now: number, { unfolded, seen }: GraphChoice): RunGraph {
  const drawing = new Drawing(run, now)
  drawing.addTasks(run.tasks)
  drawing.addChildren(
    Map.groupBy(family, ({ parent }) => parent ?? 0),
    unfolded,
  )
  drawing.addWaits(family, run.lifecycle === 'finished' ? new Map() : seen)
  return { nodes: drawing.nodes, edges: [...drawing.edges.values()], left: drawing.left }
}

/**
 * `seen` and the things of `graph`; the same map when there is nothing new. A run outside is not kept: it may be a child that
 * is waited for before the family tells of it.
 */
export function rememberThings(seen: GraphChoice['seen'], { nodes }: RunGraph): GraphChoice['seen'] {
  const things = nodes.filter(({ is, key }) => is === 'thing' && !key.startsWith(outside))
  return things.every(({ key }) => seen.has(key)) ? seen : new Map(things.map((node) => [node.key, node]))
}

type Family = ReadonlyMap<number, FamilyRow[]>
const keyOfRun = (id: number) => `run ${id}`
const outside = 'outside '
const keyOfTask = (task: number) => `task ${task}`

class Drawing {
  readonly nodes: GraphNode[] = []
  readonly edges = new Map<string, GraphEdge>()
  left = 0
  readonly #run: RunLive
  readonly #now: number
  readonly #root: string
  readonly #keys = new Set<string>()
  /** Where a run is drawn: as itself, or in the node of those of its name. */
  readonly #placeOf = new Map<number, string>()

  constructor(run: RunLive, now: number) {
    this.#run = run
    this.#now = now
    this.#root = keyOfRun(run.id)
    this.#placeOf.set(run.id, this.#root)
    this.#add({ ...this.#runNode(run, null), href: routeHash(`/runs/${run.id}`) })
  }

  addTasks(tasks: TaskRow[]): void {
    const known = new Set(tasks.map(({ task }) => task).filter((task) => task !== 0))
    for (const { task, parent, name, since, waits } of tasks) {
      if (task === 0) continue
      const isWaiting = waits.length > 0
      this.#add({
        ...plain('task', keyOfTask(task), name || `task ${task}`),
        parent: parent !== null && known.has(parent) ? keyOfTask(parent) : this.#root,
        href: routeHash(`/runs/${this.#run.id}`, [['tab', 'timeline']]),
        words: isWaiting ? { look: 'waiting', word: 'Task, waits' } : { look: 'running', word: 'Task' },
        ms: Math.max(0, this.#now - since),
        isTicking: true,
        waits: this.#inWords(waits),
      })
    }
  }

  addChildren(family: Family, unfolded: ReadonlySet<string>): void {
    this.#addChildrenOf(this.#run.id, this.#root, family, unfolded)
  }

  addWaits(family: FamilyRow[], seen: ReadonlyMap<string, GraphNode>): void {
    const things = new Map(seen)
    for (const wait of ownWaits(this.#run)) this.#addWait(this.#root, this.#run.id, wait, things)
    for (const { task, waits } of this.#run.tasks)
      for (const wait of waits) this.#addWait(task === 0 ? this.#root : keyOfTask(task), this.#run.id, wait, things)
    for (const { id, waits } of family)
      for (const wait of waits) this.#addWait(this.#placeOf.get(id) ?? this.#root, id, wait, things)
    this.#addThings([...things.values()])
  }

  /** In the order in which they were first waited for; where they are too many, those that nobody waits for go first. */
  #addThings(things: GraphNode[]): void {
    const waitedFor = new Set([...this.edges.values()].map(({ to }) => to))
    const [asked, idle] = [true, false].map((is) => things.filter(({ key }) => waitedFor.has(key) === is))
    const kept = [...(idle ?? []), ...(asked ?? [])].slice(-thingsAtMost)
    this.nodes.push(...things.filter((thing) => kept.includes(thing)))
    const dropped = new Set(things.filter((thing) => !kept.includes(thing)).map(({ key }) => key))
    for (const { key, from, to } of this.edges.values())
      if (dropped.has(from) || dropped.has(to)) this.edges.delete(key)
  }

  /** Children of a group hang on its node, and many of one name on one of theirs. */
  #addChildrenOf(run: number, under: string, family: Family, unfolded: ReadonlySet<string>): void {
    for (const [, members] of Map.groupBy(family.get(run) ?? [], ({ group }) => group?.id)) {
      const group = members[0]?.group ?? null
      const place = group === null ? under : `group ${group.id}`
      if (group !== null)
        this.#add({
          ...plain('group', place, groupName(group, members)),
          parent: under,
          counts: countsOf(members),
        })
      for (const [name, alike] of Map.groupBy(members, (each) => each.name)) {
        if (alike.length < groupedFrom) this.#addRuns(alike, place, family, unfolded)
        else this.#addMany(`many ${place} ${name}`, `${name} ×${alike.length}`, alike, place, family, unfolded)
      }
    }
  }

  #addRuns(runs: FamilyRow[], under: string, family: Family, unfolded: ReadonlySet<string>): void {
    for (const run of runs) {
      if (!this.#add(this.#runNode(run, under))) continue
      this.#placeOf.set(run.id, keyOfRun(run.id))
      this.#addChildrenOf(run.id, keyOfRun(run.id), family, unfolded)
    }
  }

  #addMany(
    key: string,
    name: string,
    runs: FamilyRow[],
    under: string,
    family: Family,
    unfolded: ReadonlySet<string>,
  ): void {
    const isFolded = !unfolded.has(key)
    this.#add({ ...plain('many', key, name), parent: under, counts: countsOf(runs), isFolded })
    if (!isFolded) this.#addRuns(runs, key, family, unfolded)
    else for (const run of runs) this.#hide(run.id, key, family)
  }

  #hide(run: number, inside: string, family: Family): void {
    this.#placeOf.set(run, inside)
    for (const child of family.get(run) ?? []) this.#hide(child.id, inside, family)
  }

  /** False: there is no room. */
  #add(node: GraphNode): boolean {
    if (this.nodes.length >= nodesAtMost || (node.parent !== null && !this.#keys.has(node.parent))) {
      this.left += 1
      return false
    }
    this.nodes.push(node)
    this.#keys.add(node.key)
    if (node.parent !== null) this.#connect(node.parent, node.key, 'child')
    return true
  }

  #runNode(run: RunLive | FamilyRow, parent: string | null): GraphNode {
    const { ranMs, queuedMs, isTicking } = runSpans(run, this.#now)
    return {
      ...plain('run', keyOfRun(run.id), run.name),
      parent,
      href: routeHash(`/runs/${run.id}`),
      words: runWords(run),
      ms: ranMs ?? queuedMs,
      isTicking,
      waits: this.#inWords(run.waits),
    }
  }

  #inWords(waits: Wait[]): string[] {
    return waits.map((wait) => waitWords(wait, this.#now))
  }

  #addWait(from: string, run: number, wait: Wait, things: Map<string, GraphNode>): void {
    if (wait.kind === 'task') {
      const tasks = run === this.#run.id ? wait.tasks.map(({ number }) => keyOfTask(number)) : []
      for (const to of [...tasks, ...wait.runs.flatMap((id) => this.#placeOf.get(id) ?? [])])
        if (this.#keys.has(to)) this.#connect(from, to, 'waits')
      return
    }
    const place = wait.kind === 'run' ? this.#placeOf.get(wait.run) : undefined
    if (place !== undefined) return this.#connect(from, place, 'waits')
    const thing = thingOf(wait, run)
    if (thing === null) return
    if (!things.has(thing.key)) things.set(thing.key, thing)
    this.#connect(from, thing.key, 'waits')
    for (const holder of wait.holders) {
      const holding = this.#placeOf.get(holder.run)
      if (holding !== undefined && holding !== from) this.#connect(thing.key, holding, 'has')
    }
  }

  #connect(from: string, to: string, is: 'child' | 'waits' | 'has'): void {
    if (from === to) return
    const key = `${from} → ${to}`
    const isBoth = is === 'waits' && ['child', 'both'].includes(this.edges.get(key)?.is ?? '')
    this.edges.set(key, { key, from, to, is: isBoth ? 'both' : is })
  }
}

const plain = (is: GraphNode['is'], key: string, name: string): GraphNode => ({
  key,
  is,
  parent: null,
  name,
  href: null,
  words: null,
  counts: [],
  ms: null,
  isTicking: false,
  isFolded: null,
  waits: [],
})

const wordOf: Partial<Record<Wait['kind'], string>> = {
  semaphore: 'Semaphore',
  key: 'One at a time',
  lock: 'Lock',
  event: 'Event',
  condition: 'Condition',
  barrier: 'Barrier',
  queue_get: 'Queue',
  queue_put: 'Queue',
  queue_join: 'Queue',
  future: 'Future',
  run: 'Run',
  interpreter: 'Interpreter',
}

/** What has a name that several can wait for; null for time, slots and what is outside. */
function thingOf(wait: Wait, run: number): GraphNode | null {
  const word = wordOf[wait.kind]
  if (word === undefined || wait.resource === null) return null
  const rate = wait.kind === 'semaphore' && wait.perMs !== null
  const key = wait.kind === 'run' ? `${outside}${wait.run}` : `${word} ${wait.resource}`
  return {
    ...plain('thing', key, wait.resource),
    href: waitRoute(wait, run),
    words: { look: 'waiting', word: rate ? 'Rate limit' : wait.kind === 'run' ? `Run ${wait.run}` : word },
  }
}
