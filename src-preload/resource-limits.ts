import * as v from 'valibot'
import { resourceBounds } from './limits.ts'

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))
const { memoryBytes, cpuMs, outputBytes, resultBytes, openFiles, tempBytes } = resourceBounds

/** What one attempt may use up; null: no limit of its own, only what `docs/limits.md` says of every run. */
export const resourceLimitsSchema = v.strictObject({
  /** Of the process and all that it has started, together. The attempt that passes it is killed. */
  memoryBytes: v.optional(v.nullable(whole(...memoryBytes)), null),
  /** Time of processors, of the same. The attempt that passes it is killed. */
  cpuMs: v.optional(v.nullable(whole(...cpuMs)), null),
  /** What is kept of the log; null: 50 MB. */
  outputBytes: v.optional(v.nullable(whole(...outputBytes)), null),
  /** Of more output: `cut` keeps the beginning and the end, `fail` ends the attempt. */
  onOutput: v.optional(v.picklist(['cut', 'fail']), 'cut'),
  /** The result as JSON; null: 1 MB. A larger one is refused. */
  resultBytes: v.optional(v.nullable(whole(...resultBytes)), null),
  /** Files, sockets and pipes that each of its processes may have open. Opening more fails inside it. */
  openFiles: v.optional(v.nullable(whole(...openFiles)), null),
  /** What lies in its folder for temporary files. The attempt that passes it is killed; null: half of what is free at its start. */
  tempBytes: v.optional(v.nullable(whole(...tempBytes)), null),
})

export type ResourceLimits = v.InferOutput<typeof resourceLimitsSchema>

export const noResourceLimits: ResourceLimits = {
  memoryBytes: null,
  cpuMs: null,
  outputBytes: null,
  onOutput: 'cut',
  resultBytes: null,
  openFiles: null,
  tempBytes: null,
}

/** Whether there is one of what belongs to a process, which runs that share one cannot have for themselves. */
export const limitsProcess = ({ memoryBytes, cpuMs, openFiles, tempBytes }: ResourceLimits): boolean =>
  [memoryBytes, cpuMs, openFiles, tempBytes].some((limit) => limit !== null)
