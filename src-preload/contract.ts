/**
 * The one description of what a window, a browser or the command line may ask of the engine:
 * commands, queries and feeds. Inputs are checked here, once; both ends derive their types from it.
 * Times are epoch milliseconds, spans are milliseconds, ids are the store's integers.
 */
import { eventIterator, oc, type } from '@orpc/contract'
import type { ContractRouterClient } from '@orpc/contract'
import * as v from 'valibot'
import type { Alert, Heartbeat } from './alerts.ts'
import { backupContract } from './backups.ts'
import { definitionSchema, interruptionRules, limits, nameSchema } from './definition.ts'
import type { Definition, Executor, ExecutorChoice } from './definition.ts'
import { interpreterContract, interpreterFeeds } from './interpreter-contract.ts'
import { jobVersionContract } from './job-versions.ts'
import type { Json } from './json.ts'
import { inputSchema } from './json.ts'
import { historyContract, historyFeeds } from './history-contract.ts'
import type { SearchMatch } from './history-contract.ts'
import type { LogLevel } from './log-levels.ts'
import { objectContract, objectFeeds } from './object-contract.ts'
import { overviewFeeds } from './overview-contract.ts'
import { retryOverrideSchema } from './retry-policy.ts'
import { idSchema, lifecycles, outcomes, runFilterSchema } from './run-filter.ts'
import type { Lifecycle, Outcome } from './run-filter.ts'
import { secretContract } from './secrets.ts'
import { scheduleContract, scheduleFeeds } from './schedule-contract.ts'
import { slotContract } from './slots.ts'
import type { Status } from './status.ts'
import type { Deadlock, TaskRow, Wait } from './waits.ts'

/** Why something failed, as the script or we said it. `stack` has the positions of the user's source. */
export type RunError = { name: string; message: string; stack: string | null; hint: string | null }

/**
 * Who cancelled a run that no person did: a script; the end of the attempt that spawned it, with the whole chain of
 * runs that brought it about, nearest first; or the failure of another run of its group.
 */
export type Canceller =
  | { cause: 'run'; run: number }
  | { cause: 'parent'; parent: number; chain: number[]; because: string }
  /** `name` is left out where the script gave the group none. */
  | { cause: 'group'; group: number; name?: string; run: number }

export type TimeLimit = 'attempt' | 'idle' | 'total'

/** How far a requested stop has come. `since` is when the current phase began. */
export type Stop = {
  cause: 'cancel' | 'timeout' | 'shutdown'
  /** Which time limit has passed: the attempt's, that without a sign of life, or the run's over all its attempts. */
  limit?: TimeLimit
  reason: string | null
  by?: Canceller
  phase: 'requested' | 'signalled' | 'killing'
  requestedAt: number
  since: number
  /** The signal left for the script, or SIGTERM for the command. */
  signalledAt?: number
  /** The script's event loop has taken the signal: it knows, and cooperates or not. A command says nothing. */
  reactedAt?: number
  /** Since when the script has been inside a `shield`, which keeps the stop from its work there; left out: it is in none. */
  shieldedAt?: number
  /** SIGTERM went to the group of a script's process: the grace period was over. */
  terminatedAt?: number
  /** SIGKILL was asked for. */
  killedAt?: number
}

export type Progress = { done: number; total: number | null; note: string | null }

/** A run as lists show it. */
export type RunRow = {
  id: number
  /** What a person calls it: the job's name, or the file's, or the command line's first word. */
  name: string
  job: string | null
  kind: Definition['kind']
  executor: Executor
  lifecycle: Lifecycle
  outcome: Outcome | null
  /** Attempts begun so far that count; interrupted ones do not. */
  attempt: number
  priority: number
  /** A child was spawned by a script. */
  origin: 'manual' | 'retry' | 'child' | 'schedule'
  /** The run this one repeats. */
  retryOf: number | null
  /** The run whose script spawned this one. */
  parent: number | null
  /** The schedule that made it, while there is one, and the instant it planned. */
  schedule: string | null
  slot: number | null
  backfilled: boolean
  createdAt: number
  /** Attempts that the run has at most. */
  maxAttempts: number
  /** When a delayed run becomes due, or the next attempt of one that is tried again. */
  dueAt: number | null
  queuedAt: number | null
  /** Start of the current or last attempt. */
  startedAt: number | null
  finishedAt: number | null
  progress: Progress | null
  stop: Stop | null
  errorMessage: string | null
  /** What it waits for, the longest wait first: in lists the first 4, in detail the first 20. */
  waits: Wait[]
  waitCount: number
  /** The deadlock that it is in (`waits.deadlocks`). */
  deadlock: number | null
}

export type Attempt = {
  /** 1, 2, 3 … in order of start, interrupted ones included. */
  number: number
  startedAt: number
  endedAt: number | null
  state: 'running' | 'succeeded' | 'failed' | 'timed_out' | 'cancelled' | 'interrupted'
  pid: number | null
  exitCode: number | null
  exitSignal: string | null
  cpuMs: number | null
  note: string | null
  /** Why it failed. */
  error: RunError | null
}

