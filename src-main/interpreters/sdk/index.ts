/**
 * The module `signalbox` that scripts import. Everything here acts on the run that calls it, also where many runs share
 * a thread.
 */
import type { Log, RunInfo, SetProgress } from './run-context.ts'
import { currentRun } from './run-link.ts'

export { CancelledError } from './cancelled-error.ts'
export {
  AbandonedError,
  BrokenBarrierError,
  InvalidStateError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  TimeoutError,
} from './errors.ts'
export { barrier, condition, event, future, lock, queue, semaphore } from './async-objects.ts'
export type { Barrier, Condition, DurableFuture, Event, Lock, Permit, Queue, Semaphore } from './async-objects.ts'
export {
  ExecutionFailed,
  InterpreterError,
  InterpreterLost,
  InterpreterNotFoundError,
  NotShareableError,
  QueueNotFoundError,
} from './interpreters/errors.ts'
export type { ExecutionInfo } from './interpreters/errors.ts'
export { interpreters } from './interpreters/index.ts'
export type { CallableElsewhere } from './interpreters/callable.ts'
export { Interpreter } from './interpreters/interpreter.ts'
export type { CloseOptions, InterpreterOptions, InterpreterThread } from './interpreters/interpreter.ts'
export { InterpreterPool } from './interpreters/pool.ts'
export type { InterpreterPoolOptions, ShutdownOptions } from './interpreters/pool.ts'
export { InterpreterQueue } from './interpreters/queue.ts'
export type { Log, LogFields, RunContext, RunInfo } from './run-context.ts'
export { NonRetryableError, RetryAfterError } from './retry-errors.ts'
export { secret } from './secret.ts'
export { signal } from './signal.ts'
export { sync } from './sync-objects.ts'
export { ChildRun } from './tasks/child-run.ts'
export { Future } from './tasks/future.ts'
export { gather } from './tasks/gather.ts'
export { loop, sleep } from './tasks/loop-face.ts'
export { shield } from './tasks/shield.ts'
export { runInExecutor, spawn } from './tasks/spawn.ts'
export type { Spawn, SpawnOptions, TaskOptions } from './tasks/spawn.ts'
export { allTasks, currentTask, Task } from './tasks/task.ts'
export { TaskGroup, taskGroup } from './tasks/task-group.ts'
export { timeout, Timeout, timeoutAt, waitFor } from './tasks/timeout.ts'
export { toThread } from './to-thread/to-thread.ts'
export { asCompleted, race, wait } from './tasks/wait.ts'
export type { Completed } from './tasks/wait.ts'

/** Writes a line to the run's log: `log('saved', { rows: 3 })`, or with a level: `log.warn('slow')`. */
export const log: Log = Object.assign(((message, fields) => currentRun().log(message, fields)) satisfies Log['info'], {
  debug: ((message, fields) => currentRun().log.debug(message, fields)) satisfies Log['debug'],
  info: ((message, fields) => currentRun().log.info(message, fields)) satisfies Log['info'],
  warn: ((message, fields) => currentRun().log.warn(message, fields)) satisfies Log['warn'],
  error: ((message, fields) => currentRun().log.error(message, fields)) satisfies Log['error'],
} as const)

/** How far the run has come. Cheap to call often: at most five values a second are shown, the last one always. */
export const progress: SetProgress = (done, total, note) => currentRun().progress(done, total, note)

/** Which run this is. */
export const run: RunInfo = {
  get id() {
    return currentRun().run.id
  },
  get job() {
    return currentRun().run.job
  },
  get name() {
    return currentRun().run.name
  },
  get attempt() {
    return currentRun().run.attempt
  },
  get maxAttempts() {
    return currentRun().run.maxAttempts
  },
  get isLastAttempt() {
    return currentRun().run.isLastAttempt
  },
  get idempotencyKey() {
    return currentRun().run.idempotencyKey
  },
  get slot() {
    return currentRun().run.slot
  },
  get backfilled() {
    return currentRun().run.backfilled
  },
}
