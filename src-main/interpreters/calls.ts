/**
 * What a script asks of the engine, and what it is answered. Calls travel up as reports of their attempt and answers
 * come down after the commit that made them true. Each call has exactly one answer. Values are JSON texts: the engine
 * stores them unread.
 */
import * as v from 'valibot'
import { definitionSchema, executors, interruptionRules, limits } from '../../src-preload/definition.ts'
import {
  barrierSpecSchema,
  objectLimits,
  objectNameSchema,
  queueSpecSchema,
  semaphoreSpecSchema,
} from '../../src-preload/objects.ts'
import { interpreterCalls } from './named/calls.ts'

const name = objectNameSchema
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(objectLimits.permits))
const id = v.pipe(v.number(), v.integer(), v.minValue(1))
const value = v.string()
const message = v.nullable(v.pipe(v.string(), v.maxLength(2_000)))
const errorSchema = v.strictObject({
  name: v.string(),
  message: v.string(),
  stack: v.nullable(v.string()),
  hint: v.nullable(v.string()),
})
/** When something shall happen: in `delayMs` from now, or at `at` (epoch ms); neither: now. */
const when = {
  delayMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(objectLimits.periodMs))),
  at: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15))),
}

const semaphore = { on: v.literal('semaphore'), name, spec: v.nullable(semaphoreSpecSchema) }
const lock = { on: v.literal('lock'), name }
const event = { on: v.literal('event'), name }
/** `lock` names the lock that the condition is built on. */
const condition = { on: v.literal('condition'), name, lock: name }
const barrier = { on: v.literal('barrier'), name, spec: v.nullable(barrierSpecSchema) }
const queue = { on: v.literal('queue'), name, spec: v.nullable(queueSpecSchema) }
const future = { on: v.literal('future'), name }
const run = { on: v.literal('run') }
const group = { on: v.literal('group') }

