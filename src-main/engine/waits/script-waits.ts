import type { Asking, TaskRow, Wait } from '../../../src-preload/contract.ts'
import type { CallOn, TaskReport } from '../../interpreters/calls.ts'
import { whenReturned } from '../objects/rates.ts'
import { keyOf } from '../objects/conditions.ts'
import type { Asker, OpenCall } from '../objects/script-side.ts'
import type { DurableSemaphore } from '../objects/semaphores.ts'
import type { EngineState, LiveRun } from '../state.ts'
import { COUNT_AHEAD_UP_TO, holdersOf, takersOf, taskName } from './holders.ts'
import { countLocalWaits, localWaits } from './local-waits.ts'
import { namedWait } from './named-waits.ts'
import type { Bounds } from './waits.ts'

const TASKS_SHOWN = 100

/** What the tasks of a live attempt wait for: first what they asked of the engine, the longest wait first. */
export function scriptWaits(state: EngineState, run: LiveRun, bounds: Bounds): Wait[] {
  if (run.script === null) return []
  const waits: Wait[] = []
  for (const open of run.script.openCalls.values()) {
    if (waits.length >= bounds.waits) return waits
    waits.push(...waitOfCall(state, run, open, bounds))
  }
  for (const task of run.script.tasks.values()) {
    if (waits.length >= bounds.waits) break
    waits.push(...localWaits(state, run, task))
  }
  return waits.slice(0, bounds.waits)
}

export function countScriptWaits({ script }: LiveRun): number {
  if (script === null) return 0
  let count = script.openCalls.size
  for (const task of script.tasks.values()) count += countLocalWaits(task)
  return count
}

/** The tasks that the script has told of, each with what it waits for. */
export function tasksOf(state: EngineState, run: LiveRun, bounds: Bounds): TaskRow[] {
  if (run.script === null) return []
  const calls = Map.groupBy(run.script.openCalls.values(), ({ asker }) => asker.task)
  return run.script.tasks
    .values()
    .take(TASKS_SHOWN)
    .map((task) => taskRow(state, run, task, calls.get(task.task) ?? [], bounds))
    .toArray()
}

function taskRow(state: EngineState, run: LiveRun, report: TaskReport, calls: OpenCall[], bounds: Bounds): TaskRow {
  const { task, parent, name, since, place } = report
  const asked = calls.slice(0, bounds.waits).flatMap((open) => waitOfCall(state, run, open, bounds))
  return {
    task,
    parent,
    name,
    since,
    place,
    waits: [...asked, ...localWaits(state, run, report)].slice(0, bounds.waits),
  }
}

/** What one task waits for. */
export function waitsOfTask(state: EngineState, run: LiveRun, task: number, bounds: Bounds): Wait[] {
  const calls = run.script?.openCalls.values().filter(({ asker }) => asker.task === task) ?? []
  const report = run.script?.tasks.get(task)
  const waits = [...calls].slice(0, bounds.waits).flatMap((open) => waitOfCall(state, run, open, bounds))
  return [...waits, ...(report === undefined ? [] : localWaits(state, run, report))].slice(0, bounds.waits)
}

/** Nothing for a call that does not wait. */
export function waitOfCall(state: EngineState, run: LiveRun, { asker, what }: OpenCall, bounds: Bounds): Wait[] {
  const { objects } = state
  const base = {
    by: askingOf(run, asker),
    resource: 'name' in what ? what.name : null,
    since: asker.since,
    ahead: null,
    holders: [],
    holderCount: 0,
    expectedAt: null,
  }
  switch (what.on) {
    case 'semaphore':
    case 'lock': {
      const semaphore = objects.semaphores[what.on].get(what.name)
      return semaphore === undefined ? [] : [{ ...base, ...permitWait(state, semaphore, asker, bounds) }]
    }
    case 'event':
      return [{ ...base, kind: 'event' }]
    case 'condition':
      return [{ ...base, ...conditionWait(state, asker, what, bounds) }]
    case 'barrier': {
      const barrier = objects.barriers.get(what.name)
      if (barrier === undefined) return []
      return [{ ...base, kind: 'barrier', arrived: barrier.waiting.size, parties: barrier.parties }]
    }
    case 'queue':
      return queueWait(state, asker, what, bounds).map((wait) => ({ ...base, ...wait }))
    case 'future':
      return [{ ...base, kind: 'future', expectedAt: state.store.futures.dueAt.get(what.name) ?? null }]
    case 'run': {
      if (what.do !== 'watch') return []
      const watched = state.store.runs.get.get(what.run)
      if (watched === undefined) return []
      return [{ ...base, kind: 'run', resource: watched.name, run: what.run, lifecycle: watched.lifecycle }]
    }
    case 'interpreter':
    case 'interpreter_queue':
      return namedWait(state, what).map((wait) => ({ ...base, ...wait }))
    case 'group':
      return []
    default:
      return what satisfies never
  }
}

