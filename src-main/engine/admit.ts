import type { Executor } from '../../src-preload/contract.ts'
import type { Claim, Lane, Need } from '../core/admission.ts'
import { perExecutor } from '../core/executors.ts'
import type { ClaimedRun } from '../store/queries/runs.ts'
import { lend, semaphoreOfGate, serve } from './objects/semaphores.ts'
import type { DurableSemaphore } from './objects/semaphores.ts'
import { startLimits } from './limits.ts'
import type { EngineState, LiveRun } from './state.ts'
import type { Tick } from './tick.ts'

/**
 * A run of a shared interpreter that was interrupted this often gets a process of its own: if it is what brought its
 * interpreter down, it now fails alone, in place of taking its neighbours with it again and again.
 */
const ALONE_AFTER = 2

/**
 * A run under which this many supervisors have died gets one of its own: if it is what kills them, it now fails alone. Runs of
 * shared interpreters are many, and a process with a supervisor for each costs memory: they get one more chance.
 */
const suspectAfter = (executor: Executor): number => (executor === 'process' ? 1 : 2)

/**
 * The one gate to execution: starts queued runs in their order while slots, and the permits and keys they need, allow.
 * Returns how many were admitted.
 */
export function admit(state: EngineState, tick: Tick): number {
  let admitted = 0
  if (state.drainingSince === null) {
    for (;;) {
      const free = freeSlots(state)
      state.lanes.refresh(free)
      const claim = state.gatekeeper.next(free)
      if (claim === null) break
      admitted += carryOut(claim, state, tick)
    }
  } else state.gatekeeper.close()
  settleLines(state, tick)
  return admitted
}

/** On a full disk there is none: what would begin could not be recorded. */
function freeSlots({ slots, inUse, disk }: EngineState): Record<Executor, number> {
  return perExecutor((executor) => (disk.fullSince === null ? slots[executor] - inUse[executor] : 0))
}

function carryOut({ lane, before, limit }: Claim, state: EngineState, tick: Tick): number {
  const { runs } = state.store
  const rows = runs.ready.all(lane.id, before.rank, before.id, limit)
  if (rows.length === 0) throw new Error(`lane ${lane.id} has a head that cannot be claimed`)
  state.lanes.left(lane, rows.length)
  for (const row of rows) {
    const startedAt = Math.max(tick.now, row.queuedAt)
    if (runs.start.run(startedAt, row.id).changes !== 1) throw new Error(`run ${row.id} is no longer queued`)
    begin({ ...row, startedAt }, lane, state, tick)
  }
  return rows.length
}

/**
 * The runs of all lanes together have one place in the line of a semaphore: as long as one is held up there, and until
 * they have had their turn. Then it is the turn of the tasks behind them.
 */
function settleLines(state: EngineState, tick: Tick): void {
  for (const { resource, isHoldingUp, hasAdmitted } of state.gatekeeper.takeTouched()) {
    const semaphore = semaphoreOf(resource, state)
    if (semaphore === undefined) continue
    if (!isHoldingUp || hasAdmitted) {
      semaphore.leaveLanes()
      serve(state, tick, semaphore)
    }
    if (isHoldingUp) semaphore.joinLanes()
  }
}

function semaphoreOf(resource: string, { objects }: EngineState): DurableSemaphore | undefined {
  const prefix = 'semaphore '
  return resource.startsWith(prefix) ? objects.semaphores.semaphore.get(resource.slice(prefix.length)) : undefined
}

function begin(row: ClaimedRun, { executor, needs }: Lane, state: EngineState, tick: Tick): void {
  const definition = state.definitions.get(row.definition_id)
  const maxAttempts = definition.retry?.maxAttempts ?? 1
  const isAlone = row.interrupted >= ALONE_AFTER && definition.kind !== 'command' && executor !== 'process'
  const isSuspect = row.suspected >= suspectAfter(executor)
  const place = needs.find((need) => need.kind === 'key')
  const run: LiveRun = {
    id: row.id,
    name: row.name,
    jobId: row.job_id,
    state: { lifecycle: 'running', attempt: row.attempt, startedAt: row.startedAt },
    executor,
    definition,
    interrupted: row.interrupted,
    deadlineAt: row.deadlineAt,
    priority: row.priority,
    parent: row.parent,
    group: row.group,
    key: place?.resource ?? null,
    heardAt: tick.mono,
    pid: null,
    logLines: row.attempt === 1 ? 0 : (state.store.logs.lastLine.get(row.id) ?? 0),
    unsavedProgress: null,
    isStartTold: row.attempt > 1 || isAlone || isSuspect,
    isLogCut: false,
    script: null,
  }
  state.live.set(row.id, run)
  if (needs.length > 0) take(needs, run, state, tick)
  state.inUse[executor] += 1
  state.counters.add('is_queued', -1)
  state.counters.add('is_running', 1)
  startLimits(state, tick, run)
  const secrets = state.secrets.give(definition)
  if (run.isStartTold) {
    tick.event(row.id, 'started', {
      attempt: row.attempt,
      ...(isAlone ? { alone: true } : {}),
      ...(isSuspect ? { ownSupervisor: true } : {}),
    })
  }
  tick.changes.status = true
  tick.changes.runs.add(row.id)
  tick.effects.starts.push({
    run: row.id,
    attempt: row.attempt,
    job: row.job_name,
    name: row.name,
    idempotencyKey: idempotencyKey(state.storeId, row.id),
    maxAttempts,
    isLastAttempt: row.attempt - row.interrupted >= maxAttempts,
    definition: isAlone ? { ...definition, executor: 'process' } : definition,
    slot: row.slot,
    backfilled: row.isBackfill === 1,
    isSuspect,
    input: row.input,
    ...(secrets === undefined ? {} : { secrets }),
  })
}

/** All that the gate asks for; the gatekeeper has seen that there is room. It goes back when the attempt ends. */
function take(needs: readonly Need[], run: LiveRun, state: EngineState, tick: Tick): void {
  for (const need of needs) {
    if (need.kind === 'key') state.keys.hold(need.resource)
    else if (need.kind === 'semaphore') {
      const semaphore = semaphoreOfGate(state, tick, need.name)
      lend(state, tick, semaphore, run, { amount: need.amount, task: null, place: null })
    }
  }
}

/** The same for every attempt of a run, and different in every data folder. */
export const idempotencyKey = (storeId: string, run: number): string => `${storeId}-${run}`
