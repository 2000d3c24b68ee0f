/** What durable objects are made of, as scripts, the command line and the window name it. */
import * as v from 'valibot'
import { nameSchema } from './definition.ts'
import { objectLimits } from './limits.ts'

export { objectLimits }

export const objectKinds = ['semaphore', 'lock', 'event', 'condition', 'barrier', 'queue', 'future'] as const
export type ObjectKind = (typeof objectKinds)[number]

export const queueOrders = ['fifo', 'lifo', 'priority'] as const
/** Which item comes out next: the oldest, the newest, or that of the lowest priority. */
export type QueueOrder = (typeof queueOrders)[number]

/** How a semaphore is made at its first use; an existing one keeps what it has. */
export const semaphoreSpecSchema = v.strictObject({
  permits: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(objectLimits.permits)), 1),
  /** Releasing more than was acquired is an error, as in asyncio's BoundedSemaphore. */
  bounded: v.optional(v.boolean(), false),
  /** Makes it a rate limit: a permit returns this many ms after it was taken, and not when it is released. */
  perMs: v.optional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(objectLimits.periodMs))),
    null,
  ),
})
export type SemaphoreSpec = v.InferOutput<typeof semaphoreSpecSchema>

/** How a queue is made at its first use; an existing one keeps what it has. */
export const queueSpecSchema = v.strictObject({
  /** 0: unbounded. */
  maxsize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  order: v.optional(v.picklist(queueOrders), 'fifo'),
  /** An item that was taken this often without being done becomes a dead letter; null: never. */
  maxDeliveries: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))), null),
})
export type QueueSpec = v.InferOutput<typeof queueSpecSchema>

export const barrierSpecSchema = v.strictObject({
  parties: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(objectLimits.parties)),
})
export type BarrierSpec = v.InferOutput<typeof barrierSpecSchema>

export { nameSchema as objectNameSchema }