const askingOf = (run: LiveRun, { attempt, task, place, givesUpAt }: Asker): Asking => ({
  attempt,
  task: taskName(run, task),
  place,
  givesUpAt,
})

type WaitPart<Kind extends Wait['kind']> = Omit<Extract<Wait, { kind: Kind }>, 'by' | 'resource' | 'since'>

/** The wait of one who stands in the line of a semaphore or a lock. */
function permitWait(
  state: EngineState,
  semaphore: DurableSemaphore,
  asker: Asker,
  bounds: Bounds,
): WaitPart<'semaphore'> | WaitPart<'lock'> {
  const common = {
    ahead: semaphore.countAhead(asker, COUNT_AHEAD_UP_TO),
    ...holdersOf(state, semaphore, bounds.holders),
    expectedAt: expectedGrant(semaphore, asker),
  }
  const waiter = semaphore.find(asker)
  if (semaphore.kind === 'lock') return { ...common, kind: 'lock', condition: null }
  const { free, settings } = semaphore
  const { permits, perMs } = settings
  return { ...common, kind: 'semaphore', amount: waiter?.amount ?? 1, free, permits, perMs }
}

/** When a rate has given enough back for this one and all who are ahead; null where that hangs on a release. */
function expectedGrant(semaphore: DurableSemaphore, asker: Asker): number | null {
  if (semaphore.uses.size === 0) return null
  let needed = -semaphore.free
  let counted = 0
  for (const waiter of semaphore) {
    needed += waiter.amount
    if (waiter.run === asker.run && waiter.attempt === asker.attempt && waiter.call === asker.call)
      return whenReturned(semaphore, needed)
    counted += 1
    if (counted > COUNT_AHEAD_UP_TO) break
  }
  return null
}

/** Until it is notified at the condition, then until it has the lock again. */
function conditionWait(
  state: EngineState,
  asker: Asker,
  what: CallOn<'condition'>,
  bounds: Bounds,
): Pick<Wait, 'resource'> & (WaitPart<'condition'> | WaitPart<'lock'>) {
  const lock = state.objects.semaphores.lock.get(what.lock)
  if (lock?.find(asker) !== undefined) {
    const { ahead, holders, holderCount, expectedAt } = permitWait(state, lock, asker, bounds)
    return { kind: 'lock', resource: what.lock, condition: what.name, ahead, holders, holderCount, expectedAt }
  }
  const ahead = state.objects.conditions.get(keyOf(what))?.waiting.countAhead(asker, COUNT_AHEAD_UP_TO) ?? null
  return {
    kind: 'condition',
    resource: what.name,
    lock: what.lock,
    ahead,
    holders: [],
    holderCount: 0,
    expectedAt: null,
  }
}

function queueWait(
  state: EngineState,
  asker: Asker,
  what: CallOn<'queue'>,
  bounds: Bounds,
): (WaitPart<'queue_get'> | WaitPart<'queue_put'> | WaitPart<'queue_join'>)[] {
  const queue = state.objects.queues.get(what.name)
  if (queue === undefined) return []
  const nobody = { holders: [], holderCount: 0, expectedAt: null }
  const { ready: size, maxsize, taken } = queue
  switch (what.do) {
    case 'get': {
      const ahead = queue.getting.countAhead(asker, COUNT_AHEAD_UP_TO)
      return [{ ...nobody, kind: 'queue_get', ahead, isPaused: queue.pausedAt !== null }]
    }
    case 'put': {
      const ahead = queue.putting.countAhead(asker, COUNT_AHEAD_UP_TO)
      return [{ ...nobody, kind: 'queue_put', ahead, size, maxsize }]
    }
    case 'join':
      return [
        {
          ...nobody,
          kind: 'queue_join',
          ahead: null,
          unfinished: size + taken,
          ...takersOf(state, queue, bounds.holders),
        },
      ]
    default:
      return []
  }
}
