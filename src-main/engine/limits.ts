import type { Definition, TimeLimit } from '../../src-preload/contract.ts'
import type { EngineState, LiveRun } from './state.ts'
import type { Tick } from './tick.ts'

/** The time limits of an attempt that begins, in monotonic time; what is left of the total one was counted in wall time. */
export function startLimits({ timers }: EngineState, tick: Tick, { id, definition, deadlineAt }: LiveRun): void {
  const { timeoutMs, idleTimeoutMs } = definition
  if (timeoutMs !== null) timers.set(`timeout:${id}`, tick.mono + timeoutMs)
  if (idleTimeoutMs !== null) timers.set(`idle:${id}`, tick.mono + idleTimeoutMs)
  if (deadlineAt !== null) timers.set(`total:${id}`, tick.mono + deadlineAt - tick.now)
}

/** How long a run may stay in the queue before its first attempt: in all, or for its conditions, whichever is shorter. */
export function longestWaitOf({ queueTimeoutMs, conditions }: Definition): number | null {
  const waits = [queueTimeoutMs, conditions?.waitMs ?? null].filter((ms) => ms !== null)
  return waits.length === 0 ? null : Math.min(...waits)
}

export function endLimits({ timers }: EngineState, { id }: LiveRun): void {
  for (const kind of ['timeout', 'idle', 'total'] as const) timers.cancel(`${kind}:${id}`)
}

/** Whether the attempt has been silent for as long as it may; if not, looks again when it could be. */
export function isIdle({ timers }: EngineState, tick: Tick, { id, definition, heardAt }: LiveRun): boolean {
  const idleAt = heardAt + (definition.idleTimeoutMs ?? Infinity)
  if (idleAt <= tick.mono) return true
  timers.set(`idle:${id}`, idleAt)
  return false
}

/** Why an attempt is stopped that has passed a limit. */
export function limitInWords(limit: TimeLimit, { timeoutMs, idleTimeoutMs, totalTimeoutMs }: LiveRun['definition']) {
  switch (limit) {
    case 'attempt':
      return `the attempt ran longer than ${timeoutMs ?? 0} ms`
    case 'idle':
      return `the attempt gave no sign of life for ${idleTimeoutMs ?? 0} ms`
    case 'total':
      return `the run was not done within its total time of ${totalTimeoutMs ?? 0} ms`
  }
}
