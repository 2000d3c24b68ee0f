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

/** What `signalbox/sync` has in place of the functions of the same names. Refused in the executor `async`. */
export const sync = {
  semaphore: (name: string, options?: SemaphoreOptions): SyncSemaphore =>
    syncFace(new SemaphoreDefinition(name, options)),

  lock: (name: string): SyncLock => syncFace(new LockDefinition(name)),

  event: (name: string): SyncEvent => syncFace(new EventDefinition(name)),

  condition: (name: string, options?: ConditionOptions): SyncCondition =>
    syncFace(new ConditionDefinition(name, options)),

  barrier: (name: string, options?: BarrierOptions): SyncBarrier => syncFace(new BarrierDefinition(name, options)),

  queue: <Item = unknown>(name: string, options?: QueueOptions): SyncQueue<Item> =>
    syncFace(new QueueDefinition<Item>(name, options)),

  future: <Value = unknown>(name: string): SyncDurableFuture<Value> =>
    syncFace(new DurableFutureDefinition<Value>(name)),

  /** Starts a run of its own, and gives it when it is stored; `result()` waits for its end. */
  spawn<Value = unknown>(what: string, input?: unknown, options?: SpawnOptions): SyncSpawnedRun<Value> {
    const { run } = askSync({ call: spawnCall(what, input, options) }) as { run: number }
    return syncFace(new SpawnedRunDefinition<Value>(run))
  },

  /** Blocks for `duration`, and gives `value`. A cancel of the run ends it with a CancelledError. */
  sleep<Value = undefined>(duration: Duration, value?: Value): Value {
    sleepSync(checkDuration('sleep(duration): the duration', duration))
    return value as Value
  },
}
