/**
 * The module `signalbox` that scripts import. Everything here acts on the run that calls it, also where many runs share
 * a thread.
 */
import { parseDuration } from '../../core/duration.ts'
import type { CancelledError } from './cancelled-error.ts'
import { after } from './long-timer.ts'
import type { Log, RunInfo, SetProgress } from './run-context.ts'
import { currentLink, currentRun } from './run-link.ts'
import { runtimeOf } from './runtime.ts'

export { CancelledError } from './cancelled-error.ts'
export {
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
export type { Log, LogFields, RunContext, RunInfo } from './run-context.ts'
export { signal } from './signal.ts'

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
  get idempotencyKey() {
    return currentRun().run.idempotencyKey
  },
}

/**
 * Resolves with `value` after `duration` (`'1.5s'`, `'10m'`, or milliseconds), as asyncio.sleep does. Rejects with
 * a CancelledError when the run is asked to stop before, or was.
 */
export function sleep(duration: string | number): Promise<void>
export function sleep<Value>(duration: string | number, value: Value): Promise<Value>
export function sleep(duration: string | number, value?: unknown): Promise<unknown> {
  const ms = parseDuration(duration)
  const { signal } = currentRun()
  if (signal.aborted) return Promise.reject(signal.reason as CancelledError)
  return runtimeOf(currentLink()).wait(({ resolve, reject }) => {
    const stop = after(ms, () => resolve(value))
    return (cancelled) => {
      stop()
      reject(cancelled)
      return true
    }
  })
}
