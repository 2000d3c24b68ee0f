import { executors } from '../../src-preload/definition.ts'
import type { Executor } from '../../src-preload/contract.ts'
import { isBefore, nextClaim } from '../core/admission.ts'
import type { Lane } from '../core/admission.ts'
import type { ClaimedRun } from '../store/queries/runs.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/**
 * An async run that was interrupted this often gets a process of its own: if it is what brought its interpreter down, it
 * now fails alone, in place of taking its neighbours with it again and again.
 */
const ALONE_AFTER = 2

/** The one gate to execution: starts queued runs in order while slots allow. Returns how many were admitted. */
export function admit(state: EngineState, tick: Tick): number {
  if (state.drainingSince !== null) return 0
  let admitted = 0
  for (const executor of executors) admitted += admitTo(executor, state, tick)
  return admitted
}

function admitTo(executor: Executor, state: EngineState, tick: Tick): number {
  let admitted = 0
  while (state.inUse[executor] < state.slots[executor]) {
    const claim = nextClaim(openLanes(executor, state), state.slots[executor] - state.inUse[executor])
    if (claim === null) return admitted
    const { lane } = claim
    const rows = state.store.runs.claim.all(tick.now, lane.id, claim.before.rank, claim.before.id, claim.limit)
    if (rows.length === 0) throw new Error(`lane ${lane.id} has a head that cannot be claimed`)
    // RETURNING promises no order.
    rows.sort((a, b) => (isBefore(a, b) ? -1 : 1))
    state.lanes.left(lane, rows.length)
    for (const row of rows) begin(row, executor, state, tick)
    admitted += rows.length
  }
  return admitted
}

/** Lanes whose runs may start now. A paused job, or a private engine's foreign backlog, closes a lane as a whole. */
function openLanes(executor: Executor, state: EngineState): Lane[] {
  const open: Lane[] = []
  for (const lane of state.lanes.nonEmpty(executor)) {
    if (lane.isPaused || (state.isPrivate && !lane.isPrivate)) continue
    state.lanes.lookUpHead(lane)
    open.push(lane)
  }
  return open
}

function begin(row: ClaimedRun, executor: Executor, state: EngineState, tick: Tick): void {
  const definition = state.definitions.get(row.definition_id)
  state.live.set(row.id, {
    id: row.id,
    name: row.name,
    state: { lifecycle: 'running', attempt: row.attempt, startedAt: row.startedAt },
    executor,
    definition,
    priority: row.priority,
    parent: row.parent,
    group: row.group,
    pid: null,
    logLines: row.attempt === 1 ? 0 : (state.store.logs.lastLine.get(row.id) ?? 0),
    unsavedProgress: null,
    script: null,
  })
  state.inUse[executor] += 1
  state.counters.add('is_queued', -1)
  state.counters.add('is_running', 1)
  if (definition.timeoutMs !== null) state.timers.set(`timeout:${row.id}`, tick.mono + definition.timeoutMs)
  const isAlone = row.interrupted >= ALONE_AFTER && definition.kind === 'script' && definition.executor === 'async'
  tick.event(row.id, 'started', isAlone ? { attempt: row.attempt, alone: true } : { attempt: row.attempt })
  tick.changes.runs.add(row.id)
  tick.effects.starts.push({
    run: row.id,
    attempt: row.attempt,
    job: row.job_name,
    name: row.name,
    idempotencyKey: idempotencyKey(state.storeId, row.id),
    definition: isAlone ? { ...definition, executor: 'process' } : definition,
    input: row.input,
  })
}

/** The same for every attempt of a run, and different in every data folder. */
export const idempotencyKey = (storeId: string, run: number): string => `${storeId}-${run}`