/** Answered in the comment after each; those that may wait say so. */
export const callSchema = v.union([
  v.strictObject({ ...semaphore, do: v.literal('acquire'), amount: count }), // waits; { permit: id }
  v.strictObject({ ...semaphore, do: v.literal('try_acquire'), amount: count }), // { permit: id } or null
  /** Null `permit`: one that this task holds, else this attempt, else, unbounded, a new one. */
  v.strictObject({ ...semaphore, do: v.literal('release'), permit: v.nullable(id), amount: count }), // null
  v.strictObject({ ...semaphore, do: v.literal('look') }), // SemaphoreLook
  v.strictObject({ ...semaphore, do: v.literal('set'), permits: v.pipe(count, v.minValue(0)) }), // null

  v.strictObject({ ...lock, do: v.literal('acquire') }), // waits; { permit: id }
  v.strictObject({ ...lock, do: v.literal('try_acquire') }), // { permit: id } or null
  v.strictObject({ ...lock, do: v.literal('release'), permit: v.nullable(id) }), // null
  v.strictObject({ ...lock, do: v.literal('look') }), // SemaphoreLook

  v.strictObject({ ...event, do: v.literal('set') }), // null
  v.strictObject({ ...event, do: v.literal('clear') }), // null
  v.strictObject({ ...event, do: v.literal('look') }), // { isSet, waiting }
  v.strictObject({ ...event, do: v.literal('wait') }), // waits; true

  /**
   * Waits, then holds the lock again; { permit: id }. Withdrawn, also after it was notified, it still gets the lock back
   * first, and its one answer is { permit: id, isWithdrawn: true }.
   */
  v.strictObject({ ...condition, do: v.literal('wait') }),
  /** Null `count`: all. */
  v.strictObject({ ...condition, do: v.literal('notify'), count: v.nullable(count) }), // number notified
  v.strictObject({ ...condition, do: v.literal('look') }), // { waiting }

  v.strictObject({ ...barrier, do: v.literal('wait') }), // waits; the arrival's index
  v.strictObject({ ...barrier, do: v.literal('reset') }), // null
  v.strictObject({ ...barrier, do: v.literal('abort') }), // null
  v.strictObject({ ...barrier, do: v.literal('look') }), // { parties, waiting, isBroken }

  v.strictObject({ ...queue, do: v.literal('put'), item: value, priority: v.number() }), // waits while full; { item: id }
  v.strictObject({ ...queue, do: v.literal('try_put'), item: value, priority: v.number() }), // { item: id } or QueueFull
  /** `done`: items this attempt has taken and is done with, marked in the same step. */
  v.strictObject({ ...queue, do: v.literal('get'), done: v.array(id) }), // waits while empty; { item: id, value }
  v.strictObject({ ...queue, do: v.literal('try_get') }), // { item: id, value } or QueueEmpty
  /** Empty: the one taken first of those this task holds, else this attempt. */
  v.strictObject({ ...queue, do: v.literal('done'), items: v.array(id) }), // null
  v.strictObject({ ...queue, do: v.literal('give_back'), item: id }), // null; as if it had never been taken
  v.strictObject({ ...queue, do: v.literal('join') }), // waits; null
  v.strictObject({ ...queue, do: v.literal('shutdown'), isImmediate: v.boolean() }), // null
  v.strictObject({ ...queue, do: v.literal('pause') }), // null
  v.strictObject({ ...queue, do: v.literal('resume') }), // null
  v.strictObject({ ...queue, do: v.literal('look') }), // QueueLook

  v.strictObject({ ...future, do: v.literal('wait') }), // waits; the value's JSON text, or its error
  v.strictObject({ ...future, do: v.literal('look') }), // FutureLook
  v.strictObject({ ...future, do: v.literal('set_result'), value, ...when }), // null
  v.strictObject({ ...future, do: v.literal('set_exception'), error: errorSchema, ...when }), // null
  v.strictObject({ ...future, do: v.literal('cancel'), message }), // whether it was pending

  v.strictObject({
    ...run,
    do: v.literal('spawn'),
    what: v.variant('what', [
      v.strictObject({ what: v.literal('job'), job: name }),
      v.strictObject({ what: v.literal('definition'), definition: definitionSchema }),
      /** A path beside the parent's script; it runs by the parent's rules, on `executor`. */
      v.strictObject({ what: v.literal('file'), path: v.pipe(v.string(), v.minLength(1)) }),
    ]),
    input: value,
    name: v.nullable(name),
    executor: v.nullable(v.picklist(executors)),
    timeoutMs: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(objectLimits.periodMs))),
    priority: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(-1000), v.maxValue(1000))),
    retries: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.attempts - 1))),
    onInterrupted: v.nullable(v.picklist(interruptionRules)),
    /** What becomes of the child when this attempt ends before it. */
    onParentEnd: v.picklist(['cancel', 'keep']),
    group: v.nullable(id),
    ...when,
  }), // { run: id }
  /** `isFollowed`: answered like the others, but no task waits for it; those that do say so by themselves. */
  v.strictObject({ ...run, do: v.literal('watch'), run: id, isFollowed: v.optional(v.boolean()) }), // waits; Ended
  v.strictObject({ ...run, do: v.literal('cancel'), run: id, message }), // whether it was unfinished
  /** Opens a durable group: when one of its runs fails, or its deadline passes, the engine cancels the others. */
  v.strictObject({
    ...group,
    do: v.literal('open'),
    name: v.nullable(name),
    /** How long from now; left out: no deadline. */
    deadlineMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(objectLimits.periodMs))),
  }), // { group: id }
  v.strictObject({ ...group, do: v.literal('cancel'), group: id, message }), // null

  ...interpreterCalls,
])
export type Call = v.InferOutput<typeof callSchema>
export type CallOn<On extends Call['on']> = Extract<Call, { on: On }>

