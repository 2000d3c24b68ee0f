import { lifecycles, outcomes } from '../../src-preload/contract.ts'
import type { JobRow, Lifecycle, NowMeta, RunLive, RunRow, Status } from '../../src-preload/contract.ts'
import { isBefore } from '../core/admission.ts'
import { perExecutor } from '../core/executors.ts'
import type { StoredRun } from '../store/queries/runs.ts'
import type { Engine } from './engine.ts'
import type { View } from './feeds.ts'
import { countObjects } from './objects/room.ts'
import type { EngineState } from './state.ts'
import { deadlocksOf } from './waits/deadlock-views.ts'
import { jobRow, runLive, runRow } from './views.ts'

/** How many rows of each group the Runs page gets; the rest is a number. */
const SHOWN = { live: 200, queued: 100, scheduled: 100 }
const DEADLOCKS_SHOWN = 5
const STATUS_REFRESH_MS = 2_000

/** Everything unfinished, up to a bound per group: stopping and running, queued in their order, scheduled. */
export function nowView(engine: Engine): View<RunRow, NowMeta> {
  const shown = Object.fromEntries(lifecycles.map((name) => [name, 0])) as Record<Lifecycle, number>
  return {
    isTouchedBy: (changes) => changes.status || changes.runs.size > 0,
    rows: () =>
      engine.read((state) => {
        const runs = [
          ...state.store.runs.firstLive.all(SHOWN.live),
          ...firstQueued(state),
          ...state.store.runs.firstScheduled.all(SHOWN.scheduled),
        ]
        for (const name of lifecycles) shown[name] = runs.filter((run) => run.lifecycle === name).length
        return runs.map((run) => ({ key: String(run.id), row: runRow(state, run) }))
      }),
    meta: () =>
      engine.read((state) => ({
        counts: countsOf(state),
        shown: { ...shown },
        deadlocks: deadlocksOf(state, DEADLOCKS_SHOWN),
      })),
  }
}

/** The first of all lanes together, in the order in which they would be admitted. */
function firstQueued(state: EngineState): StoredRun[] {
  const runs = state.lanes
    .first(SHOWN.queued)
    .flatMap((lane) => state.store.runs.firstQueued.all(lane.id, lane.queued === 1 ? 1 : SHOWN.queued))
  return runs.sort((a, b) => (isBefore(a, b) ? -1 : 1)).slice(0, SHOWN.queued)
}

export function runView(engine: Engine, id: number): View<RunLive, null> {
  let children: number[] = []
  // Whoever is ahead or holds what it waits for can be any run.
  let isWaiting = false
  return {
    isTouchedBy: (changes) =>
      changes.runs.has(id) ||
      (isWaiting && (changes.runs.size > 0 || changes.status)) ||
      children.some((child) => changes.runs.has(child)),
    rows: () =>
      engine.read((state) => {
        const row = runLive(state, id)
        children = row.children.first.map((child) => child.id)
        isWaiting = row.waitCount > 0
        return [{ key: String(id), row }]
      }),
    meta: () => null,
  }
}

export function jobsView(engine: Engine): View<JobRow, null> {
  return {
    isTouchedBy: (changes) => changes.jobs || changes.status,
    rows: () =>
      engine.read((state) => state.store.jobs.all.all().map((job) => ({ key: job.name, row: jobRow(state, job) }))),
    meta: () => null,
  }
}

export function statusView(status: () => Status): View<Status, null> {
  return {
    isTouchedBy: (changes) => changes.status,
    rows: () => [{ key: 'status', row: status() }],
    meta: () => null,
    refreshMs: STATUS_REFRESH_MS,
  }
}

export type HostFacts = { version: string; home: string; scriptsFolder: string; startedAt: number }

/** `loopDelayMs`: how late the engine's own loop runs, from its monitor. */
export function statusOf(engine: Engine, facts: HostFacts, loopDelayMs: number): Status {
  return engine.read((state) => ({
    ...facts,
    state: state.drainingSince === null ? 'running' : 'draining',
    slots: perExecutor((executor) => ({ inUse: state.inUse[executor], total: state.slots[executor] })),
    counts: countsOf(state),
    finished: {
      ...(Object.fromEntries(outcomes.map((name) => [name, state.counters.get(`was_${name}`)])) as Status['finished']),
    },
    objects: countObjects(state.objects),
    lastRunId: state.counters.get('last_run'),
    deadlocks: state.deadlocks.standing.size,
    alerts: state.heartbeats.standing,
    databaseBytes: state.store.databaseBytes.get() ?? 0,
    disk: { ...state.disk },
    loopDelayMs,
    lastEventAt: engine.lastEventAt,
  }))
}

function countsOf(state: EngineState): Record<Lifecycle, number> {
  return Object.fromEntries(lifecycles.map((name) => [name, state.counters.get(`is_${name}`)])) as Record<
    Lifecycle,
    number
  >
}
