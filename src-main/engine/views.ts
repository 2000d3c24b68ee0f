import { executorOf } from '../../src-preload/definition.ts'
import type {
  Attempt,
  Children,
  JobRow,
  Json,
  LogLevel,
  LogLine,
  Outcome,
  Progress,
  RunDetail,
  RunError,
  RunGroup,
  RunLive,
  RunRow,
  Stop,
} from '../../src-preload/contract.ts'
import { problem } from '../../src-preload/problem.ts'
import type { StoredJob } from '../store/queries/jobs.ts'
import type { StoredRun } from '../store/queries/runs.ts'
import { idempotencyKey } from './admit.ts'
import type { EngineState } from './state.ts'
import { eventsOf } from './told.ts'
import { tasksOf } from './waits/script-waits.ts'
import { inDetail, inLists, waitsOf } from './waits/waits.ts'
import type { Bounds } from './waits/waits.ts'

const EVENTS_SHOWN = 500
const CHILDREN_SHOWN = 50

/** The stored row as callers see it. */
export function runRow(state: EngineState, run: StoredRun, bounds: Bounds = inLists): RunRow {
  const definition = state.definitions.get(run.definition_id)
  const error = run.error === null ? null : (JSON.parse(run.error) as RunError)
  return {
    id: run.id,
    name: run.name,
    job: run.job_name,
    kind: definition.kind,
    executor: executorOf(definition),
    lifecycle: run.lifecycle,
    outcome: run.outcome,
    attempt: run.attempt - run.interrupted,
    maxAttempts: definition.retry?.maxAttempts ?? 1,
    priority: run.priority,
    origin: run.origin,
    retryOf: run.retry_of,
    parent: run.parent_run,
    schedule: run.schedule_id === null ? null : (state.schedules.get(run.schedule_id)?.name ?? null),
    slot: run.slot_at,
    backfilled: run.is_backfill === 1,
    createdAt: run.created_at,
    dueAt: run.due_at,
    queuedAt: run.queued_at,
    startedAt: run.started_at,
    finishedAt: run.finished_at,
    progress: run.progress === null ? null : (JSON.parse(run.progress) as Progress),
    stop: run.stop === null ? null : (JSON.parse(run.stop) as Stop),
    errorMessage: error === null ? null : `${error.name}: ${error.message}`,
    ...waitsOf(state, run, bounds),
    deadlock: run.lifecycle === 'finished' ? null : (state.deadlocks.ofRun.get(run.id) ?? null),
  }
}

export function runDetail(state: EngineState, id: number): RunDetail {
  const run = state.store.runs.get.get(id)
  const values = state.store.runs.values.get(id)
  if (run === undefined || values === undefined) throw problem('RUN_NOT_FOUND', { id })
  return {
    ...runLive(state, id),
    definition: state.definitions.get(run.definition_id),
    input: JSON.parse(values.input) as Json,
    result: values.result === null ? null : (JSON.parse(values.result) as Json),
  }
}

export function runLive(state: EngineState, id: number): RunLive {
  const run = state.store.runs.get.get(id)
  if (run === undefined) throw problem('RUN_NOT_FOUND', { id })
  const live = state.live.get(id)
  return {
    ...runRow(state, run, inDetail),
    idempotencyKey: idempotencyKey(state.storeId, id),
    error: run.error === null ? null : (JSON.parse(run.error) as RunError),
    logLines: countLogLines(state, id),
    attempts: attemptsOf(state, run),
    tasks: live === undefined ? [] : tasksOf(state, live, inLists),
    children: childrenOf(state, id),
    group: run.group_id === null ? null : groupOf(state, run.group_id),
    events: eventsOf(state, run, EVENTS_SHOWN),
  }
}

export const groupOf = ({ store }: EngineState, id: number): RunGroup => ({
  id,
  name: store.groups.get.get(id)?.name ?? null,
})

