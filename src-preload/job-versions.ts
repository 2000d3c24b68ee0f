import { oc, type } from '@orpc/contract'
import * as v from 'valibot'
import type { Definition } from './definition.ts'
import { idSchema } from './run-filter.ts'

/** What was saved under a job's name; `number` counts within the job, from 1. */
export type JobVersion = { number: number; savedAt: number }

export const jobVersionContract = {
  /** The newest first: the first is what the job is now. One that differs in nothing from the last is no version. */
  versions: oc.input(v.strictObject({ name: v.string() })).output(type<JobVersion[]>()),
  version: oc
    .input(v.strictObject({ name: v.string(), number: idSchema }))
    .output(type<JobVersion & { definition: Definition }>()),
}
