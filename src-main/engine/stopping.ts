import type { Canceller, Stop, TimeLimit } from '../../src-preload/contract.ts'
import { returnUse } from './objects/rates.ts'
import { transition } from '../core/run.ts'
import type { RunState, RunTransition } from '../core/run.ts'
import type { StopStep } from '../interpreters/interpreters.ts'
import { endLimits, isIdle, limitInWords } from './limits.ts'
import { cancelChildrenOf, cancelInWords } from './objects/cascades.ts'
import type { EngineState, LiveRun, TimerKey } from './state.ts'
import type { Tick } from './tick.ts'

/**
 * The stop ladder of a live run: the request is stored, then the signal is sent, then, after the grace period, the kill.
 * The run leaves `stopping` only by the ending its interpreter reports, which is reported only when all is seen dead.
 * What it has spawned is cancelled with it, not only when it has ended; a host that stops leaves that to the ending.
 * False when a stop is under way already or the run is not live.
 */
export function requestStop(
  state: EngineState,
  tick: Tick,
  run: LiveRun,
  cause: Stop['cause'],
  reason: string | null,
  from: { by?: Canceller | undefined; limit?: TimeLimit } = {},
): boolean {
  const { by } = from
  const wasRunning = run.state.lifecycle === 'running'
  if (!move(state, tick, run, { type: 'stop_requested', at: tick.now, cause, reason, ...from })) return false
  if (wasRunning) {
    state.counters.add('is_running', -1)
    state.counters.add('is_stopping', 1)
  }
  tick.event(run.id, 'stop_requested', {
    cause,
    reason,
    attempt: run.state.attempt,
    ...(by === undefined ? {} : { by }),
  })
  if (cause === 'cancel') cancelChildrenOf(state, run.id, cancelInWords(reason), by)
  if (cause === 'timeout') cancelChildrenOf(state, run.id, 'has passed its time limit')
  if (!wasRunning) return true
  endLimits(state, run)
  state.timers.set(`grace:${run.id}`, tick.mono + run.definition.graceMs)
  tick.effects.stops.push({
    run: run.id,
    attempt: run.state.attempt,
    step: 'signal',
    reason: reason ?? `stopped: ${cause}`,
  })
  return true
}

/** How long a script's process and its children have for their SIGTERM, at most; a fifth of the grace period otherwise. */
const LONGEST_TERM_MS = 1_000

/**
 * The grace period is over. A script has had its signal, but what it started has heard of nothing: the group of its own
 * process gets SIGTERM, and a moment. A command had SIGTERM at the beginning; runs of a shared interpreter have no group.
 */
function graceOver(state: EngineState, tick: Tick, run: LiveRun): void {
  const termMs = Math.min(LONGEST_TERM_MS, Math.floor(run.definition.graceMs / 5))
  const { attempt } = run.state
  const isOwn = run.executor === 'process' && run.definition.kind === 'script' && termMs > 0
  if (!isOwn || !move(state, tick, run, { type: 'terminate_requested', at: tick.now, attempt })) {
    requestKill(state, tick, run)
    return
  }
  state.timers.set(`grace:${run.id}`, tick.mono + termMs)
  tick.effects.stops.push({ run: run.id, attempt, step: 'terminate', reason: 'the grace period is over' })
}

/** The grace period is over, or nobody wants to wait for it. */
export function requestKill(state: EngineState, tick: Tick, run: LiveRun): void {
  if (!move(state, tick, run, { type: 'kill_requested', at: tick.now, attempt: run.state.attempt })) return
  state.timers.cancel(`grace:${run.id}`)
  tick.event(run.id, 'kill_requested', { attempt: run.state.attempt })
  tick.effects.stops.push({ run: run.id, attempt: run.state.attempt, step: 'kill', reason: 'the grace period is over' })
}

/** The interpreters have been told. */
export function stopSent(state: EngineState, tick: Tick, step: StopStep): void {
  const run = state.live.get(step.run)
  if (run === undefined || step.step !== 'signal') return
  move(state, tick, run, { type: 'stop_signalled', at: tick.now, attempt: step.attempt })
}

/** The script knows of its stop. */
export function stopReacted(state: EngineState, tick: Tick, run: LiveRun, attempt: number): void {
  move(state, tick, run, { type: 'stop_reacted', at: tick.now, attempt })
}

/** The script is inside a shield since `since`, or no more: its stop waits for that, within the grace period. */
export function stopShielded(
  state: EngineState,
  tick: Tick,
  run: LiveRun,
  attempt: number,
  since: number | null,
): void {
  // The clock is the interpreter's: nothing of this attempt is older than itself, or yet to come.
  const from = since === null ? null : Math.min(tick.now, Math.max(run.state.startedAt, since))
  move(state, tick, run, { type: 'stop_shielded', since: from, attempt })
}

/** A limit or a grace period of a live run has passed, or the period of a rate. */
export function deadlinePassed(state: EngineState, tick: Tick, key: Exclude<TimerKey, 'deadlocks'>): void {
  const [kind, id] = key.split(':')
  if (kind === 'use') {
    returnUse(state, tick, Number(id))
    return
  }
  const run = state.live.get(Number(id))
  if (run === undefined) return
  if (kind === 'grace') graceOver(state, tick, run)
  else if (kind !== 'idle') timeOut(state, tick, run, kind === 'total' ? 'total' : 'attempt')
  else if (isIdle(state, tick, run)) timeOut(state, tick, run, 'idle')
}

function timeOut(state: EngineState, tick: Tick, run: LiveRun, limit: TimeLimit): void {
  requestStop(state, tick, run, 'timeout', limitInWords(limit, run.definition), { limit })
}

function move(state: EngineState, tick: Tick, run: LiveRun, event: RunTransition): boolean {
  const next: RunState | null = transition(run.state, event)
  if (next === null) return false
  if (next.lifecycle !== 'stopping') throw new Error(`a live run cannot become ${next.lifecycle} by ${event.type}`)
  run.state = next
  const { changes } = state.store.runs.setStop.run(JSON.stringify(next.stop), run.id, next.attempt)
  if (changes !== 1) throw new Error(`run ${run.id} is live in memory but not in the store`)
  tick.changes.runs.add(run.id)
  return true
}
