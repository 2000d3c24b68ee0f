/** Durable objects for scripts that `await`: made by name, shared with every run of this machine. */
import { ask } from './ask.ts'
import { BarrierDefinition } from './definition/barrier.ts'
import type { BarrierOptions } from './definition/barrier.ts'
import { ConditionDefinition } from './definition/condition.ts'
import type { ConditionOptions } from './definition/condition.ts'
import { EventDefinition } from './definition/event.ts'
import { DurableFutureDefinition } from './definition/future.ts'
import { LockDefinition } from './definition/lock.ts'
import type { PermitDefinition } from './definition/permit.ts'
import { QueueDefinition } from './definition/queue.ts'
import type { QueueOptions } from './definition/queue.ts'
import { SemaphoreDefinition } from './definition/semaphore.ts'
import type { SemaphoreOptions } from './definition/semaphore.ts'
import { asyncFacing } from './face.ts'
import type { AsyncFace } from './face.ts'
import { Future } from './tasks/future.ts'

export type Permit = AsyncFace<PermitDefinition>
export type Semaphore = AsyncFace<SemaphoreDefinition>
export type Lock = AsyncFace<LockDefinition>
export type Event = AsyncFace<EventDefinition>
export type Condition = AsyncFace<ConditionDefinition>
export type Barrier = AsyncFace<BarrierDefinition>
export type Queue<Item = unknown> = AsyncFace<QueueDefinition<Item>>
export type DurableFuture<Value = unknown> = AsyncFace<DurableFutureDefinition<Value>>

const asyncFace = asyncFacing(ask)

/**
 * The semaphore of this name: `await using permit = await semaphore('api', { permits: 5 }).acquire()`. With `per` it is a rate
 * limit: `semaphore('api', { permits: 10, per: '1s' })`.
 */
export const semaphore = (name: string, options?: SemaphoreOptions): Semaphore =>
  asyncFace(new SemaphoreDefinition(name, options))

/** The lock of this name: `await using held = await lock('report').acquire()`. */
export const lock = (name: string): Lock => asyncFace(new LockDefinition(name))

/** The event of this name: one run waits (`await event('ready').wait()`), another sets it. */
export const event = (name: string): Event => asyncFace(new EventDefinition(name))

/** The condition of this name, built on the lock of the same name or on the given one. */
export const condition = (name: string, options?: ConditionOptions): Condition =>
  asyncFace(new ConditionDefinition(name, options))

/** The barrier of this name: `await barrier('start', { parties: 3 }).wait()`. */
export const barrier = (name: string, options?: BarrierOptions): Barrier =>
  asyncFace(new BarrierDefinition(name, options))

/** The queue of this name: `for await (const page of queue<string>('pages', { maxsize: 100 })) …`. */
export const queue = <Item = unknown>(name: string, options?: QueueOptions): Queue<Item> =>
  asyncFace(new QueueDefinition<Item>(name, options))

/**
 * The future of this name: `await future<string>('approval')` waits until anybody has settled it, also after a restart. Without a
 * name: a future of this run alone.
 */
export function future<Value = unknown>(): Future<Value>
export function future<Value = unknown>(name: string): DurableFuture<Value>
export function future<Value>(name?: string): Future<Value> | DurableFuture<Value> {
  return name === undefined ? new Future<Value>() : asyncFace(new DurableFutureDefinition<Value>(name))
}
