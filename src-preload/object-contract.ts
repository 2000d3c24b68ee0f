/** The part of the contract that is about durable objects: what a person sees of them, and does to them by hand. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as v from 'valibot'
import type { FeedMessage } from './contract.ts'
import { limits } from './definition.ts'
import type { Json } from './json.ts'
import { valueSchema } from './json.ts'
import { objectLimits, objectNameSchema, queueSpecSchema } from './objects.ts'
import type { QueueOrder } from './objects.ts'

export type { QueueOrder }

/** Who holds, or waits for, an object: a task of a run's attempt. */
export type Party = {
  run: number
  /** What a person calls the run. */
  name: string
  attempt: number
  /** 0: the run's own function; null: the attempt as a whole. */
  task: number | null
  taskName: string | null
  since: number
  /** `file:line:column` of the user's code that asked. */
  place: string | null
}

/**
 * `flowing`: something came or went in the last 10 s, or is being worked on. `backpressure`: producers wait for a free
 * place. `starved`: consumers wait and nothing has come for 10 s. `draining`: shut down and not empty yet. A pause is no
 * fault, so a paused queue is only that.
 */
export const queueStates = ['flowing', 'idle', 'backpressure', 'starved', 'paused', 'draining', 'shut_down'] as const
export type QueueState = (typeof queueStates)[number]

/** Equal steps up to now, the oldest first: how many items were put and taken, and the most that were ready. */
export type QueueTrend = { stepMs: number; ins: number[]; outs: number[]; depths: number[] }

/** What happened to a queue as a whole, as far as the host that runs now has seen it. */
export type QueueEvent = {
  at: number
  what: 'created' | 'paused' | 'resumed' | 'shut_down' | 'full' | 'has_room' | 'dropped' | 'revived' | 'dead_letter'
  /** Items, or for `full` producers. */
  count: number
}

/** A queue as lists show it. */
export type QueueRow = {
  name: string
  state: QueueState
  order: QueueOrder
  /** 0: unbounded. Only what is ready counts. */
  maxsize: number
  /** An item that was taken this often without being done becomes a dead letter; null: never. */
  maxDeliveries: number | null
  pausedAt: number | null
  shutdown: 'no' | 'graceful' | 'immediate'
  ready: number
  taken: number
  dead: number
  /** How many wait for an item, for a free place, and for the end of all work. */
  getting: number
  putting: number
  joining: number
  /** Items per second, means over the last 10 s. */
  inPerSecond: number
  outPerSecond: number
  /** The most that were ready at once since the host started. */
  highWater: number
  /** When the oldest was put that is ready. */
  oldestAt: number | null
  /** How many were ready in each of the last 60 s. */
  depths: number[]
}

export type QueueItem = {
  id: number
  /** Lower first; 0 where the queue does not go by priorities. */
  priority: number
  /** How often it was taken. */
  deliveries: number
  putAt: number
  /** Run; null: by hand. */
  putBy: number | null
  /** The beginning of its JSON text. */
  preview: string
  /** Of the whole JSON text, in UTF-8. */
  bytes: number
}

/** With the first of everything, up to the asked number each; who and what is next in line comes first. */
export type QueueDetail = QueueRow & {
  createdAt: number
  /** Of the last minute and of the last ten. */
  trends: { minute: QueueTrend; tenMinutes: QueueTrend }
  /** The newest first, up to 50. */
  events: QueueEvent[]
  waiting: { getting: Party[]; putting: Party[]; joining: Party[] }
  items: { ready: QueueItem[]; taken: (QueueItem & { takenBy: Party })[]; dead: QueueItem[] }
}

/** A semaphore or a lock as lists show it. */
export type SemaphoreRow = {
  kind: 'semaphore' | 'lock'
  name: string
  permits: number
  isBounded: boolean
  /** A rate limit: a permit comes back this long after it was taken; null: when it is released. */
  perMs: number | null
  /** What could be acquired now; less than 0 while more is held than there are permits by now. */
  free: number
  /** Permits that are out; with `free` they are all there are. Of a rate limit those, too, that come back with time. */
  held: number
  /** How many tasks hold permits, and how many wait for some. */
  holding: number
  waiting: number
  /** Since when the first in line waits. */
  waitingSince: number | null
  /** How many waited at most in each of the last 60 seconds, the oldest first; of this life of the engine. */
  crowd: number[]
  /** Runs that are not started because it has no permit for them, up to 1,000. */
  queuedRuns: number
}

export type PermitParty = Party & { amount: number }

