import type { Wait } from '../../../src-preload/contract.ts'
import type { TaskReport } from '../../interpreters/calls.ts'
import type { EngineState, LiveRun } from '../state.ts'
import { taskName } from './holders.ts'

/** Names of tasks and runs in one wait. */
const NAMED = 20

/** What a task waits for without asking the engine: one wait for tasks and runs, one for a moment, one for all else. */
export function localWaits(state: EngineState, run: LiveRun, report: TaskReport): Wait[] {
  const { task, since, place, waits, needsAll } = report
  const base = {
    by: { attempt: run.state.attempt, task: taskName(run, task), place, givesUpAt: null },
    resource: null,
    since,
    ahead: null,
    holders: [],
    holderCount: 0,
    expectedAt: null,
  }
  const tasks = waits.flatMap((wait) => (wait.for === 'task' ? [taskName(run, wait.task)] : []))
  const runs = waits.flatMap((wait) => (wait.for === 'run' ? [wait.run] : []))
  const moments = waits.flatMap((wait) => (wait.for === 'sleep' ? [wait.until] : []))
  const [only] = runs
  const watched =
    tasks.length === 0 && runs.length === 1 && only !== undefined ? state.store.runs.get.get(only) : undefined
  const found: Wait[] = []
  if (watched !== undefined) {
    const { id, name, lifecycle } = watched
    found.push({ ...base, kind: 'run', resource: name, run: id, lifecycle })
  } else if (tasks.length + runs.length > 0)
    found.push({ ...base, kind: 'task', tasks: tasks.slice(0, NAMED), runs: runs.slice(0, NAMED), needsAll })
  if (moments.length > 0) {
    const until = needsAll ? Math.max(...moments) : Math.min(...moments)
    found.push({ ...base, kind: 'sleep', until, expectedAt: moments.length === waits.length ? until : null })
  }
  if (waits.some((wait) => wait.for === 'promise')) found.push({ ...base, kind: 'promise' })
  return found
}

/** How many waits `localWaits` makes of it. */
export function countLocalWaits({ waits }: TaskReport): number {
  const kinds = waits.map((wait) => (wait.for === 'run' ? 'task' : wait.for))
  return new Set(kinds).size
}
