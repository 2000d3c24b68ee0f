/** A run and what descends from it, from top to bottom: its tasks, its children and their groups, and theirs. Pure. */
import type { FamilyRow, RunLive, TaskRow, Wait } from '../../../src-preload/contract.ts'
import { runWords } from './run-words.ts'
import type { StateWords } from './run-words.ts'

/** `group`: runs that live and fail together; `many`: those of one name, which are one row until it is unfolded. */
export type TreeThing =
  | { is: 'own'; run: RunLive }
  | { is: 'run'; run: FamilyRow }
  | { is: 'task'; task: TaskRow }
  | { is: 'group'; members: FamilyRow[] }
  | { is: 'many'; members: FamilyRow[] }

export type StateCount = { words: StateWords; count: number }
export type TreeRow = {
  key: string
  depth: number
  label: string
  of: TreeThing
  /** The run that the row leads to. */
  run: number | null
  words: StateWords
  /** Of a row that has rows below it: whether they are hidden. */
  isFolded: boolean | null
  /** Of several runs: how many there are of each state. */
  counts: StateCount[]
}

export type TreeChoice = {
  /** What lies so deep is folded, and what lies less deep is not; null: as it is at first. */
  toDepth: number | null
  /** Keys of rows that are folded or unfolded against that. */
  toggled: ReadonlySet<string>
  hidesFinished: boolean
}

/** From so many on, the children of one name are one row. */
export const groupedFrom = 8

/** The run, what it does now and what it has spawned; each under what it belongs to. */
export function familyTree(run: RunLive, family: FamilyRow[], choice: TreeChoice): TreeRow[] {
  return new Branches(family, choice).ofRun(run)
}

class Branches {
  readonly #choice: TreeChoice
  readonly #byParent: ReadonlyMap<number | null, FamilyRow[]>

  constructor(family: FamilyRow[], choice: TreeChoice) {
    this.#choice = choice
    this.#byParent = Map.groupBy(family, ({ parent }) => parent)
  }

