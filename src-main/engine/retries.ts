import type { Definition, Stop } from '../../src-preload/contract.ts'
import { rankOf } from '../core/admission.ts'
import type { Verdict } from '../core/run.ts'
import { judge, orRetry } from '../core/verdict.ts'
import type { Ending } from '../core/verdict.ts'
import { waitingRoomOf } from './gates.ts'
import { attemptRetried } from './objects/run-ends.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

type Tried = { definition: Definition; attempt: number; interrupted: number; deadlineAt: number | null }

/** What the ending of an attempt means for its run: an outcome, another try because it failed, or its old place in line. */
export function verdictOf(state: EngineState, tick: Tick, ending: Ending, stop: Stop | null, run: Tried): Verdict {
  const { definition, attempt, interrupted, deadlineAt } = run
  const verdict = judge(ending, stop, definition)
  if (verdict.next !== 'finished' || verdict.error === null || definition.retry === null) return verdict
  const tried = { attempt: attempt - interrupted, now: tick.now, deadlineAt, random: state.random() }
  return orRetry(verdict, ending, stop, definition, tried)
}

type FailedAttempt = {
  id: number
  attempt: number
  startedAt: number
  definition: Definition
  jobId: number | null
  priority: number
  logLines: number
  pid: number | null
  exitCode: number | null
  exitSignal: string | null
  cpuMs: number | null
}

/**
 * Keeps what became of the attempt and plans the next one. Until that is due the run is no different from a delayed
 * one: it has no slot, permit or key. `isPrivate`: only this engine admits it.
 */
export function backOff(
  state: EngineState,
  tick: Tick,
  { dueAt, delayMs, outcome, error }: Extract<Verdict, { next: 'scheduled' }>,
  run: FailedAttempt,
  isPrivate = state.isPrivate,
): void {
  const { id, attempt } = run
  state.store.attempts.insert.run(
    id,
    attempt,
    outcome,
    run.startedAt,
    // A wall clock that was set back must not make an attempt of negative length.
    Math.max(tick.now, run.startedAt),
    run.pid,
    run.exitCode,
    run.exitSignal,
    run.cpuMs,
    `tried again after ${delayMs} ms`,
    JSON.stringify(error),
  )
  const lane = waitingRoomOf(state, run, isPrivate)
  const { changes } = state.store.runs.backOff.run(dueAt, lane.id, rankOf(0, run.priority), run.logLines, id, attempt)
  if (changes !== 1) throw new Error(`run ${id} cannot be tried again: its attempt ${attempt} is not live`)
  state.counters.add('is_scheduled', 1)
  tick.event(id, 'retry_scheduled', { attempt, outcome, why: `${error.name}: ${error.message}`, delayMs, dueAt })
  attemptRetried(state, id, outcome)
}
