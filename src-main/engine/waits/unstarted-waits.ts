import type { Executor, Holder, Wait } from '../../../src-preload/contract.ts'
import type { StoredRun } from '../../store/queries/runs.ts'
import type { EngineState } from '../state.ts'
import { COUNT_AHEAD_UP_TO } from './holders.ts'
import type { Bounds } from './waits.ts'

const nobody = { by: null, resource: null, ahead: null, holders: [], holderCount: 0, expectedAt: null }

/** Why a run has not begun: each is something that has to change before it is admitted. */
export function waitsOfUnstarted(state: EngineState, run: StoredRun, bounds: Bounds): Wait[] {
  if (run.lifecycle === 'scheduled') {
    const until = run.due_at ?? 0
    return [{ ...nobody, kind: 'time', since: run.created_at, until, expectedAt: until }]
  }
  if (run.lifecycle !== 'queued') return []
  const since = run.queued_at ?? run.created_at
  if (state.drainingSince !== null) return [{ ...nobody, kind: 'draining', since: state.drainingSince }]
  const lane = state.lanes.get(run.lane_id)
  if (lane.isPaused) {
    const job = run.job_name ?? run.name
    return [{ ...nobody, kind: 'paused_job', resource: job, job, since }]
  }
  return [slotWait(state, run, lane.executor, since, bounds)]
}

function slotWait(state: EngineState, run: StoredRun, executor: Executor, since: number, bounds: Bounds): Wait {
  return {
    ...nobody,
    kind: 'slot',
    resource: executor,
    executor,
    inUse: state.inUse[executor],
    slots: state.slots[executor],
    since,
    ahead: countAhead(state, executor, run),
    holders: slotHolders(state, executor, bounds.holders),
    holderCount: state.inUse[executor],
  }
}

function slotHolders(state: EngineState, executor: Executor, limit: number): Holder[] {
  return state.live
    .values()
    .filter((run) => run.executor === executor)
    .take(limit)
    .map((run) => {
      const { attempt, startedAt } = run.state
      return { run: run.id, name: run.name, attempt, task: null, amount: 1, since: startedAt, place: null }
    })
    .toArray()
}

function countAhead(state: EngineState, executor: Executor, run: StoredRun): number {
  let ahead = 0
  for (const lane of state.lanes.nonEmpty(executor)) {
    if (lane.isPaused) continue
    const left = COUNT_AHEAD_UP_TO - ahead
    if (left <= 0) return COUNT_AHEAD_UP_TO
    ahead += state.store.runs.countAhead.get(lane.id, run.rank, run.id, left) ?? 0
  }
  return ahead
}
