import { implement } from '@orpc/server'
import { contract } from '../../src-preload/contract.ts'
import { limits } from '../../src-preload/limits.ts'
import { problem } from '../../src-preload/problem.ts'
import type { StoredJob, StoredVersion } from '../store/queries/jobs.ts'
import type { Engine } from './engine.ts'
import type { EngineState } from './state.ts'

/** Keeps what the job is from now on, when that differs from what it was; the oldest beyond the limit go. */
export function keepVersion({ store: { jobs } }: EngineState, now: number, job: number, definition: number): void {
  if (jobs.addVersion.run(definition, now, job, definition, job).changes === 0) return
  jobs.forgetVersions.run(job, job, limits.jobVersions)
}

export function createJobVersionRouter(engine: Engine) {
  const on = implement(contract).jobs
  return {
    versions: on.versions.handler(({ input }) =>
      engine.read((state) => state.store.jobs.versions.all(storedJob(state, input.name).id).map(versionRow)),
    ),
    version: on.version.handler(({ input: { name, number } }) =>
      engine.read((state) => {
        const version = state.store.jobs.version.get(storedJob(state, name).id, number)
        if (version === undefined) throw problem('VERSION_NOT_FOUND', { name, number })
        return { ...versionRow(version), definition: state.definitions.get(version.definition_id) }
      }),
    ),
  }
}

const versionRow = ({ number, saved_at }: StoredVersion) => ({ number, savedAt: saved_at })

function storedJob(state: EngineState, name: string): StoredJob {
  const job = state.store.jobs.byName.get(name)
  if (job === undefined) throw problem('JOB_NOT_FOUND', { name })
  return job
}
