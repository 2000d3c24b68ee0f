/** What durable objects are made of, as scripts, the command line and the window name it. */
import * as v from 'valibot'
import { nameSchema } from './definition.ts'

/** Limits of durable objects; what is beyond is refused with the limit in the message. */
export const objectLimits = {
  /** Objects of one kind. */
  objects: 100_000,
  permits: 1_000_000,
  parties: 10_000,
  /** Bytes of UTF-8 of one queue item, and of a future's value. */
  valueBytes: 512 * 1024,
  /** Calls of one attempt that have no answer yet. */
  openCalls: 10_000,
  /** Tasks of one attempt that the engine is told of. */
  tasks: 1_000,
  /** Ancestors of a run: parent, parent's parent, and so on. */
  ancestors: 100,
  /** Children of one run that have not finished. */
  children: 100_000,
  /** Longest period of a rate, in ms: 400 days. */
  periodMs: 400 * 86_400_000,
} as const

export const queueOrders = ['fifo', 'lifo', 'priority'] as const
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