function childrenOf(state: EngineState, id: number): Children {
  const unfinished = state.objects.childCounts.get(id) ?? 0
  const all = state.store.children.count.get(id) ?? 0
  return { unfinished, finished: all - unfinished, first: state.store.children.first.all(id, CHILDREN_SHOWN) }
}

/** Those that were not the last have rows of their own; the last one is in the run's row while it has started. */
function attemptsOf(state: EngineState, run: StoredRun): Attempt[] {
  const earlier: Attempt[] = state.store.attempts.ofRun.all(run.id).map((attempt) => ({
    number: attempt.number,
    startedAt: attempt.started_at,
    endedAt: attempt.ended_at,
    state: attempt.state,
    pid: attempt.pid,
    exitCode: attempt.exit_code,
    exitSignal: attempt.exit_signal,
    cpuMs: attempt.cpu_ms,
    note: attempt.note,
    error: attempt.error === null ? null : (JSON.parse(attempt.error) as RunError),
  }))
  if (run.started_at === null) return earlier
  const last: Attempt = {
    number: run.attempt,
    startedAt: run.started_at,
    endedAt: run.finished_at,
    state: run.outcome === null ? 'running' : stateOfLastAttempt(run.outcome),
    pid: run.pid ?? state.live.get(run.id)?.pid ?? null,
    exitCode: run.exit_code,
    exitSignal: run.exit_signal,
    cpuMs: run.cpu_ms,
    note: null,
    error: run.error === null ? null : (JSON.parse(run.error) as RunError),
  }
  return [...earlier, last]
}

function stateOfLastAttempt(outcome: Outcome): Attempt['state'] {
  if (outcome === 'skipped') throw new Error('no attempt ends as skipped')
  return outcome === 'abandoned' ? 'interrupted' : outcome
}

export function jobRow(state: EngineState, job: StoredJob): JobRow {
  const definition = state.definitions.get(job.definition_id)
  const last = state.store.runs.lastOfJob.get(job.id)
  return {
    name: job.name,
    kind: definition.kind,
    executor: definition.kind === 'script' ? definition.executor : 'process',
    description: job.description,
    definition,
    priority: job.priority,
    pausedAt: job.paused_at,
    createdAt: job.created_at,
    updatedAt: job.updated_at,
    queued: state.lanes.queuedOfJob(job.id),
    heartbeat: state.heartbeats.of(job.id),
    lastRun:
      last === undefined
        ? null
        : { id: last.id, lifecycle: last.lifecycle, outcome: last.outcome, finishedAt: last.finished_at },
  }
}

export function jobNamed(state: EngineState, name: string): JobRow {
  const job = state.store.jobs.byName.get(name)
  if (job === undefined) throw problem('JOB_NOT_FOUND', { name })
  return jobRow(state, job)
}

export function countLogLines(state: EngineState, run: number): number {
  return state.live.get(run)?.logLines ?? state.store.logs.lastLine.get(run) ?? 0
}

/** Lines `from` (counted from 1; negative: from the end) and following, at most `limit`. */
export function logLines(
  state: EngineState,
  run: number,
  from: number,
  limit: number,
): { lines: LogLine[]; total: number } {
  const total = countLogLines(state, run)
  const first = from < 0 ? Math.max(1, total + from + 1) : Math.max(1, from)
  const lines: LogLine[] = []
  for (const chunk of state.store.logs.from.iterate(run, run, first)) {
    for (const [index, line] of chunk.body.split('\n').entries()) {
      const n = chunk.first_line + index
      if (n < first) continue
      if (lines.length >= limit) return { lines, total }
      lines.push(parseLine(n, chunk.attempt, line))
    }
  }
  return { lines, total }
}

export function parseLine(n: number, attempt: number, line: string): LogLine {
  const afterTime = line.indexOf('\t')
  const afterLevel = line.indexOf('\t', afterTime + 1)
  return {
    n,
    at: Number(line.slice(0, afterTime)),
    attempt,
    level: line.slice(afterTime + 1, afterLevel) as LogLevel,
    text: line.slice(afterLevel + 1),
  }
}