export type RunEvent = { id: number; at: number; type: string; data: Json }

/** The runs that a run has spawned; `first` are the oldest of them, up to 50. */
export type Children = {
  unfinished: number
  finished: number
  first: Pick<RunRow, 'id' | 'name' | 'lifecycle' | 'outcome'>[]
}

/** The group of its parent's that a run lives and fails with; `name` is null where the script gave none. */
export type RunGroup = { id: number; name: string | null }

export type RunDetail = RunRow & {
  definition: Definition
  idempotencyKey: string
  input: Json
  result: Json
  error: RunError | null
  logLines: number
  attempts: Attempt[]
  /** The tasks of the live attempt that its script has told of, up to 100. */
  tasks: TaskRow[]
  children: Children
  group: RunGroup | null
  events: RunEvent[]
}

/** What a run's feed carries: the detail without the values that can be large. */
export type RunLive = Omit<RunDetail, 'input' | 'result' | 'definition'>

export type LogLine = { n: number; at: number; attempt: number; level: LogLevel; text: string }

export type JobRow = {
  name: string
  kind: Definition['kind']
  executor: ExecutorChoice
  description: string | null
  definition: Definition
  priority: number
  pausedAt: number | null
  createdAt: number
  updatedAt: number
  queued: number
  /** Null: no success is expected of it. */
  heartbeat: Heartbeat | null
  lastRun: { id: number; lifecycle: Lifecycle; outcome: Outcome | null; finishedAt: number | null } | null
}

/** Which executor fits a job, by what its last runs have done. */
export type Advice = {
  executor: Executor
  /** Its runs get that one already, because it says so or because it leaves the choice (`auto`). */
  isCurrent: boolean
  /** Succeeded runs that were measured. */
  runs: number
  /** CPU time to the time that passed, 0 to 1. */
  cpuShare: number
  /** Of a run, on average. */
  waitMs: number
  reason: string
}

/** A sample that comes with the program; `input` is what it may be given, null where it needs nothing. */
export type Example = {
  name: string
  description: string
  executor: Executor
  input: Json
  definition: Definition
}

/** A syntax error's place; lines and columns count from 1. */
export type Diagnostic = { line: number; column: number; message: string }

// ---------------------------------------------------------------- inputs

const when = {
  /** Higher first; runs of equal priority start in the order of their ids. */
  priority: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-1000), v.maxValue(1000))),
  delayMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(400 * 86_400_000))),
  /** Epoch ms; in the past means now. */
  at: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15))),
  /** What of the job's retries this run has otherwise; the rest stays. */
  retry: v.optional(retryOverrideSchema),
  /** What this run has in place of the job's `onInterrupted`. */
  onInterrupted: v.optional(v.picklist(interruptionRules)),
}
const input = v.optional(inputSchema, null)

export const submitSchema = v.variant('what', [
  v.strictObject({ what: v.literal('job'), job: nameSchema, input, ...when }),
  v.strictObject({
    what: v.literal('definition'),
    definition: definitionSchema,
    name: v.optional(nameSchema),
    input,
    ...when,
  }),
])
export type Submit = v.InferInput<typeof submitSchema>
export type ParsedSubmit = v.InferOutput<typeof submitSchema>

export const saveJobSchema = v.strictObject({
  name: nameSchema,
  definition: definitionSchema,
  description: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(500))), null),
  priority: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-1000), v.maxValue(1000)), 0),
  /** False: refuse when a job of that name exists. */
  replace: v.optional(v.boolean(), false),
})

// ---------------------------------------------------------------- feeds

/**
 * A feed first says everything (`snapshot`), then what changed (`patch`), at most 4 times a second.
 * Versions count up by one; a reader that sees a gap opens the feed anew. The next message comes only after
 * `feeds.ack` named the last version, so a slow reader gets fewer, larger patches, or a new snapshot.
 * `order` lists all keys whenever rows were added, removed or moved.
 */
export type FeedMessage<Row, Meta = null> =
  | { type: 'snapshot'; feed: string; version: number; rows: { key: string; row: Row }[]; meta: Meta }
  | {
      type: 'patch'
      feed: string
      version: number
      upserts: { key: string; row: Row }[]
      removed: string[]
      order: string[] | null
      meta: Meta
    }

/** Lines of one run, at most 500 a message and 10 messages a second; `skipped` lines can be had from `runs.logs`. */
export type LogMessage = {
  type: 'lines'
  feed: string
  version: number
  lines: LogLine[]
  skipped: number
  total: number
  /** The run has finished and every line was sent. */
  end: boolean
}

/** The Runs page: everything unfinished up to a bound, in groups, and how many more there are. */
export type NowMeta = {
  counts: Record<Lifecycle, number>
  shown: Record<Lifecycle, number>
  /** The first 5. */
  deadlocks: Deadlock[]
}

