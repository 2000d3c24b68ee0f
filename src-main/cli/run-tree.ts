import type { RunDetail, TaskRow, Wait } from '../../src-preload/contract.ts'
import type { Cell } from './output.ts'
import { deadlockMark, holdersInWords, progressInWords, stopInWords, waitInWords } from './wait-words.ts'
import { spanInWords, stateCell } from './words.ts'

/** A line of the tree, with what hangs on it. `notes` are lines below it in the last column. */
type Branch = { id: string; state: Cell; name: string; span: string; why: string; notes: string[]; branches: Branch[] }

/** Holders of one wait that are listed. */
const HOLDERS = 3

/** Runs under the run that spawned them, and in their groups, each with its attempts, its tasks, and what each of them waits for. */
export function treeRows(runs: RunDetail[], sinceOf: (run: RunDetail) => number, nowMs: number): Cell[][] {
  const known = new Set(runs.map(({ id }) => id))
  const byParent = Map.groupBy(runs, ({ parent }) => (parent !== null && known.has(parent) ? parent : null))
  const branchOf = (run: RunDetail): Branch => {
    const children = (byParent.get(run.id) ?? []).sort((a, b) => a.id - b.id)
    const groups = Map.groupBy(children, ({ group }) => group?.id ?? null)
    const grouped = [...groups.values()].flatMap((members) => groupBranches(members, members.map(branchOf)))
    return runBranch(run, nowMs - sinceOf(run), grouped, nowMs)
  }
  return (byParent.get(null) ?? []).flatMap((run) => rowsOf(branchOf(run), '', ''))
}

function rowsOf({ id, state, name, span, why, notes, branches }: Branch, head: string, indent: string): Cell[][] {
  const below = branches.flatMap((branch, index) =>
    index === branches.length - 1
      ? rowsOf(branch, `${indent}└ `, `${indent}  `)
      : rowsOf(branch, `${indent}├ `, `${indent}│ `),
  )
  const rail = branches.length > 0 ? `${indent}│` : indent
  return [[id, state, head + name, span, why], ...notes.map((note) => ['', '', rail, '', note]), ...below]
}

/** What the script has not told the task of, the run itself waits for. */
function runBranch(run: RunDetail, spanMs: number, children: Branch[], nowMs: number): Branch {
  const told = new Set(run.tasks.map(({ task }) => task))
  const waits = run.waits.filter(({ by }) => by === null || !told.has(by.task.number))
  const why = [
    ...deadlockMark(run),
    ...(run.stop !== null && run.lifecycle === 'stopping' ? [stopInWords(run.stop, nowMs, run.kind)] : []),
    ...(run.progress === null ? [] : [progressInWords(run.progress)]),
    ...waits.slice(0, 1).map((wait) => waitInWords(wait, nowMs)),
  ]
  return {
    id: String(run.id),
    state: stateCell(run),
    name: run.name,
    span: spanInWords(spanMs),
    why: why.join('; '),
    notes: notesOf(waits, nowMs),
    branches: [...attemptBranches(run, nowMs), ...taskBranches(run.tasks, nowMs), ...children],
  }
}

/** Those of no group stand for themselves. */
function groupBranches(members: RunDetail[], branches: Branch[]): Branch[] {
  const group = members[0]?.group ?? null
  if (group === null) return branches
  return [{ id: '', state: '', name: `group ${group.name ?? group.id}`, span: '', why: '', notes: [], branches }]
}

const attemptBranches = (run: RunDetail, nowMs: number): Branch[] =>
  run.attempts.map((attempt) => ({
    id: '',
    state: attempt.state,
    name: `attempt ${attempt.number}${attempt.pid === null ? '' : `, process ${attempt.pid}`}`,
    span: spanInWords((attempt.endedAt ?? nowMs) - attempt.startedAt),
    why: attempt.note ?? '',
    notes: [],
    branches: [],
  }))

function taskBranches(tasks: TaskRow[], nowMs: number): Branch[] {
  const known = new Set(tasks.map(({ task }) => task))
  const byParent = Map.groupBy(tasks, ({ parent }) => (parent !== null && known.has(parent) ? parent : null))
  const branchOf = (task: TaskRow): Branch => ({
    id: '',
    state: '',
    name: `task ${task.task}${task.name === '' ? '' : `, ${task.name}`}`,
    span: spanInWords(nowMs - task.since),
    why: task.waits
      .slice(0, 1)
      .map((wait) => waitInWords(wait, nowMs))
      .join(''),
    notes: notesOf(task.waits, nowMs),
    branches: (byParent.get(task.task) ?? []).map(branchOf),
  })
  return (byParent.get(null) ?? []).map(branchOf)
}

/** Below the first wait: where it waits and who has what it waits for; then the other waits in the same way. */
const notesOf = (waits: Wait[], nowMs: number): string[] =>
  waits.flatMap((wait, index) => [...(index === 0 ? [] : [waitInWords(wait, nowMs)]), ...placesOf(wait, nowMs)])

const placesOf = (wait: Wait, nowMs: number): string[] => [
  ...(wait.by === null || wait.by.place === null ? [] : [`  at ${wait.by.place}`]),
  ...holdersInWords(wait, nowMs, HOLDERS).map((line) => `  ${line}`),
]
