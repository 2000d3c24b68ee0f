/** The states of runs, and the conditions by which lists and actions on many runs choose them. */
import * as v from 'valibot'
import { limits } from './limits.ts'

export const lifecycles = ['scheduled', 'queued', 'running', 'stopping', 'finished'] as const
export type Lifecycle = (typeof lifecycles)[number]

export const outcomes = ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped', 'abandoned'] as const
export type Outcome = (typeof outcomes)[number]

export const idSchema = v.pipe(v.number(), v.integer(), v.minValue(1))
const moment = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15))

/** All conditions must hold; a run's state fits when its lifecycle is listed or its outcome is. */
export const runFilterFields = {
  lifecycle: v.optional(v.array(v.picklist(lifecycles))),
  outcome: v.optional(v.array(v.picklist(outcomes))),
  job: v.optional(v.string()),
  /** Only children of this run. */
  parent: v.optional(idSchema),
  /**
   * Of finished runs: whole words, all of which must be in the name, the input, the error, the id or one part of the log;
   * `word*` is the beginning of one, and where no run has the words, they are taken for beginnings. Of other runs: a part of
   * the name or the error, or the id; those in the queue are looked through only when their lifecycle is asked for.
   */
  text: v.optional(v.pipe(v.string(), v.maxLength(200))),
  /** Submitted at this moment or later, and before that one; epoch ms. */
  since: v.optional(moment),
  until: v.optional(moment),
}

export const runFilterSchema = v.strictObject({
  ...runFilterFields,
  /** Only runs with a smaller id: the way to the next page. */
  before: v.optional(idSchema),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.pageRows)), 50),
})
export type RunFilter = v.InferInput<typeof runFilterSchema>

/** The conditions of a filter, without where a page begins and how long it is. */
export type RunConditions = Omit<v.InferOutput<typeof runFilterSchema>, 'before' | 'limit'>
