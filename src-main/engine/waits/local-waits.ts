import type { Wait } from '../../../src-preload/contract.ts'
import type { TaskReport } from '../../interpreters/calls.ts'
import type { LiveRun } from '../state.ts'
import { taskName } from './holders.ts'

/** Names of tasks in one wait. */
const NAMED = 20

/** What a task waits for without asking the engine. The ends of runs alone are none of it: each is a call as well. */
export function localWaits(run: LiveRun, { task, since, place, waits, needsAll }: TaskReport): Wait[] {
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
  const found: Wait[] = []
  if (tasks.length > 0)
    found.push({ ...base, kind: 'task', tasks: tasks.slice(0, NAMED), runs: runs.slice(0, NAMED), needsAll })
  if (moments.length > 0) {
    const until = needsAll ? Math.max(...moments) : Math.min(...moments)
    found.push({ ...base, kind: 'sleep', until, expectedAt: moments.length === waits.length ? until : null })
  }
  if (waits.some((wait) => wait.for === 'promise')) found.push({ ...base, kind: 'promise' })
  return found
}