/** With the first of those who hold and of those who wait, up to the asked number each, in their order. */
export type SemaphoreDetail = SemaphoreRow & {
  createdAt: number
  /** Of a rate limit: when the next permits come back. */
  nextReturnAt: number | null
  holders: PermitParty[]
  waiters: PermitParty[]
  /** The first runs that it keeps in the queue. They come by rank, all together at one place in the line. */
  queued: { run: number; name: string; since: number }[]
}

export const futureStates = ['pending', 'done', 'failed', 'cancelled'] as const

/** A future as lists show it. */
export type FutureRow = {
  id: number
  name: string
  state: (typeof futureStates)[number]
  createdAt: number
  settledAt: number | null
  /** 'run 12', 'person' or 'timer'. */
  settledBy: string | null
  /** When a timer settles it, unless somebody else comes first. */
  dueAt: number | null
  /** How many tasks wait for it. */
  waiting: number
}

/** With the first of those who wait, up to the asked number. */
export type FutureDetail = FutureRow & {
  /** Of what is done; null otherwise. */
  value: Json
  /** Of what failed. */
  error: { name: string; message: string; stack: string | null; hint: string | null } | null
  /** The words of a cancel. */
  message: string | null
  waiters: Party[]
}

/** `told`: how many tasks had waited. `isNew`: no script had used the name before. */
export type Settled = { future: FutureRow; told: number; isNew: boolean }

/** An event of scripts: once set, every wait passes until it is cleared. */
export type EventRow = { name: string; isSet: boolean; waiting: number }
export type EventDetail = EventRow & { createdAt: number; waiters: Party[] }

/** Those who wait at a barrier go on together when they are `parties`. */
export type BarrierRow = { name: string; parties: number; waiting: number; isBroken: boolean }
export type BarrierDetail = BarrierRow & { createdAt: number; waiters: Party[] }

/** Tasks that wait to be notified, each with a lock that it gave back for as long. It is there while anybody waits. */
export type ConditionRow = { name: string; lock: string; waiting: number; waiters: Party[] }

/** A page of a list by name; `total` counts all objects of the kind. */
export type Page<Row> = { rows: Row[]; more: boolean; total: number }

const name = objectNameSchema
const named = v.strictObject({ name })
const idSchema = v.pipe(v.number(), v.integer(), v.minValue(1))
const idsSchema = v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(objectLimits.bulkItems))
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2_000))
const rows = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.pageRows)), 100)
/** The way to the next page is the name of the last row. */
const page = { after: v.optional(v.string(), ''), limit: rows }
const kind = v.optional(v.picklist(['semaphore', 'lock']), 'semaphore')

