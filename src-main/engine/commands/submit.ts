import * as v from 'valibot'
import type { Definition, ParsedSubmit, RunRow } from '../../../src-preload/contract.ts'
import type { InterruptionRule } from '../../../src-preload/definition.ts'
import { problem } from '../../../src-preload/problem.ts'
import { retrySchema } from '../../../src-preload/retry-policy.ts'
import type { RetryOverride } from '../../../src-preload/retry-policy.ts'
import { rankOf } from '../../core/admission.ts'
import type { Lane } from '../../core/admission.ts'
import { refuseWhenFull } from '../disk.ts'
import { laneOf, waitingRoomOf } from '../gates.ts'
import { longestWaitOf } from '../limits.ts'
import { queueClock } from '../queue-clock.ts'
import type { StoredJob } from '../../store/queries/jobs.ts'
import type { EngineState } from '../state.ts'
import { checkConditions } from '../surroundings.ts'
import type { Tick } from '../tick.ts'

export type When = {
  priority?: number | undefined
  delayMs?: number | undefined
  at?: number | undefined
  retry?: RetryOverride | undefined
  onInterrupted?: InterruptionRule | undefined
}

/** What is asked for, resolved to ids: the part that one run and five thousand have in common. */
export type Order = {
  definitionId: number
  definition: Definition
  jobId: number | null
  jobName: string | null
  name: string
  priority: number
  origin: RunRow['origin']
  retryOf: number | null
  dueAt: number | null
  /** Due after a span, and not at a moment that somebody named. */
  isDelay: boolean
  parentage: Parentage | null
  /** Of the schedule that it is a run of. */
  slot: Slot | null
}

export type Slot = { schedule: number; at: number; isBackfill: boolean }

/** Who spawned a child run, and what binds it. */
type Parentage = { run: number; attempt: number; onEnd: 'cancel' | 'keep'; group: number | null }

export function submit(state: EngineState, tick: Tick, request: ParsedSubmit): { id: number } {
  refuseNewWork(state)
  if (request.what === 'definition') checkConditions(state, request.definition.conditions)
  const order =
    request.what === 'job'
      ? orderOfJob(state, tick, request.job, request)
      : orderOfDefinition(state, tick, request.definition, request.name, request)
  return { id: store(state, tick, order, [JSON.stringify(request.input)]) }
}

/** All of `inputs` in one statement; the ids are consecutive. `inputs` are JSON texts. */
export function submitMany(
  state: EngineState,
  tick: Tick,
  request: { job: string; inputs: string[] } & When,
): { firstId: number; lastId: number } {
  refuseNewWork(state)
  const firstId = store(state, tick, orderOfJob(state, tick, request.job, request), request.inputs)
  return { firstId, lastId: firstId + request.inputs.length - 1 }
}

/** A new run of what run `id` was, with the same input unless `input` (JSON text) is given. */
export function retry(state: EngineState, tick: Tick, id: number, input: string | null): { id: number } {
  refuseNewWork(state)
  const run = state.store.runs.get.get(id)
  const values = state.store.runs.values.get(id)
  if (run === undefined || values === undefined) throw problem('RUN_NOT_FOUND', { id })
  const order: Order = {
    definitionId: run.definition_id,
    definition: state.definitions.get(run.definition_id),
    jobId: run.job_id,
    jobName: run.job_name,
    name: run.name,
    priority: run.priority,
    origin: 'retry',
    retryOf: id,
    dueAt: null,
    isDelay: false,
    parentage: null,
    slot:
      run.schedule_id === null || run.slot_at === null
        ? null
        : { schedule: run.schedule_id, at: run.slot_at, isBackfill: run.is_backfill === 1 },
  }
  const again = store(state, tick, order, [input ?? values.input])
  if (run.outcome === 'abandoned') tick.event(id, 'run_again', { run: again })
  return { id: again }
}

export function orderOfJob(state: EngineState, tick: Tick, name: string, when: When): Order {
  const job = state.store.jobs.byName.get(name)
  if (job === undefined) throw problem('JOB_NOT_FOUND', { name })
  return {
    ...definitionForRun(state, job, when),
    jobId: job.id,
    jobName: job.name,
    name: job.name,
    priority: when.priority ?? job.priority,
    origin: 'manual',
    retryOf: null,
    ...dueOf(tick, when),
    parentage: null,
    slot: null,
  }
}

/** What the next run of a job is: its definition, with the executor of its own choice, and what one run overrides. */
export function definitionForRun(
  state: EngineState,
  job: StoredJob,
  overrides: Pick<When, 'retry' | 'onInterrupted'> = {},
): Pick<Order, 'definition' | 'definitionId'> {
  const saved = state.definitions.get(job.definition_id)
  const definition = withRule(withRetry(saved, overrides.retry), overrides.onInterrupted)
  if (definition.kind === 'script' && definition.executor === 'auto') {
    const picked = { ...definition, executor: state.autoExecutors.pick(job.id, definition) }
    return { definition: picked, definitionId: state.definitions.idOf(picked) }
  }
  return { definition, definitionId: definition === saved ? job.definition_id : state.definitions.idOf(definition) }
}

export function orderOfDefinition(
  state: EngineState,
  tick: Tick,
  given: Definition,
  name: string | undefined,
  when: When,
): Order {
  const definition = withRule(withRetry(given, when.retry), when.onInterrupted)
  return {
    definitionId: state.definitions.idOf(definition),
    definition,
    jobId: null,
    jobName: null,
    name: name ?? nameOf(definition),
    priority: when.priority ?? 0,
    origin: 'manual',
    retryOf: null,
    ...dueOf(tick, when),
    parentage: null,
    slot: null,
  }
}

