/**
 * The module `signalbox/sync`: the same objects for scripts that block in place of awaiting. Each run that uses it has a
 * process or a thread to itself; in the executor `async` it is refused, for it would block the runs beside it.
 */
import { sync } from './index.ts'

export {
  AbandonedError,
  BrokenBarrierError,
  CancelledError,
  InvalidStateError,
  log,
  NonRetryableError,
  progress,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RetryAfterError,
  run,
  RuntimeError,
  secret,
  signal,
  TimeoutError,
} from './index.ts'
export type { Log, LogFields, RunContext, RunInfo, SpawnOptions } from './index.ts'
export type {
  SyncBarrier as Barrier,
  SyncCondition as Condition,
  SyncDurableFuture as DurableFuture,
  SyncEvent as Event,
  SyncLock as Lock,
  SyncPermit as Permit,
  SyncQueue as Queue,
  SyncSemaphore as Semaphore,
  SyncSpawnedRun as SpawnedRun,
} from './sync-objects.ts'
export const { barrier, condition, event, future, lock, queue, semaphore, sleep, spawn } = sync
