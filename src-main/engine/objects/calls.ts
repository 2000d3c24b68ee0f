import type { Call, CallReport, ScriptReport } from '../../interpreters/calls.ts'
import { objectLimits } from '../../../src-preload/objects.ts'
import { Problem } from '../../../src-preload/problem.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Tick } from '../tick.ts'
import { applyToNamed } from '../named/calls.ts'
import { leaveNamed } from '../named/waiters.ts'
import { applyToBarrier, withdrawFromBarrier } from './barriers.ts'
import { applyToRun, withdrawFromRun } from './child-runs.ts'
import { applyToCondition, endWaitAtCondition, withdrawFromCondition } from './conditions.ts'
import { applyToFlag, withdrawFromFlag } from './flags.ts'
import { applyToFuture, withdrawFromFuture } from './futures.ts'
import { applyToGroup } from './groups.ts'
import { applyToQueue, endDeliveries, withdrawFromQueue } from './queues.ts'
import { fail, refuse, scriptSideOf } from './script-side.ts'
import type { Asker } from './script-side.ts'
import { applyToSemaphore, takeBackAll, withdrawFromSemaphore } from './semaphores.ts'

/** Takes in what the script of a live attempt asks. Call inside the transaction. */
export function applyScriptReport(state: EngineState, tick: Tick, run: LiveRun, report: ScriptReport): void {
  switch (report.type) {
    case 'call':
      applyCall(state, tick, run, report)
      return
    case 'withdraw':
      withdraw(state, tick, run, report.call)
      return
    case 'tasks':
      applyTasks(tick, run, report)
      return
    case 'finding':
      if (report.kind === 'blocked_loop' && run.jobId !== null) state.autoExecutors.forget(run.jobId)
      tick.event(run.id, report.kind, { message: report.message, place: report.place })
      tick.changes.runs.add(run.id)
      return
    default:
      report satisfies never
  }
}

/** The attempt is over: it waits for nothing any more, and what it held goes back. */
export function endScriptSide(state: EngineState, tick: Tick, run: LiveRun, hasSucceeded: boolean): void {
  const side = run.script
  if (side === null) return
  run.script = null
  state.queueUses.keep(run.id, side.queueUse)
  for (const calls of [side.openCalls, side.follows])
    for (const { asker, what } of calls.values()) leave(state, tick, asker, what)
  takeBackAll(state, tick, side.permits.values())
  if (side.items.size > 0) endDeliveries(state, tick, side.items, hasSucceeded)
}

function applyCall(state: EngineState, tick: Tick, run: LiveRun, report: CallReport): void {
  const { call, task, place, what, timeoutMs, isAbortable = false } = report
  const { openCalls, follows } = scriptSideOf(run)
  const givesUpAt = timeoutMs === undefined ? null : tick.now + timeoutMs
  const {
    id,
    state: { attempt },
  } = run
  const asker: Asker = { run: id, attempt, task, call, since: tick.now, place, givesUpAt, isAbortable }
  const isFollowed = what.do === 'watch' && what.isFollowed === true
  const [calls, limit] = isFollowed ? [follows, objectLimits.children] : [openCalls, objectLimits.openCalls]
  if (calls.size >= limit) {
    refuse(state.live, tick, asker, 'RangeError', `more than ${limit} calls of one run are waiting`)
    return
  }
  calls.set(call, { asker, what })
  tick.changes.runs.add(run.id)
  try {
    dispatch(state, tick, run, asker, what)
  } catch (error) {
    // Thrown before the first write, as by a command.
    if (!(error instanceof Problem)) throw error
    refuse(state.live, tick, asker, 'RuntimeError', error.message, error.hint)
  }
}

function withdraw(state: EngineState, tick: Tick, run: LiveRun, call: number): void {
  const open = run.script?.openCalls.get(call)
  // Answered already: the answer is on its way, and the script gives back what it grants.
  if (open === undefined) return
  if (open.what.on === 'condition') {
    withdrawFromCondition(state, tick, open.asker, open.what)
    return
  }
  leave(state, tick, open.asker, open.what)
  fail(state.live, tick, open.asker, { name: 'Withdrawn', message: 'taken back' })
}

function dispatch(state: EngineState, tick: Tick, run: LiveRun, asker: Asker, what: Call): void {
  switch (what.on) {
    case 'event':
      applyToFlag(state, tick, asker, what)
      return
    case 'semaphore':
    case 'lock':
      applyToSemaphore(state, tick, run, asker, what)
      return
    case 'condition':
      applyToCondition(state, tick, run, asker, what)
      return
    case 'barrier':
      applyToBarrier(state, tick, asker, what)
      return
    case 'queue':
      applyToQueue(state, tick, run, asker, what)
      return
    case 'future':
      applyToFuture(state, tick, asker, what)
      return
    case 'run':
      applyToRun(state, tick, asker, what)
      return
    case 'group':
      applyToGroup(state, tick, asker, what)
      return
    case 'interpreter':
    case 'interpreter_queue':
      applyToNamed(state, tick, asker, what)
      return
    default:
      what satisfies never
  }
}

/** Takes a waiting call out of the line it stands in, without an answer. */
function leave(state: EngineState, tick: Tick, asker: Asker, what: Call): void {
  switch (what.on) {
    case 'event':
      withdrawFromFlag(state, asker, what)
      return
    case 'semaphore':
    case 'lock':
      withdrawFromSemaphore(state, tick, asker, what.on, what.name)
      return
    case 'condition':
      endWaitAtCondition(state, tick, asker, what)
      return
    case 'barrier':
      withdrawFromBarrier(state, asker, what)
      return
    case 'queue':
      withdrawFromQueue(state, asker, what)
      return
    case 'future':
      withdrawFromFuture(state, asker, what)
      return
    case 'group':
      return
    case 'run':
      withdrawFromRun(state, asker, what)
      return
    case 'interpreter':
    case 'interpreter_queue':
      leaveNamed(state, asker, what)
      return
    default:
      what satisfies never
  }
}

function applyTasks(tick: Tick, run: LiveRun, report: Extract<ScriptReport, { type: 'tasks' }>): void {
  const { tasks } = scriptSideOf(run)
  for (const task of report.ended) tasks.delete(task)
  for (const task of report.tasks)
    if (tasks.has(task.task) || tasks.size < objectLimits.tasks) tasks.set(task.task, task)
  tick.changes.runs.add(run.id)
}
