import type { Advice, Definition } from '../../src-preload/contract.ts'
import { problem } from '../../src-preload/problem.ts'
import { limitsProcess } from '../../src-preload/resource-limits.ts'
import { adviseExecutor } from '../core/advisor.ts'
import type { Use } from '../core/advisor.ts'
import type { Store } from '../store/store.ts'
import type { EngineState } from './state.ts'

/** How many of the last runs are looked at. */
const LOOKED_AT = 50

export function adviceFor(state: EngineState, name: string): Advice | null {
  const job = state.store.jobs.byName.get(name)
  if (job === undefined) throw problem('JOB_NOT_FOUND', { name })
  const definition = state.definitions.get(job.definition_id)
  if (definition.kind !== 'script') return null
  if (definition.executor === 'auto') return state.autoExecutors.advice(job.id, definition)
  const runs = measuredRuns(state.store, job.id, LOOKED_AT)
  return adviseExecutor(runs, definition.executor, needsProcess(definition), state.slots)
}

/** Whether a definition asks for what only a process of its own can have. */
export function needsProcess({ cwd, env, limits }: Definition): boolean {
  return cwd !== null || Object.keys(env).length > 0 || limitsProcess(limits)
}

/** Of the last `limit` runs of a job those that succeeded and were measured, the newest first. */
export function measuredRuns(store: Store, job: number, limit: number): Use[] {
  return store.runs.measuredOfJob.all(job, limit).map((json) => JSON.parse(json) as Use)
}
