import { conditionInWords } from '../../../src-preload/conditions.ts'
import type { Executor, Holder, Wait } from '../../../src-preload/contract.ts'
import type { Lane, Need } from '../../core/admission.ts'
import type { StoredRun } from '../../store/queries/runs.ts'
import { keyInWords } from '../gates.ts'
import type { EngineState, LiveRun } from '../state.ts'
import { whatToDo } from '../surroundings.ts'
import { COUNT_AHEAD_UP_TO, holdersOf } from './holders.ts'
import type { Bounds } from './waits.ts'

const nobody = { by: null, resource: null, ahead: null, holders: [], holderCount: 0, expectedAt: null }

/** Why a run has not begun: each is something that has to change before it is admitted. */
export function waitsOfUnstarted(state: EngineState, run: StoredRun, bounds: Bounds): Wait[] {
  if (run.lifecycle === 'scheduled') {
    const until = run.due_at ?? 0
    return [{ ...nobody, kind: 'time', ...retryOf(state, run), until, expectedAt: until }]
  }
  if (run.lifecycle !== 'queued') return []
  const since = run.queued_at ?? run.created_at
  if (state.drainingSince !== null) return [{ ...nobody, kind: 'draining', since: state.drainingSince }]
  const { fullSince, freeBytes } = state.disk
  if (fullSince !== null) return [{ ...nobody, kind: 'disk_full', freeBytes: freeBytes ?? 0, since: fullSince }]
  const lane = state.lanes.get(run.lane_id)
  if (lane.isPaused) {
    const job = run.job_name ?? run.name
    return [{ ...nobody, kind: 'paused_job', resource: job, job, since }]
  }
  if (lane.heldUpAt !== null) return needWait(state, run, lane.heldUpAt, since, bounds)
  return [slotWait(state, run, lane.executor, since, bounds)]
}

/** A scheduled run that has had an attempt waits for the next one since that ended. */
function retryOf(state: EngineState, run: StoredRun): Pick<Extract<Wait, { kind: 'time' }>, 'since' | 'retry'> {
  if (run.attempt === 0) return { since: run.created_at, retry: null }
  const last = state.store.attempts.last.get(run.id)
  const of = (state.definitions.get(run.definition_id).retry?.maxAttempts ?? 1) - 1
  return { since: last?.ended_at ?? run.created_at, retry: { number: run.attempt - run.interrupted, of } }
}

/** It is held up at the first of its needs that has no room for it. */
function needWait(state: EngineState, run: StoredRun, need: Need, since: number, bounds: Bounds): Wait[] {
  const runsAhead = countIn(state, state.gatekeeper.parkedBefore(need.resource, run), run)
  if (need.kind === 'key') {
    const holding = (live: LiveRun) => live.key === need.resource
    return [
      {
        ...nobody,
        kind: 'key',
        resource: keyInWords(need.resource, run.job_name),
        limit: need.limit,
        since,
        ahead: runsAhead,
        holders: liveHolders(state, holding, bounds.holders),
        holderCount: state.keys.heldOf(need.resource),
      },
    ]
  }
  if (need.kind === 'condition') return [machineWait(state, run, need, since)]
  if (need.kind === 'secrets') {
    const { lockedBy } = state.secrets
    // Opened in this moment: the next turn admits it.
    if (lockedBy === null) return []
    return [{ ...nobody, kind: 'secrets', why: lockedBy.message, hint: lockedBy.hint, since }]
  }
  const semaphore = state.objects.semaphores.semaphore.get(need.name)
  if (semaphore === undefined) return []
  const { free, settings, aheadOfLanes } = semaphore
  const { permits, perMs } = settings
  return [
    {
      ...nobody,
      kind: 'semaphore',
      resource: need.name,
      amount: need.amount,
      free,
      permits,
      perMs,
      since,
      ahead: Math.min(COUNT_AHEAD_UP_TO, aheadOfLanes + runsAhead),
      ...holdersOf(state, semaphore, bounds.holders),
    },
  ]
}

/** Nobody has the machine's state, and there is no line: all go on when it changes. */
function machineWait(
  { surroundings }: EngineState,
  run: StoredRun,
  need: Extract<Need, { kind: 'condition' }>,
  queuedAt: number,
): Wait {
  const { condition } = need
  const isKnown = surroundings.isKnown(condition)
  return {
    ...nobody,
    kind: 'machine',
    resource: conditionInWords(condition.kind, condition.idleMs),
    condition: condition.kind,
    idleMs: condition.idleMs,
    isKnown,
    hint: isKnown ? null : whatToDo(condition),
    since: Math.max(queuedAt, surroundings.unmetSince(need) ?? 0),
    // Without a limit it stays null; with one, the run is skipped then.
    expectedAt: null,
  }
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
    ahead: countIn(state, state.gatekeeper.openBefore(executor, run), run),
    holders: liveHolders(state, (live) => live.executor === executor, bounds.holders),
    holderCount: state.inUse[executor],
  }
}

function liveHolders(state: EngineState, isHolding: (run: LiveRun) => boolean, limit: number): Holder[] {
  return state.live
    .values()
    .filter(isHolding)
    .take(limit)
    .map((run) => {
      const { attempt, startedAt } = run.state
      return { run: run.id, name: run.name, attempt, task: null, amount: 1, since: startedAt, place: null }
    })
    .toArray()
}

/** How many runs of these lanes come before `run`. */
function countIn(state: EngineState, lanes: Iterable<Lane>, run: StoredRun): number {
  let ahead = 0
  for (const lane of lanes) {
    const left = COUNT_AHEAD_UP_TO - ahead
    if (left <= 0) return COUNT_AHEAD_UP_TO
    const isOne = lane.queued === 1 && lane.head !== 'unknown'
    ahead += isOne ? 1 : (state.store.runs.countAhead.get(lane.id, run.rank, run.id, left) ?? 0)
  }
  return ahead
}
