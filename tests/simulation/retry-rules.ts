import type { EngineState } from '../../src-main/engine/state.ts'
import type { StoredRun } from '../../src-main/store/queries/runs.ts'
import type { Store } from '../../src-main/store/store.ts'
import { gates } from './gate-rules.ts'
import { prepared } from './prepared.ts'

/** The engine's deadlines of live attempts are monotonic: a wall clock that is moved by less than this is not followed. */
const UNFOLLOWED_MS = 2_000

/** The rules of jobs whose runs are tried again: one with a limit on the time in all, one without, and with its own gate. */
export const retriedJobs = {
  eta: {
    // Attempts that hang are left to the limit on the time in all.
    timeoutMs: 60_000,
    totalTimeoutMs: 8_000,
    semaphores: gates.one,
    retry: { maxAttempts: 5, backoff: { kind: 'exponential', delayMs: 200 }, maxDelayMs: 3_000, jitter: 1 },
  },
  theta: {
    timeoutMs: 3_000,
    idleTimeoutMs: 2_000,
    semaphores: gates.one,
    concurrency: gates.perHost,
    retry: { maxAttempts: 3, backoff: { kind: 'list', delaysMs: [0, 700] }, on: null },
  },
}

type Row = Pick<
  StoredRun,
  'id' | 'job_name' | 'lifecycle' | 'outcome' | 'attempt' | 'interrupted' | 'due_at' | 'deadline_at'
>

/** What must hold of retries and time limits after every commit of a history. */
export class RetryRules {
  readonly #before = new Map<number, Pick<Row, 'lifecycle' | 'attempt'>>()
  /** How many attempts were followed by another one because they failed. */
  retried = 0

  check(store: Store, state: EngineState | null, wallMs: number, isGateOpen: boolean): string[] {
    const rows = prepared<[], Row>(
      store.db,
      `SELECT id, job_name, lifecycle, outcome, attempt, interrupted, due_at, deadline_at FROM runs
         WHERE job_name IN ('eta', 'theta')`,
    ).all()
    return rows.flatMap((row) => {
      const before = this.#before.get(row.id)
      this.#before.set(row.id, row)
      const isBackingOff = row.lifecycle === 'scheduled' && row.attempt > 0
      if (isBackingOff && before?.lifecycle !== 'scheduled') this.retried += 1
      return [
        ...tooMany(row),
        ...(isBackingOff && state?.live.has(row.id) === true ? [`run ${row.id} backs off and is live`] : []),
        ...tooEarly(row, before, wallMs),
        ...(isGateOpen ? tooLate(row, wallMs) : []),
      ]
    })
  }
}

function* tooMany({ id, job_name: job, lifecycle, outcome, attempt, interrupted }: Row): Generator<string> {
  const { maxAttempts } = retriedJobs[job === 'eta' ? 'eta' : 'theta'].retry
  const counted = attempt - interrupted
  if (counted > maxAttempts) yield `run ${id} had ${counted} attempts of ${maxAttempts}`
  const hasGivenUp = lifecycle === 'finished' && (outcome === 'failed' || outcome === 'timed_out')
  if (hasGivenUp && job === 'theta' && counted !== maxAttempts) yield `run ${id} gave up after ${counted} attempts`
}

function* tooEarly(row: Row, before: Pick<Row, 'lifecycle'> | undefined, wallMs: number): Generator<string> {
  const hasLeft = before?.lifecycle === 'scheduled' && row.lifecycle !== 'scheduled' && row.lifecycle !== 'finished'
  if (hasLeft && (row.due_at ?? 0) > wallMs) yield `run ${row.id} was queued ${(row.due_at ?? 0) - wallMs} ms early`
}

function* tooLate({ id, lifecycle, deadline_at: deadlineAt }: Row, wallMs: number): Generator<string> {
  if (deadlineAt === null || deadlineAt > wallMs) return
  if (lifecycle === 'scheduled' || lifecycle === 'queued') yield `run ${id} waits although its time in all is over`
  if (lifecycle === 'running' && deadlineAt + UNFOLLOWED_MS < wallMs) yield `run ${id} runs although its time is over`
}
