/** How runs are spoken of: the words and looks of states, outcomes and waits. */
import type { Attempt, ExecutorChoice, Lifecycle, Outcome, RunRow, Stop, Wait } from '../../../src-preload/contract.ts'
import { formatSpan } from './duration.ts'

/** The token set of a state in tokens.css, and its icon. */
export type StateLook =
  | 'scheduled'
  | 'queued'
  | 'waiting'
  | 'running'
  | 'paused'
  | 'retrying'
  | 'succeeded'
  | 'failed'
  | 'timed-out'
  | 'stopping'
  | 'cancelled'
  | 'skipped'
  | 'lost'

export type StateWords = { look: StateLook; word: string }

const ofLifecycle: Record<Exclude<Lifecycle, 'finished'>, StateWords> = {
  scheduled: { look: 'scheduled', word: 'Scheduled' },
  queued: { look: 'queued', word: 'Queued' },
  running: { look: 'running', word: 'Running' },
  stopping: { look: 'stopping', word: 'Stopping' },
}

const ofOutcome: Record<Outcome, StateWords> = {
  succeeded: { look: 'succeeded', word: 'Succeeded' },
  failed: { look: 'failed', word: 'Failed' },
  timed_out: { look: 'timed-out', word: 'Timed out' },
  cancelled: { look: 'cancelled', word: 'Cancelled' },
  skipped: { look: 'skipped', word: 'Skipped' },
  abandoned: { look: 'lost', word: 'Abandoned' },
}

const ofAttempt: Record<Attempt['state'], StateWords> = {
  running: ofLifecycle.running,
  succeeded: ofOutcome.succeeded,
  failed: ofOutcome.failed,
  timed_out: ofOutcome.timed_out,
  cancelled: ofOutcome.cancelled,
  interrupted: { look: 'lost', word: 'Interrupted' },
}

/** All outcomes, in the order in which menus show them. */
export const outcomes = Object.keys(ofOutcome) as Outcome[]
export const outcomeLooks = Object.fromEntries(outcomes.map((name) => [name, ofOutcome[name].look])) as Record<
  Outcome,
  StateLook
>
export const outcomeWords = (outcome: Outcome): StateWords => ofOutcome[outcome]
export const attemptWords = (state: Attempt['state']): StateWords => ofAttempt[state]

/** A run held back by a paused job reads as paused, and one that can never go on as deadlocked. */
export function runWords(
  run: Pick<RunRow, 'lifecycle' | 'outcome'> & { waits?: Wait[]; deadlock?: number | null },
): StateWords {
  if (run.lifecycle === 'finished') return run.outcome ? ofOutcome[run.outcome] : { look: 'lost', word: 'Finished' }
  if (run.lifecycle === 'queued' && run.waits?.some((wait) => wait.kind === 'paused_job')) {
    return { look: 'paused', word: 'Queued' }
  }
  if (typeof run.deadlock === 'number' && run.lifecycle !== 'stopping') return { look: 'failed', word: 'Deadlock' }
  return ofLifecycle[run.lifecycle]
}

/** Where a run comes from. */
export function originWords({ origin, retryOf, parent }: Pick<RunRow, 'origin' | 'retryOf' | 'parent'>): string {
  if (retryOf !== null) return `again of ${retryOf}`
  return parent === null ? origin : `by run ${parent}`
}

export const executorNote: Record<ExecutorChoice, string> = {
  process: 'A fresh process for every run. Clean start, own limits; right for almost everything.',
  thread: 'A warm thread that the run has to itself. Starts fast; for code that keeps a processor core busy.',
  async: 'Shares a warm process with other runs. Starts fastest; for code that mostly waits for the network.',
  auto: 'A process at first; then what fits the processor time and the waiting of its runs.',
}

/** A run that is being stopped already, or has ended, cannot be asked to stop. */
export const canCancel = ({ lifecycle }: Pick<RunRow, 'lifecycle'>): boolean =>
  lifecycle !== 'stopping' && lifecycle !== 'finished'

const stopCause: Record<Stop['cause'], string> = {
  cancel: 'cancel requested',
  timeout: 'time limit reached',
  shutdown: 'the host is stopping',
}
const stopPhase: Record<Stop['phase'], string> = {
  requested: 'signal not sent yet',
  signalled: 'asked to stop, not ended yet',
  killing: 'being killed',
}

/** How far a stop has come and for how long, and whether the script has taken notice. */
export function stopWords(stop: Stop, now: number): string {
  if (stop.shieldedAt !== undefined && stop.phase !== 'killing')
    return `${stopCause[stop.cause]}: shielded since ${formatSpan(now - stop.shieldedAt, true)}, stop asked ${formatSpan(now - stop.requestedAt, true)} ago`
  const phase = stop.phase === 'signalled' && stop.reactedAt !== undefined ? 'cooperating' : stopPhase[stop.phase]
  return `${stopCause[stop.cause]}: ${phase} · ${formatSpan(now - stop.since, true)}`
}

/** The frames of a stack without the message above them and their indent; all of it when it has no frames. */
export function stackFrames(stack: string): string {
  const at = stack.search(/^\s+at /m)
  if (at < 0) return stack
  return stack
    .slice(at)
    .replace(/^\n+/, '')
    .replace(/^ {4}(?=at )/gm, '')
}

/** Time before the first start, and time since; `isTicking` while the second still grows. Null: not begun. */
export function runSpans(
  run: Pick<RunRow, 'createdAt' | 'queuedAt' | 'dueAt' | 'startedAt' | 'finishedAt'>,
  now: number,
): { queuedMs: number | null; ranMs: number | null; isTicking: boolean } {
  const end = run.finishedAt ?? now
  const queuedFrom = run.queuedAt ?? (run.dueAt === null ? run.createdAt : null)
  const queuedUntil = run.startedAt ?? end
  return {
    queuedMs: queuedFrom === null ? null : Math.max(0, queuedUntil - queuedFrom),
    ranMs: run.startedAt === null ? null : Math.max(0, end - run.startedAt),
    isTicking: run.finishedAt === null,
  }
}

/** "312 / 2,000 · hashing" */
export function progressWords(progress: NonNullable<RunRow['progress']>): string {
  const amount =
    progress.total === null
      ? progress.done.toLocaleString()
      : `${progress.done.toLocaleString()} / ${progress.total.toLocaleString()}`
  return progress.note ? `${amount} · ${progress.note}` : amount
}
