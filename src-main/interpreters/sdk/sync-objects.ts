/** The objects for scripts that block in place of awaiting, from the same definitions. */
import { askSync, sleepSync } from './ask-sync.ts'
import { checkDuration } from './check.ts'
import type { Duration } from './check.ts'
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
import { SpawnedRunDefinition } from './definition/spawned-run.ts'
import { syncFacing } from './face.ts'
import type { SyncFace } from './face.ts'
import { spawnCall } from './tasks/spawn.ts'
import type { SpawnOptions } from './tasks/spawn.ts'

export type SyncPermit = SyncFace<PermitDefinition>
export type SyncSemaphore = SyncFace<SemaphoreDefinition>
export type SyncLock = SyncFace<LockDefinition>
export type SyncEvent = SyncFace<EventDefinition>
export type SyncCondition = SyncFace<ConditionDefinition>
export type SyncBarrier = SyncFace<BarrierDefinition>
export type SyncQueue<Item = unknown> = SyncFace<QueueDefinition<Item>>
export type SyncDurableFuture<Value = unknown> = SyncFace<DurableFutureDefinition<Value>>
export type SyncSpawnedRun<Value = unknown> = SyncFace<SpawnedRunDefinition<Value>>

const syncFace = syncFacing(askSync)

/** @internal What `signalbox/sync` has in place of the functions of the same names. Refused in the executor `async`. */
export const sync = {
  /** The semaphore of this name: `using permit = semaphore('api', { permits: 5 }).acquire()`. With `per` it is a rate limit. */
  semaphore: (name: string, options?: SemaphoreOptions): SyncSemaphore =>
    syncFace(new SemaphoreDefinition(name, options)),

  /** The lock of this name: `using held = lock('report').acquire()`. */
  lock: (name: string): SyncLock => syncFace(new LockDefinition(name)),

  /** The event of this name: one run waits (`event('ready').wait()`), another sets it. */
  event: (name: string): SyncEvent => syncFace(new EventDefinition(name)),

  /** The condition of this name, built on the lock of the same name or on the given one. */
  condition: (name: string, options?: ConditionOptions): SyncCondition =>
    syncFace(new ConditionDefinition(name, options)),

  /** The barrier of this name: `barrier('start', { parties: 3 }).wait()`. */
  barrier: (name: string, options?: BarrierOptions): SyncBarrier => syncFace(new BarrierDefinition(name, options)),

  /** The queue of this name: `for (const page of queue<string>('pages', { maxsize: 100 })) …`. */
  queue: <Item = unknown>(name: string, options?: QueueOptions): SyncQueue<Item> =>
    syncFace(new QueueDefinition<Item>(name, options)),

  /** The future of this name: `future<string>('approval').wait()` blocks until anybody has settled it, also after a restart. */
  future: <Value = unknown>(name: string): SyncDurableFuture<Value> =>
    syncFace(new DurableFutureDefinition<Value>(name)),

  /** Starts a run of its own, and gives it when it is stored; `result()` waits for its end. */
  spawn<Value = unknown>(what: string, input?: unknown, options?: SpawnOptions): SyncSpawnedRun<Value> {
    const { run } = askSync({ call: spawnCall(what, input, options) }) as { run: number }
    return syncFace(new SpawnedRunDefinition<Value>(run))
  },

  /** Blocks for `duration`, and gives `value`. A cancel of the run ends it with a CancelledError. As time.sleep. */
  sleep<Value = undefined>(duration: Duration, value?: Value): Value {
    sleepSync(checkDuration('sleep(duration): the duration', duration))
    return value as Value
  },
}