/** The definition with what one run overrides of its retries; the same object when that is nothing. */
function withRetry(definition: Definition, override: RetryOverride | undefined): Definition {
  if (override === undefined) return definition
  const retry = v.safeParse(retrySchema, { maxAttempts: 1, ...definition.retry, ...override })
  if (!retry.success) throw problem('BAD_INPUT', { details: `retry: ${retry.issues[0].message}` })
  return { ...definition, retry: retry.output }
}

/** The same with what one run has otherwise for when it is cut off. */
export const withRule = (definition: Definition, rule: InterruptionRule = definition.onInterrupted): Definition =>
  rule === definition.onInterrupted ? definition : { ...definition, onInterrupted: rule }

/** `dueAt` is null when the run is due at once. A moment in the past counts as now. */
export function dueOf(tick: Tick, when: Pick<When, 'at' | 'delayMs'>): { dueAt: number | null; isDelay: boolean } {
  const after = when.delayMs === undefined ? 0 : tick.now + when.delayMs
  const at = Math.max(when.at ?? 0, after)
  return at > tick.now ? { dueAt: at, isDelay: at === after } : { dueAt: null, isDelay: false }
}

/** Stores one run per input and returns the first id. A child, or a run of a schedule, is stored alone. */
export function store(state: EngineState, tick: Tick, order: Order, inputs: string[]): number {
  const { counters, store } = state
  const id = counters.add('last_run', inputs.length) - inputs.length + 1
  const isDelayed = order.dueAt !== null
  const lanes = isDelayed ? [waitingRoomOf(state, order)] : lanesOf(state, tick, order, inputs)
  const [lane] = lanes
  if (lane === undefined) throw new Error('nothing is submitted')
  const { totalTimeoutMs: totalMs } = order.definition
  const waitMs = longestWaitOf(order.definition)
  const shared = {
    id,
    laneId: lane.id,
    definitionId: order.definitionId,
    jobId: order.jobId,
    jobName: order.jobName,
    name: order.name,
    origin: order.origin,
    retryOf: order.retryOf,
    parentRun: order.parentage?.run ?? null,
    parentAttempt: order.parentage?.attempt ?? null,
    onParentEnd: order.parentage?.onEnd ?? null,
    groupId: order.parentage?.group ?? null,
    scheduleId: order.slot?.schedule ?? null,
    slotAt: order.slot?.at ?? null,
    isBackfill: order.slot?.isBackfill === true ? 1 : 0,
    priority: order.priority,
    // While a run is scheduled this holds the head start; see `takeDue`.
    rank: rankOf(isDelayed ? 0 : queueClock(state, tick), order.priority),
    lifecycle: isDelayed ? 'scheduled' : 'queued',
    createdAt: tick.now,
    dueAt: order.dueAt,
    isDelay: order.isDelay ? 1 : 0,
    queuedAt: isDelayed ? null : tick.now,
    // While a run is scheduled this holds the span; see `takeDue`.
    expiresAt: waitMs === null ? null : isDelayed ? waitMs : tick.now + waitMs,
    deadlineAt: totalMs === null || isDelayed ? null : tick.now + totalMs,
  }
  // The run's row is the record of its creation: no event is stored for it.
  if (inputs.length === 1) {
    store.runs.insert.run({ ...shared, input: inputs[0] })
    tick.changes.runs.add(id)
    if (order.slot !== null && !order.slot.isBackfill) state.schedules.runMade(order.slot.schedule, id)
  } else if (lanes.length === 1) store.runs.insertMany.run({ ...shared, inputs: JSON.stringify(inputs) })
  else {
    const inLanes = inputs.map((input, index) => [lanes[index]?.id, input])
    store.runs.insertManyInLanes.run({ ...shared, inputs: JSON.stringify(inLanes) })
  }
  counters.add(isDelayed ? 'is_scheduled' : 'is_queued', inputs.length)
  if (!isDelayed) {
    if (lanes.length === 1) state.lanes.joined(lane, { rank: shared.rank, id }, inputs.length)
    else for (const [index, each] of lanes.entries()) state.lanes.joined(each, { rank: shared.rank, id: id + index })
  }
  tick.changes.status = true
  if (order.jobId !== null) tick.changes.jobs = true
  return id
}

/** The lane of each input, or one when all have the same. */
function lanesOf(state: EngineState, tick: Tick, order: Order, inputs: string[]): Lane[] {
  const laneFor = (input: string | undefined) =>
    laneOf(state, tick, { ...order, isPrivate: state.isPrivate, input: () => input ?? 'null' })
  const key = order.definition.concurrency?.key ?? null
  if (key === null) return [laneFor(inputs[0])]
  const lanes = inputs.map(laneFor)
  return lanes.every((lane) => lane === lanes[0]) ? lanes.slice(0, 1) : lanes
}

function nameOf(definition: Definition): string {
  if (definition.kind === 'command') {
    const words = definition.command.as === 'argv' ? definition.command.argv : definition.command.line.split(/\s+/)
    return fileName(words[0] ?? 'command')
  }
  if (definition.kind === 'http') return new URL(definition.request.url).hostname
  return definition.code.from === 'text' ? definition.code.name : fileName(definition.code.path)
}

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** What comes from outside needs a host that goes on, and room; what a running script spawns, only the first. */
export function refuseNewWork(state: EngineState): void {
  refuseWhenDraining(state)
  refuseWhenFull(state)
}

export function refuseWhenDraining(state: EngineState): void {
  if (state.drainingSince !== null) throw problem('DRAINING')
}
