import type { Canceller, Outcome, RunError, Stop, TimeLimit } from '../../src-preload/contract.ts'

/**
 * The life of a run. Each variant carries only what exists while it holds.
 *
 * - `scheduled`: accepted, not due yet; or an attempt failed and the next one is not due yet. Left when due (queued),
 *   cancelled, or out of time (finished).
 * - `queued`: due, waiting for admission. Left when admitted (running), cancelled, or out of time (finished).
 * - `running`: an attempt is under way. Left by its ending (finished; queued when interrupted; scheduled when it is
 *   retried) or a stop (stopping).
 * - `stopping`: a stop was asked for and the attempt is not seen dead yet. Left only by the attempt's ending.
 * - `finished`: has an outcome. Never left.
 *
 * `docs/state-machine.md` draws the same picture; CHECK constraints of the store repeat it.
 */
export type RunState =
  | { lifecycle: 'scheduled'; dueAt: number }
  | { lifecycle: 'queued'; queuedAt: number }
  | { lifecycle: 'running'; attempt: number; startedAt: number }
  | { lifecycle: 'stopping'; attempt: number; startedAt: number; stop: Stop }
  | { lifecycle: 'finished'; outcome: Outcome; finishedAt: number }

export type RunTransition =
  | { type: 'due'; at: number }
  | { type: 'admitted'; at: number; attempt: number }
  | { type: 'queue_timeout'; at: number }
  | {
      type: 'stop_requested'
      at: number
      cause: Stop['cause']
      reason: string | null
      by?: Canceller | undefined
      limit?: TimeLimit
    }
  | { type: 'stop_signalled'; at: number; attempt: number }
  | { type: 'stop_reacted'; at: number; attempt: number }
  /** Null: it is inside a shield no more. */
  | { type: 'stop_shielded'; since: number | null; attempt: number }
  | { type: 'terminate_requested'; at: number; attempt: number }
  | { type: 'kill_requested'; at: number; attempt: number }
  | { type: 'ended'; at: number; attempt: number; verdict: Verdict }

/** What an attempt's ending means for its run. */
export type Verdict =
  | { next: 'finished'; outcome: Outcome; result: string | null; error: RunError | null }
  | { next: 'queued'; why: string; isSuspect: boolean }
  /** It failed, or ran out of time, and is tried again. */
  | { next: 'scheduled'; dueAt: number; delayMs: number; outcome: 'failed' | 'timed_out'; error: RunError }

/** The next state, or null when the transition does not apply: a late report, a second cancel, a finished run. */
export function transition(state: RunState, event: RunTransition): RunState | null {
  switch (event.type) {
    case 'due':
      return state.lifecycle === 'scheduled' ? { lifecycle: 'queued', queuedAt: event.at } : null
    case 'admitted':
      return state.lifecycle === 'queued' ? { lifecycle: 'running', attempt: event.attempt, startedAt: event.at } : null
    case 'queue_timeout':
      return state.lifecycle === 'queued' ? finished('timed_out', event.at) : null
    case 'stop_requested':
      return requestStop(state, event)
    case 'stop_signalled':
      return advanceStop(state, event.attempt, 'requested', 'signalled', event.at)
    case 'stop_reacted':
      if (state.lifecycle !== 'stopping' || state.attempt !== event.attempt) return null
      return state.stop.reactedAt === undefined ? { ...state, stop: { ...state.stop, reactedAt: event.at } } : null
    case 'stop_shielded': {
      if (state.lifecycle !== 'stopping' || state.attempt !== event.attempt) return null
      const { shieldedAt, ...stop } = state.stop
      if ((shieldedAt ?? null) === event.since) return null
      return { ...state, stop: event.since === null ? stop : { ...stop, shieldedAt: event.since } }
    }
    case 'terminate_requested':
      if (state.lifecycle !== 'stopping' || state.attempt !== event.attempt) return null
      if (state.stop.phase === 'killing' || state.stop.terminatedAt !== undefined) return null
      return { ...state, stop: { ...state.stop, terminatedAt: event.at } }
    case 'kill_requested':
      return (
        advanceStop(state, event.attempt, 'signalled', 'killing', event.at) ??
        advanceStop(state, event.attempt, 'requested', 'killing', event.at)
      )
    case 'ended': {
      const isLive = state.lifecycle === 'running' || state.lifecycle === 'stopping'
      if (!isLive || state.attempt !== event.attempt) return null
      return after(event.verdict, event.at)
    }
    default:
      return assertNever(event)
  }
}

function after(verdict: Verdict, at: number): RunState {
  switch (verdict.next) {
    case 'queued':
      return { lifecycle: 'queued', queuedAt: at }
    case 'scheduled':
      return { lifecycle: 'scheduled', dueAt: verdict.dueAt }
    case 'finished':
      return finished(verdict.outcome, at)
  }
}

/** A run that has not started is cancelled at once: there is nothing to see dead. The first stop's cause is kept. */
function requestStop(state: RunState, event: RunTransition & { type: 'stop_requested' }): RunState | null {
  switch (state.lifecycle) {
    case 'scheduled':
    case 'queued':
      return event.cause === 'cancel' ? finished('cancelled', event.at) : null
    case 'running':
      return {
        lifecycle: 'stopping',
        attempt: state.attempt,
        startedAt: state.startedAt,
        stop: {
          cause: event.cause,
          reason: event.reason,
          ...(event.limit === undefined ? {} : { limit: event.limit }),
          ...who(event.by),
          phase: 'requested',
          requestedAt: event.at,
          since: event.at,
        },
      }
    case 'stopping':
      // A person's cancel outranks a shutdown: the run must not come back after the restart.
      if (state.stop.cause === 'shutdown' && event.cause === 'cancel') {
        return { ...state, stop: { ...state.stop, cause: 'cancel', reason: event.reason, ...who(event.by) } }
      }
      return null
    case 'finished':
      return null
    default:
      return assertNever(state)
  }
}

function advanceStop(
  state: RunState,
  attempt: number,
  from: Stop['phase'],
  to: Stop['phase'],
  at: number,
): RunState | null {
  if (state.lifecycle !== 'stopping' || state.attempt !== attempt || state.stop.phase !== from) return null
  const passed = to === 'signalled' ? { signalledAt: at } : { killedAt: at }
  return { ...state, stop: { ...state.stop, phase: to, since: at, ...passed } }
}

const who = (by: Canceller | undefined) => (by === undefined ? {} : { by })
const finished = (outcome: Outcome, at: number): RunState => ({ lifecycle: 'finished', outcome, finishedAt: at })

function assertNever(value: never): never {
  throw new Error(`unhandled variant: ${JSON.stringify(value)}`)
}
