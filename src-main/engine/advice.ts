import type { Advice } from '../../src-preload/contract.ts'
import { executorOf } from '../../src-preload/definition.ts'
import { problem } from '../../src-preload/problem.ts'
import { adviseExecutor } from '../core/advisor.ts'
import type { EngineState } from './state.ts'

/** How many of the last runs are looked at. */
const LOOKED_AT = 50

export function adviceFor(state: EngineState, name: string): Advice | null {
  const job = state.store.jobs.byName.get(name)
  if (job === undefined) throw problem('JOB_NOT_FOUND', { name })
  const definition = state.definitions.get(job.definition_id)
  if (definition.kind === 'command') return null
  const runs = state.store.runs.measuredOfJob.all(job.id, LOOKED_AT).flatMap((run) => {
    if (run.outcome !== 'succeeded' || run.cpu_ms === null || run.wall_ms === null) return []
    const executor = executorOf(state.definitions.get(run.definition_id))
    return [{ executor, wallMs: run.wall_ms, cpuMs: run.cpu_ms }]
  })
  const needsProcess = definition.cwd !== null || Object.keys(definition.env).length > 0
  return adviseExecutor(runs, definition.executor, needsProcess)
}
