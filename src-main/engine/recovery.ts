import type { Stop } from '../../src-preload/contract.ts'
import type { StoredRun } from '../store/queries/runs.ts'
import { finish, requeue } from './attempts.ts'
import { resumeCascades } from './objects/cascades.ts'
import { returnTakenItems } from './objects/queues.ts'
import { resumeUses } from './objects/rates.ts'
import { backOff, verdictOf } from './retries.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'
import { tellWhatRowSays } from './told.ts'

/**
 * Settles what the last life left under way. Call once, after its processes were seen dead and before anything is
 * admitted: an attempt that was running is `interrupted` and its run is queued again; one that was being stopped by a
 * cancel or a timeout has now stopped, and may be tried again after the timeout. No attempt being alive, what they
 * spawned is cancelled with them. Returns how many runs were settled.
 */
export function recover(state: EngineState, tick: Tick): number {
  state.lanes.forgetEmpty(0)
  resumeUses(state, tick)
  returnTakenItems(state, tick)
  takeOverPrivateLanes(state)
  const left = state.store.runs.live.all()
  for (const run of left) settle(state, tick, run)
  resumeCascades(state)
  return left.length
}

/**
 * What a private engine of an earlier life left unfinished is the hosts' from now on: the next private engine admits only
 * what it is given itself, and its lanes are the same ones.
 */
function takeOverPrivateLanes(state: EngineState): void {
  for (const lane of state.lanes.ofPrivateEngines()) {
    const target = state.lanes.find({ ...lane, isPrivate: false })
    state.store.runs.moveScheduled.run(target.id, lane.id)
    state.store.runs.moveLive.run(target.id, lane.id)
    state.store.runs.moveQueued.run(target.id, lane.id)
    state.lanes.move(lane, target)
  }
}

function settle(state: EngineState, tick: Tick, run: StoredRun): void {
  const stop = run.stop === null ? null : (JSON.parse(run.stop) as Stop)
  const why = 'the host died while it ran'
  const definition = state.definitions.get(run.definition_id)
  const { id, attempt, interrupted, deadline_at: deadlineAt, job_id: jobId, priority } = run
  const tried = { definition, attempt, interrupted, deadlineAt }
  const verdict = verdictOf(state, tick, { how: 'interrupted', why }, stop, tried)
  const startedAt = run.started_at ?? tick.now
  const logLines = state.store.logs.lastLine.get(id) ?? 0
  tellWhatRowSays(state, tick, run)
  state.counters.add(run.lifecycle === 'stopping' ? 'is_stopping' : 'is_running', -1)
  if (verdict.next === 'queued') {
    requeue(state, tick, { id, attempt, startedAt, pid: null, cpuMs: null, logLines }, verdict, false)
    return
  }
  const last = { id, attempt, logLines, pid: null, exitCode: null, exitSignal: null, cpuMs: null, measured: null }
  if (verdict.next === 'scheduled') {
    backOff(state, tick, verdict, { ...last, startedAt, definition, jobId, priority }, false)
  } else
    finish(state, tick, verdict, {
      ...last,
      jobId,
      parent: run.parent_run,
      group: run.group_id,
      stop,
      progress: null,
      isUneventful: false,
    })
}
