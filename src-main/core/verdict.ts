import type { Definition, RunError, Stop } from '../../src-preload/contract.ts'
import { delayOfRetry } from './retry.ts'
import type { Failure, RetryWish } from './retry.ts'
import type { Verdict } from './run.ts'

/** How an attempt ended. Said only when every process of the attempt was seen dead (a pooled one: when it settled). */
export type Ending =
  | { how: 'returned'; result: string }
  | { how: 'threw'; error: RunError; cancelled: boolean; wish?: RetryWish }
  | { how: 'exited'; code: number | null; signal: string | null }
  /** Could not be started: no such file, syntax error, no such folder. */
  | { how: 'unstartable'; error: RunError }
  /** Not its own fault: the interpreter process or the supervisor died under it. */
  | {
      how: 'interrupted'
      why: string
      /** It may have been its own doing: nobody knows which of those that were running then it was. */
      isSuspect?: boolean
      /** It is certain that nothing of its script or program has begun. */
      isUnbegun?: boolean
    }

type Interrupted = Extract<Ending, { how: 'interrupted' }>

/**
 * What an ending means, given the stop that was under way (null: none).
 *
 * A script that returns although a cancel was asked for has succeeded, as a Python task that catches CancelledError and
 * returns has (CPython, test_asyncio: a task that suppresses its cancellation keeps its value). A command cannot say
 * "I finished in spite of it", so any end of a cancelled command is `cancelled`. A limit that was passed stays passed:
 * after a timeout the outcome is `timed_out` however the attempt ended.
 */
export function judge(ending: Ending, stop: Stop | null, definition: Definition): Verdict {
  switch (stop?.cause) {
    case 'shutdown':
      if (ending.how === 'returned') return succeeded(ending.result)
      return cutOff({ why: 'the host was stopping', isUnbegun: isUnbegun(ending) }, definition)
    case 'cancel':
      if (ending.how === 'returned') return succeeded(ending.result)
      return {
        next: 'finished',
        outcome: 'cancelled',
        result: null,
        error: stoppedError('CancelledError', stop.reason ?? 'cancelled'),
      }
    case 'timeout':
      return {
        next: 'finished',
        outcome: 'timed_out',
        result: ending.how === 'returned' ? ending.result : null,
        error: stoppedError('TimeoutError', stop.reason ?? 'the attempt ran longer than its limit'),
      }
    case undefined:
      return judgeUndisturbed(ending, definition)
  }
}

type Finished = Extract<Verdict, { next: 'finished' }>
type Tried = {
  /** The number of the attempt among those that count. */
  attempt: number
  /** Epoch ms. */
  now: number
  /** Epoch ms of the end of the run's time; null: it has no end. */
  deadlineAt: number | null
  /** In [0, 1). */
  random: number
}

/** What follows an attempt that would be the run's last: another one, if it failed and the policy has one for it. */
export function orRetry(
  verdict: Finished,
  ending: Ending,
  stop: Stop | null,
  { retry }: Definition,
  tried: Tried,
): Verdict {
  const { outcome, error } = verdict
  if ((outcome !== 'failed' && outcome !== 'timed_out') || error === null || stop?.limit === 'total') return verdict
  const delayMs = delayOfRetry(retry, failureOf(ending, outcome, error), tried.attempt, tried.random)
  if (delayMs === null) return verdict
  const dueAt = tried.now + delayMs
  // One that cannot begin before the run's time is over would only keep the failure back.
  if (tried.deadlineAt !== null && dueAt >= tried.deadlineAt) return verdict
  return { next: 'scheduled', dueAt, delayMs, outcome, error }
}

function failureOf(ending: Ending, outcome: 'failed' | 'timed_out', error: RunError): Failure {
  if (outcome === 'timed_out') return { by: 'timeout' }
  if (ending.how === 'exited') return { by: 'exit', code: ending.code }
  return { by: 'error', name: error.name, wish: ending.how === 'threw' ? (ending.wish ?? null) : null }
}

function judgeUndisturbed(ending: Ending, definition: Definition): Verdict {
  switch (ending.how) {
    case 'returned':
      return succeeded(ending.result)
    case 'threw':
    case 'unstartable':
      return failed(ending.error)
    case 'exited':
      return definition.kind === 'command'
        ? judgeCommandExit(ending.code, ending.signal, definition.successCodes)
        : failed(exitError(ending.code, ending.signal, 'The script ended its process before it returned.'))
    case 'interrupted':
      return cutOff(ending, definition)
  }
}

function judgeCommandExit(code: number | null, signal: string | null, successCodes: number[]): Verdict {
  if (code !== null && successCodes.includes(code)) return succeeded(JSON.stringify({ exitCode: code }))
  return failed(exitError(code, signal, 'The last lines of its log may say why.'))
}

function exitError(code: number | null, signal: string | null, hint: string): RunError {
  const message = signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`
  return { name: 'ExitError', message, stack: null, hint }
}

/** An attempt that ended by no fault of its own. What may have begun is not begun again against the will of its definition. */
function cutOff(
  { why, isSuspect = false, isUnbegun = false }: Omit<Interrupted, 'how'>,
  { onInterrupted }: Definition,
): Verdict {
  if (onInterrupted === 'requeue' || isUnbegun) return { next: 'queued', why, isSuspect }
  return {
    next: 'finished',
    outcome: 'abandoned',
    result: null,
    error: {
      name: 'AbandonedError',
      message: `it was cut off, and nobody knows whether its work was done: ${why}`,
      stack: null,
      hint: 'It is not to begin again by itself. Look at what it has done, and run it again by hand if that is right.',
    },
  }
}

const isUnbegun = (ending: Ending): boolean =>
  ending.how === 'unstartable' || (ending.how === 'interrupted' && ending.isUnbegun === true)

const stoppedError = (name: string, message: string): RunError => ({ name, message, stack: null, hint: null })
const succeeded = (result: string): Verdict => ({ next: 'finished', outcome: 'succeeded', result, error: null })
const failed = (error: RunError): Verdict => ({ next: 'finished', outcome: 'failed', result: null, error })