export const objectContract = {
  queues: {
    list: oc.input(v.strictObject(page)).output(type<Page<QueueRow>>()),
    get: oc.input(v.strictObject({ name, limit: rows })).output(type<QueueDetail>()),
    item: oc.input(v.strictObject({ name, item: idSchema })).output(type<QueueItem & { state: string; value: Json }>()),
    /** Never waits: refused while the queue is full, or others wait to put. `create` makes the queue if there is none. */
    put: oc
      .input(
        v.strictObject({
          name,
          value: valueSchema,
          priority: v.optional(v.nullable(v.pipe(v.number(), v.finite())), null),
          create: v.optional(v.nullable(queueSpecSchema), null),
        }),
      )
      .output(type<{ item: number; queue: QueueRow }>()),
    /** A paused queue takes items and gives none. */
    pause: oc.input(named).output(type<QueueRow>()),
    resume: oc.input(named).output(type<QueueRow>()),
    /** It takes nothing more; `immediate` throws away what is ready, too. */
    shutdown: oc.input(v.strictObject({ name, immediate: v.optional(v.boolean(), false) })).output(type<QueueRow>()),
    /**
     * Dead letters get in line again, at its end, with all of their deliveries; null: all of them, but at most 10,000, so
     * that it is asked again while `queue.dead` says that there are more.
     */
    reviveDead: oc
      .input(v.strictObject({ name, items: v.optional(v.nullable(idsSchema), null) }))
      .output(type<{ revived: number; queue: QueueRow }>()),
    /** Throws away items that nobody has taken: those named, or all that are `ready` or `dead`, at most 10,000 as above. */
    dropItems: oc
      .input(v.strictObject({ name, items: v.union([idsSchema, v.picklist(['ready', 'dead'])]) }))
      .output(type<{ dropped: number; queue: QueueRow }>()),
    /** Refused while anybody waits at it or has taken an item, and, without `dropItems`, while it holds any. */
    remove: oc
      .input(v.strictObject({ name, dropItems: v.optional(v.boolean(), false) }))
      .output(type<{ removed: true }>()),
  },
  semaphores: {
    list: oc.input(v.strictObject({ kind, ...page })).output(type<Page<SemaphoreRow>>()),
    get: oc.input(v.strictObject({ kind, name, limit: rows })).output(type<SemaphoreDetail>()),
    /**
     * What is left out stays as it is. Fewer permits take effect as they come back; more are given to those who wait.
     * `create` makes the semaphore if there is none. A lock has one permit and nothing to set.
     */
    set: oc
      .input(
        v.strictObject({
          name,
          permits: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(objectLimits.permits)),
          perMs: v.optional(
            v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(objectLimits.periodMs))),
          ),
          bounded: v.optional(v.boolean()),
          create: v.optional(v.boolean(), false),
        }),
      )
      .output(type<SemaphoreRow>()),
    /** Refused while anybody holds it or waits for it. */
    remove: oc.input(v.strictObject({ kind, name })).output(type<{ removed: true }>()),
  },
  futures: {
    /** Pending ones first, then the others; the newest first of each. `before` is the last row of the page before. */
    list: oc
      .input(
        v.strictObject({
          state: v.optional(v.picklist(futureStates)),
          before: v.optional(v.strictObject({ id: idSchema, isPending: v.boolean() })),
          limit: rows,
        }),
      )
      .output(type<Page<FutureRow>>()),
    get: oc.input(v.strictObject({ name, limit: rows })).output(type<FutureDetail>()),
    /**
     * Settles it for all who wait and who will, now or by a timer that outlives the host (`at` in epoch ms). Nobody needs to
     * have asked for it yet; refused when it is settled.
     */
    resolve: oc
      .input(
        v.strictObject({
          name,
          value: valueSchema,
          delayMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(objectLimits.periodMs))),
          at: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15))),
        }),
      )
      .output(type<Settled>()),
    reject: oc
      .input(
        v.strictObject({
          name,
          message: text,
          /** A class of the SDK's errors, or any other name. */
          error: v.optional(
            v.pipe(v.string(), v.regex(/^[A-Za-z_$][\w$]*$/, 'the name of an error, as TypeError')),
            'Error',
          ),
        }),
      )
      .output(type<Settled>()),
    /** Unlike the others only of a name that is in use. */
    cancel: oc.input(v.strictObject({ name, message: v.optional(v.nullable(text), null) })).output(type<Settled>()),
    /** Refused while anybody, or a timer, has to do with it. */
    remove: oc.input(named).output(type<{ removed: true }>()),
  },
  events: {
    list: oc.input(v.strictObject(page)).output(type<Page<EventRow>>()),
    get: oc.input(v.strictObject({ name, limit: rows })).output(type<EventDetail>()),
  },
  barriers: {
    list: oc.input(v.strictObject(page)).output(type<Page<BarrierRow>>()),
    get: oc.input(v.strictObject({ name, limit: rows })).output(type<BarrierDetail>()),
  },
  conditions: {
    /** With the first of those who wait, the longest wait first. */
    list: oc.input(v.strictObject(page)).output(type<Page<ConditionRow>>()),
  },
}

/** The first rows of a list by name, and how many objects of the kind there are. */
const listFeed = <Row>() => eventIterator(type<FeedMessage<Row, { total: number }>>())
/** One row, which is removed with its object. */
const detailFeed = <Row>() => eventIterator(type<FeedMessage<Row>>())

/** Lists and details as they change; see `FeedMessage`. */
export const objectFeeds = {
  queues: oc.output(listFeed<QueueRow>()),
  queue: oc.input(named).output(detailFeed<QueueDetail>()),
  semaphores: oc.input(v.strictObject({ kind })).output(listFeed<SemaphoreRow>()),
  semaphore: oc.input(v.strictObject({ kind, name })).output(detailFeed<SemaphoreDetail>()),
  futures: oc.output(listFeed<FutureRow>()),
  future: oc.input(named).output(detailFeed<FutureDetail>()),
  events: oc.output(listFeed<EventRow>()),
  event: oc.input(named).output(detailFeed<EventDetail>()),
  barriers: oc.output(listFeed<BarrierRow>()),
  barrier: oc.input(named).output(detailFeed<BarrierDetail>()),
  conditions: oc.output(listFeed<ConditionRow>()),
}
