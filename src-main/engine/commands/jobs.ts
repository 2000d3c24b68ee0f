import type { Definition } from '../../../src-preload/contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { StoredJob } from '../../store/queries/jobs.ts'
import { keepVersion } from '../job-versions.ts'
import type { EngineState } from '../state.ts'
import { checkConditions } from '../surroundings.ts'
import type { Tick } from '../tick.ts'

export type SaveJob = {
  name: string
  definition: Definition
  description: string | null
  priority: number
  replace: boolean
}

/** Runs that were submitted before keep the definition they were submitted with. */
export function saveJob(state: EngineState, tick: Tick, job: SaveJob): void {
  const existing = state.store.jobs.byName.get(job.name)
  if (existing !== undefined && !job.replace) throw problem('JOB_EXISTS', { name: job.name })
  checkConditions(state, job.definition.conditions)
  const definitionId = state.definitions.idOf(job.definition)
  const id =
    existing?.id ??
    state.store.jobs.insert.get(job.name, job.description, definitionId, job.priority, tick.now, tick.now)
  if (id === undefined) throw new Error('the store gave the new job no id')
  if (existing !== undefined) {
    state.store.jobs.replace.run(job.description, definitionId, job.priority, tick.now, existing.id)
    state.autoExecutors.forget(existing.id)
  }
  keepVersion(state, tick.now, id, definitionId)
  state.heartbeats.expect(state, tick, id, job.definition.expectSuccessEveryMs)
  tick.changes.jobs = true
}

export function removeJob(state: EngineState, tick: Tick, name: string): void {
  const job = jobNamed(state, name)
  const queued = state.lanes.queuedOfJob(job.id)
  const scheduled = state.store.runs.countScheduledOfJob.get(job.id) ?? 0
  const live = [...state.live.keys()].filter((id) => state.store.runs.get.get(id)?.job_id === job.id).length
  const unfinished = queued + scheduled + live
  const schedules = state.schedules.all().filter((schedule) => schedule.jobId === job.id)
  if (schedules.length > 0) throw problem('JOB_SCHEDULED', { name, schedules: schedules.map((each) => each.name) })
  if (unfinished > 0) throw problem('JOB_BUSY', { name, unfinished })
  state.heartbeats.removed(state, tick, job.id)
  state.store.jobs.remove.run(job.id)
  tick.changes.jobs = true
}

/** Pausing closes the job's lanes; runs that have started go on. */
export function setJobPaused(state: EngineState, tick: Tick, name: string, isPaused: boolean): void {
  const job = jobNamed(state, name)
  if ((job.paused_at !== null) === isPaused) return
  state.store.jobs.setPaused.run(isPaused ? tick.now : null, tick.now, job.id)
  state.lanes.setPaused(job.id, isPaused)
  state.heartbeats.setPaused(state, tick, job.id, isPaused)
  tick.changes.jobs = true
  tick.changes.status = true
}

function jobNamed(state: EngineState, name: string): StoredJob {
  const job = state.store.jobs.byName.get(name)
  if (job === undefined) throw problem('JOB_NOT_FOUND', { name })
  return job
}
