/**
 * The part of the contract about what has finished: its facets, what is kept, actions on many runs, and ways through
 * long logs. Inputs are checked here.
 */
import { eventIterator, oc, type } from '@orpc/contract'
import * as v from 'valibot'
import type { FeedMessage, LogLine } from './contract.ts'
import { limits } from './limits.ts'
import { logLevels } from './log-levels.ts'
import { idSchema, runFilterFields } from './run-filter.ts'
import type { Outcome } from './run-filter.ts'

/** Where a text was found in a run. `line` is the number of the log's line; `at` and `length` mark the word in `text`. */
export type SearchMatch = {
  run: number
  in: 'name' | 'input' | 'error' | 'log'
  text: string
  at: number
  length: number
  line: number | null
}

/** Finished runs that fit a filter. */
export type Facets = {
  outcomes: Record<Outcome, number>
  /** The jobs with the most runs, up to 50; null stands for runs without a job. */
  jobs: { job: string | null; runs: number }[]
  /** Bars of equal width by the time of submission, oldest first; empty ones are left out. */
  bars: { at: number; runs: number; unhappy: number }[]
  barMs: number
  total: number
  /** Only the newest of a larger number were counted. */
  isPartial: boolean
  /** Runs that have finished and are not in the index yet; at most 10,000 are counted. */
  unindexed: number
}

/** What is kept of finished runs; null sets no limit. All limits hold at once, and the oldest go first. */
export const retentionSchema = v.strictObject({
  maxAgeMs: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(60_000), v.maxValue(1e14))), null),
  maxRuns: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e12))), null),
  /** Of the store's pages in use, which also hold jobs, queues and the search index. */
  maxBytes: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1_000_000), v.maxValue(1e15))), null),
})
export type Retention = v.InferOutput<typeof retentionSchema>

export type Storage = {
  retention: Retention
  finishedRuns: number
  /** Epoch ms at which the oldest finished run ended. */
  oldestAt: number | null
  /** The file, the part of it that is in use, and what logs take of that, in bytes. */
  fileBytes: number
  usedBytes: number
  logBytes: number
  /** Runs that the limits are still to remove; at most 10,000 are counted. Null while bytes are what is over. */
  overdue: number | null
  removed: { runs: number; at: number | null }
}

export const bulkActions = ['cancel', 'retry', 'delete'] as const

const bulkWhat = v.variant('by', [
  v.strictObject({
    by: v.literal('ids'),
    ids: v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(limits.bulkRuns)),
  }),
  v.strictObject({ by: v.literal('filter'), filter: v.strictObject(runFilterFields) }),
])
export type BulkWhat = v.InferInput<typeof bulkWhat>

export type BulkAction = {
  id: number
  action: (typeof bulkActions)[number]
  what: BulkWhat | { by: 'undo'; action: number }
  reason: string | null
  /** `waiting` until `startsAt`: a deletion can be called off before anything is gone. */
  state: 'waiting' | 'running' | 'done' | 'stopped'
  /** How many runs fitted when it was asked for. */
  total: number
  done: number
  /** Those that it could not be done to: they had finished, or had not, or are needed. */
  failed: number
  firstError: string | null
  startsAt: number
  createdAt: number
  endedAt: number | null
  /** `stop` leaves what is done; `undo` cancels the runs that a retry has made. */
  canStop: boolean
  canUndo: boolean
  undoneBy: number | null
}

const bulkId = v.strictObject({ id: idSchema })

export const historyContract = {
  history: {
    facets: oc
      .input(v.strictObject({ ...runFilterFields, bars: v.optional(v.pipe(v.number(), v.maxValue(200)), 80) }))
      .output(type<Facets>()),
    /** All of them, counted now. */
    count: oc.input(v.strictObject(runFilterFields)).output(type<{ runs: number }>()),
    storage: oc.output(type<Storage>()),
    setRetention: oc.input(retentionSchema).output(type<Storage>()),
    /** How many runs these limits would remove now, at most 10,000 counted; bytes are not looked at. */
    previewRetention: oc.input(retentionSchema).output(type<{ runs: number }>()),
    /** Applies limits once, beside those that are set; goes on after the answer. */
    prune: oc.input(retentionSchema).output(type<Storage>()),
    /** Somebody looks at the history: what has failed until now is not counted by `feeds.attention` any more. */
    seeFailures: oc.output(type<null>()),
  },
  bulk: {
    start: oc
      .input(
        v.strictObject({
          action: v.picklist(bulkActions),
          what: bulkWhat,
          reason: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(500))), null),
          /** What the person was shown; another number refuses the action. Needed where no condition narrows it. */
          expected: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), null),
        }),
      )
      .output(type<BulkAction>()),
    get: oc.input(bulkId).output(type<BulkAction>()),
    /** The newest 50. */
    list: oc.output(type<BulkAction[]>()),
    stop: oc.input(bulkId).output(type<BulkAction>()),
    /** Gives the action that undoes it. */
    undo: oc.input(bulkId).output(type<BulkAction>()),
  },
  logs: {
    /**
     * The nearest line after (or before) `from` that has one of the levels and contains the text; case is ignored.
     * `searchedTo` is how far one call has looked; when `line` is null and `isEnd` false, ask again from there.
     */
    find: oc
      .input(
        v.strictObject({
          id: idSchema,
          from: v.pipe(v.number(), v.integer(), v.minValue(0)),
          direction: v.optional(v.picklist(['forward', 'backward']), 'forward'),
          levels: v.optional(v.pipe(v.array(v.picklist(logLevels)), v.minLength(1))),
          text: v.optional(v.pipe(v.string(), v.maxLength(200)), ''),
        }),
      )
      .output(type<{ line: LogLine | null; searchedTo: number; isEnd: boolean }>()),
  },
}

export const historyFeeds = {
  bulk: oc.input(bulkId).output(eventIterator(type<FeedMessage<BulkAction>>())),
}