export type SemaphoreLook = {
  permits: number
  /** What could be acquired now; 0 or less: a new acquire waits. */
  value: number
  waiting: number
  isLocked: boolean
}
export type QueueLook = {
  size: number
  maxsize: number
  unfinished: number
  taken: number
  dead: number
  getting: number
  putting: number
  isPaused: boolean
  shutdown: 'no' | 'graceful' | 'immediate'
}
export type FutureLook =
  | { state: 'pending' }
  | { state: 'done'; value: string }
  | { state: 'failed'; error: CallError }
  | { state: 'cancelled'; message: string | null }
/** How a watched run ended. `result` is a JSON text. */
export type RunEnded = { outcome: string; result: string | null; error: CallError | null }

/** Names are those of the SDK's error classes; `RangeError` is Python's ValueError, `TypeError` its TypeError. */
export type CallError = { name: string; message: string; stack?: string | null; hint?: string | null }

/** `value` is what the comment at the call says. `Withdrawn` answers a call that waited and was taken back. */
export type Answer = { run: number; attempt: number; call: number } & (
  { ok: true; value: unknown } | { ok: false; error: CallError }
)

/** What a local task waits for without the engine's help. */
export const localWaitSchema = v.variant('for', [
  v.strictObject({ for: v.literal('task'), task: v.number() }),
  v.strictObject({ for: v.literal('run'), run: v.number() }),
  v.strictObject({ for: v.literal('sleep'), until: v.number() }),
  v.strictObject({ for: v.literal('promise') }),
])

/** A task inside an attempt. 0 is the run's own function; others are children of `parent`. */
export const taskSchema = v.strictObject({
  task: v.pipe(v.number(), v.integer(), v.minValue(0)),
  parent: v.nullable(v.number()),
  name: v.pipe(v.string(), v.maxLength(200)),
  since: v.number(),
  waits: v.pipe(v.array(localWaitSchema), v.maxLength(100)),
  /** All of `waits` are needed (gather); false: one is enough. */
  needsAll: v.boolean(),
  place: v.nullable(v.string()),
})
export type TaskReport = v.InferOutput<typeof taskSchema>

/** Something that would otherwise go wrong in silence. */
export const findingKinds = [
  'left_in_flight',
  'never_awaited',
  'blocked_loop',
  'unhandled_rejection',
  /** It changed builtins that others on its thread share. */
  'contaminated',
  /** It left names in the global scope, or timers, servers or programs going. */
  'left_behind',
  /** Something of it failed after it had ended. */
  'late_failure',
] as const

const attempt = { run: v.number(), attempt: v.number() }
/** The reports that scripts make through the SDK. */
export const scriptReportSchema = v.variant('type', [
  v.strictObject({
    type: v.literal('call'),
    ...attempt,
    call: id,
    task: v.pipe(v.number(), v.integer(), v.minValue(0)),
    /** `file:line:column` of the user's code that asks. */
    place: v.nullable(v.pipe(v.string(), v.maxLength(1_000))),
    /** After so long the script takes the call back by itself; left out: it waits for ever. */
    timeoutMs: v.optional(v.pipe(v.number(), v.minValue(0))),
    /** The script may take the call back earlier, by a signal of its own. */
    isAbortable: v.optional(v.boolean()),
    what: callSchema,
  }),
  /** Takes a call back that still waits; it is then answered with the error `Withdrawn`. */
  v.strictObject({ type: v.literal('withdraw'), ...attempt, call: id }),
  /** What changed in the tree of tasks. */
  v.strictObject({
    type: v.literal('tasks'),
    ...attempt,
    tasks: v.pipe(v.array(taskSchema), v.maxLength(objectLimits.tasks)),
    ended: v.array(v.number()),
  }),
  v.strictObject({
    type: v.literal('finding'),
    ...attempt,
    kind: v.picklist(findingKinds),
    message: v.pipe(v.string(), v.maxLength(2_000)),
    place: v.nullable(v.pipe(v.string(), v.maxLength(1_000))),
  }),
])
export type ScriptReport = v.InferOutput<typeof scriptReportSchema>
export type CallReport = Extract<ScriptReport, { type: 'call' }>