  ofRun(run: RunLive): TreeRow[] {
    const key = 'run'
    const hasBelow = run.tasks.some(({ task }) => task !== 0) || this.#shown(run.id).length > 0
    const isFolded = hasBelow ? this.#isFolded(key, 0, false) : null
    const own: TreeRow = { ...leaf(key, 0, run.name, { is: 'own', run }), run: run.id, words: runWords(run), isFolded }
    if (isFolded !== false) return [own]
    return [own, ...taskRows(run.tasks), ...this.#childrenOf(run.id, 1)]
  }

  #childrenOf(parent: number, depth: number): TreeRow[] {
    const all = Map.groupBy(this.#byParent.get(parent) ?? [], ({ group }) => group?.id ?? null)
    return [...Map.groupBy(this.#shown(parent), ({ group }) => group?.id ?? null)].flatMap(([id, members]) => {
      const group = members[0]?.group ?? null
      if (id === null || group === null) return this.#rowsOf(members, `${parent}`, depth)
      const key = `group ${id}`
      const isFolded = this.#isFolded(key, depth, false)
      const row = rowOfMembers('group', key, depth, groupName(group, all.get(id) ?? members), members, isFolded)
      return isFolded ? [row] : [row, ...this.#rowsOf(members, key, depth + 1)]
    })
  }

  /** `under` tells apart those of one name that belong to different runs or groups. */
  #rowsOf(runs: FamilyRow[], under: string, depth: number): TreeRow[] {
    return [...Map.groupBy(runs, ({ name }) => name)].flatMap(([name, alike]) => {
      if (alike.length < groupedFrom) return alike.flatMap((child) => this.#rowsOfRun(child, depth))
      const key = `many ${under} ${name}`
      // They are folded until they are opened: that is what they are one row for.
      const isFolded = this.#isFolded(key, depth, true)
      const row = rowOfMembers('many', key, depth, `${name} ×${alike.length}`, alike, isFolded)
      return isFolded ? [row] : [row, ...alike.flatMap((child) => this.#rowsOfRun(child, depth + 1))]
    })
  }

  #rowsOfRun(child: FamilyRow, depth: number): TreeRow[] {
    const key = `run ${child.id}`
    const isFolded = this.#shown(child.id).length > 0 ? this.#isFolded(key, depth, false) : null
    const thing: TreeThing = { is: 'run', run: child }
    const row: TreeRow = { ...leaf(key, depth, child.name, thing), run: child.id, words: runWords(child), isFolded }
    return isFolded === false ? [row, ...this.#childrenOf(child.id, depth + 1)] : [row]
  }

  #shown(parent: number): FamilyRow[] {
    const children = this.#byParent.get(parent) ?? []
    return this.#choice.hidesFinished ? children.filter((child) => this.#isUnfinished(child)) : children
  }

  /** Or has somebody below it that is. */
  #isUnfinished({ id, lifecycle }: FamilyRow): boolean {
    return lifecycle !== 'finished' || this.#shown(id).length > 0
  }

  #isFolded(key: string, depth: number, atFirst: boolean): boolean {
    const { toDepth, toggled } = this.#choice
    return (toDepth === null ? atFirst : depth >= toDepth) !== toggled.has(key)
  }
}

function taskRows(tasks: TaskRow[]): TreeRow[] {
  const depthOf = (task: TaskRow): number => {
    const parent = tasks.find((other) => other.task === task.parent && other.task !== 0)
    return parent === undefined ? 1 : depthOf(parent) + 1
  }
  return tasks
    .filter(({ task }) => task !== 0)
    .map((task) => {
      const words: StateWords =
        task.waits.length > 0 ? { look: 'waiting', word: 'Task, waits' } : { look: 'running', word: 'Task' }
      const label = task.name || `task ${task.task}`
      return { ...leaf(`task ${task.task}`, depthOf(task), label, { is: 'task', task }), words }
    })
}

const leaf = (key: string, depth: number, label: string, of: TreeThing): TreeRow => ({
  key,
  depth,
  label,
  of,
  run: null,
  words: { look: 'running', word: '' },
  isFolded: null,
  counts: [],
})

function rowOfMembers(
  is: 'group' | 'many',
  key: string,
  depth: number,
  label: string,
  members: FamilyRow[],
  isFolded: boolean,
): TreeRow {
  const counts = countsOf(members)
  const worst = counts.find(({ words }) => ['failed', 'timed-out', 'lost'].includes(words.look))
  const isOver = members.every(({ finishedAt }) => finishedAt !== null)
  const look = worst?.words.look ?? (isOver ? (counts[0]?.words.look ?? 'succeeded') : 'running')
  const words: StateWords = { look, word: `${members.length} runs` }
  return { ...leaf(key, depth, label, { is, members }), words, isFolded, counts }
}

export function countsOf(runs: FamilyRow[]): StateCount[] {
  return [...Map.groupBy(runs, (run) => runWords(run).word).values()].flatMap((alike) =>
    alike[0] === undefined ? [] : [{ words: runWords(alike[0]), count: alike.length }],
  )
}

/** Its own name, or else what it contains: "group: resize ×3, upload". */
export function groupName({ name }: NonNullable<FamilyRow['group']>, members: FamilyRow[]): string {
  if (name !== null) return name
  const kinds = [...Map.groupBy(members, (member) => member.name)].map(([kind, alike]) =>
    alike.length === 1 ? kind : `${kind} ×${alike.length}`,
  )
  const more = kinds.length - 2
  return `group: ${kinds.slice(0, 2).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What the run itself waits for, beside what its tasks do. */
export function ownWaits({ tasks, waits }: RunLive): Wait[] {
  const told = new Set(tasks.map(({ task }) => task))
  return waits.filter(({ by }) => by === null || by.task.number === 0 || !told.has(by.task.number))
}

type Span = { startedAt: number | null; endedAt: number | null }

/** Of several runs: since when the first was queued and under way, and when the last one ended; null: that is to come. */
export function spanOfMembers(members: FamilyRow[]): Span & { queuedFrom: number } {
  const starts = members.flatMap(({ startedAt }) => startedAt ?? [])
  const ends = members.flatMap(({ finishedAt }) => finishedAt ?? [])
  return {
    queuedFrom: Math.min(...members.map(({ queuedAt, createdAt }) => queuedAt ?? createdAt)),
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    endedAt: ends.length < members.length ? null : Math.max(...ends),
  }
}

/** How long it is or was under way; null: it has not begun. */
export function timeOf(of: TreeThing, now: number): { ms: number; isTicking: boolean } | null {
  const { startedAt, endedAt } = underWay(of)
  if (startedAt === null) return null
  return { ms: Math.max(0, (endedAt ?? now) - startedAt), isTicking: endedAt === null }
}

function underWay(of: TreeThing): Span {
  switch (of.is) {
    case 'own':
    case 'run':
      return { startedAt: of.run.startedAt, endedAt: of.run.finishedAt }
    case 'task':
      return { startedAt: of.task.since, endedAt: null }
    case 'group':
    case 'many':
      return spanOfMembers(of.members)
    default:
      return of satisfies never
  }
}

// ---------------------------------------------------------------- by keys

/** What a key does at the row `at`: goes to another, folds or unfolds it, or nothing. */
export type TreeMove = { to: string } | { toggle: string } | null

export function treeMove(rows: Pick<TreeRow, 'key' | 'depth' | 'isFolded'>[], at: string, pressed: string): TreeMove {
  const index = rows.findIndex(({ key }) => key === at)
  const here = rows[index]
  if (here === undefined) return null
  const to = (row: { key: string } | undefined): TreeMove => (row === undefined ? null : { to: row.key })
  switch (pressed) {
    case 'ArrowDown':
      return to(rows[index + 1])
    case 'ArrowUp':
      return to(rows[index - 1])
    case 'Home':
      return to(rows[0])
    case 'End':
      return to(rows.at(-1))
    case 'ArrowRight':
      if (here.isFolded === null) return null
      return here.isFolded ? { toggle: at } : to(rows[index + 1])
    case 'ArrowLeft':
      if (here.isFolded === false) return { toggle: at }
      return to(rows.slice(0, index).findLast(({ depth }) => depth < here.depth))
    case ' ':
      return here.isFolded === null ? null : { toggle: at }
    default:
      return null
  }
}