export const contract = {
  engine: {
    status: oc.output(type<Status>()),
  },
  jobs: {
    save: oc.input(saveJobSchema).output(type<JobRow>()),
    list: oc.output(type<JobRow[]>()),
    get: oc.input(v.strictObject({ name: v.string() })).output(type<JobRow>()),
    /** Null for commands, and where too few of the last runs were measured: those of `async` share their CPU time with others. */
    advice: oc.input(v.strictObject({ name: v.string() })).output(type<Advice | null>()),
    /** Refused while runs of it are unfinished. Its finished runs stay in the history. */
    remove: oc.input(v.strictObject({ name: v.string() })).output(type<{ removed: true }>()),
    pause: oc.input(v.strictObject({ name: v.string() })).output(type<JobRow>()),
    resume: oc.input(v.strictObject({ name: v.string() })).output(type<JobRow>()),
    ...jobVersionContract,
  },
  runs: {
    /** Resolves when the run is stored. */
    submit: oc.input(submitSchema).output(type<{ id: number }>()),
    /** One run per input, in one transaction; ids are consecutive. */
    submitMany: oc
      .input(
        v.strictObject({
          job: nameSchema,
          inputs: v.pipe(v.array(inputSchema), v.minLength(1), v.maxLength(limits.bulkRuns)),
          ...when,
        }),
      )
      .output(type<{ firstId: number; lastId: number }>()),
    /** Resolves when the request is stored; the run is `cancelled` only after its processes are seen dead. */
    cancel: oc
      .input(
        v.strictObject({ id: idSchema, reason: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(500))), null) }),
      )
      .output(type<RunRow>()),
    /** Ends a run that is being stopped without waiting for its grace period; resolves when the request is stored. */
    kill: oc.input(v.strictObject({ id: idSchema })).output(type<RunRow>()),
    /** A new run with the same definition and input, or with `input` in its place. */
    retry: oc.input(v.strictObject({ id: idSchema, input: v.optional(inputSchema) })).output(type<{ id: number }>()),
    /** Somebody has looked at what an abandoned run has done: it needs no attention any more. */
    lookedAt: oc.input(v.strictObject({ id: idSchema })).output(type<RunRow>()),
    get: oc.input(v.strictObject({ id: idSchema })).output(type<RunDetail>()),
    /** The newest first. `matches`: where the text of the filter was found, for each row that has a place to show. */
    list: oc.input(runFilterSchema).output(type<{ rows: RunRow[]; more: boolean; matches: SearchMatch[] }>()),
    logs: oc
      .input(
        v.strictObject({
          id: idSchema,
          /** First line wanted, counted from 1; negative counts from the end. */
          from: v.optional(v.pipe(v.number(), v.integer()), 1),
          limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)), 1_000),
        }),
      )
      .output(type<{ lines: LogLine[]; total: number }>()),
  },
  ...objectContract,
  ...scheduleContract,
  ...historyContract,
  ...secretContract,
  ...backupContract,
  ...interpreterContract,
  ...slotContract,
  alerts: {
    /** Those that stand, the oldest first; with `all` the last ones, the newest first, also those that are over. */
    list: oc.input(v.strictObject({ all: v.optional(v.boolean(), false) })).output(type<Alert[]>()),
  },
  waits: {
    /** Those that stand, the oldest first, up to 100. */
    deadlocks: oc.output(type<Deadlock[]>()),
  },
  examples: {
    list: oc.output(type<Example[]>()),
  },
  scripts: {
    /** Syntax only: the code is not run. */
    check: oc
      .input(v.strictObject({ name: v.string(), text: v.pipe(v.string(), v.maxLength(limits.sourceBytes)) }))
      .output(type<Diagnostic[]>()),
  },
  feeds: {
    now: oc.output(eventIterator(type<FeedMessage<RunRow, NowMeta>>())),
    run: oc.input(v.strictObject({ id: idSchema })).output(eventIterator(type<FeedMessage<RunLive>>())),
    jobs: oc.output(eventIterator(type<FeedMessage<JobRow>>())),
    status: oc.output(eventIterator(type<FeedMessage<Status>>())),
    logs: oc
      .input(v.strictObject({ id: idSchema, from: v.optional(v.pipe(v.number(), v.integer()), 1) }))
      .output(eventIterator(type<LogMessage>())),
    ...objectFeeds,
    ...overviewFeeds,
    ...historyFeeds,
    ...interpreterFeeds,
    ...scheduleFeeds,
    ack: oc.input(v.strictObject({ feed: v.string(), version: v.number() })).output(type<null>()),
  },
}

/** The contract seen from a caller. */
export type Client = ContractRouterClient<typeof contract>

export type * from './object-contract.ts'
export type * from './overview-contract.ts'
export type * from './slots.ts'
export type * from './status.ts'
export { lifecycles, outcomes, runFilterSchema }
export type { Definition, Executor, ExecutorChoice, Json, Lifecycle, LogLevel, Outcome }
export type * from './backups.ts'
export type * from './history-contract.ts'
export type { RunFilter } from './run-filter.ts'
export type * from './interpreter-contract.ts'
export type * from './job-versions.ts'
export type * from './alerts.ts'
export type * from './conditions.ts'
export type * from './schedule-contract.ts'
export type * from './schedule-policy.ts'
export type * from './waits.ts'
