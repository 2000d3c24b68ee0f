import { limits } from '../../../../src-preload/limits.ts'
import { checkName, checkSpan, checkWhen, checkWhole, checkJson, shown } from '../check.ts'
import type { Duration, When } from '../check.ts'
import { placeOfCaller } from '../place.ts'
import { ChildRun } from './child-run.ts'
import type { SpawnCall } from './child-run.ts'
import { startTask } from './task.ts'
import type { Task } from './task.ts'

/** How a function is started as a task. */
export type TaskOptions = {
  /** What it is called where it is shown; left out: the function's name. */
  name?: string | undefined
}

const executors = ['async', 'thread', 'process'] as const
/** Where a run is executed: on an event loop that runs share, on a warm thread of its own, or in a fresh process. */
type ExecutorName = (typeof executors)[number]

/** How a run is started: at once, or as `delay` or `at` say. */
export type SpawnOptions = When & {
  /** What the run is called; left out: the job's or the file's name. */
  name?: string | undefined
  /** Left out: the job's, or for a file that of this run. */
  executor?: ExecutorName | undefined
  /** Left out: that of this run. */
  priority?: number | undefined
  /** How long an attempt may take; left out: what the job says. */
  timeout?: Duration | undefined
  /** How often it is tried again when it fails; left out: what the job says, and for a file never. */
  retries?: number | undefined
  /**
   * What follows when an attempt is cut off: `requeue`, it goes back into the queue; `abandon`, it never begins again by itself.
   * Left out: what the job says, and for a file what holds for this run.
   */
  onInterrupted?: 'requeue' | 'abandon' | undefined
  /** What becomes of the child when this run's attempt ends before it; left out: `cancel`. */
  onParentEnd?: 'cancel' | 'keep' | undefined
}

/** What `spawn` and a group's `spawn` take. */
export type Spawn = {
  /** Runs `fn` as a task inside this run, as asyncio.create_task; it starts in the next pass of the loop. */
  <Value>(fn: () => Value | PromiseLike<Value>, options?: TaskOptions): Task<Awaited<Value>>
  /**
   * Starts a run of its own: of the job of that name, or of a script file beside this one (`'./index-page.ts'`). It passes
   * admission like every run, survives a restart, and is shown below this one.
   */
  <Value = unknown>(what: string, input?: unknown, options?: SpawnOptions): ChildRun<Value>
}

/** The group that a spawned task or run belongs to; a child run is stored in that of the engine. */
export type GroupLink = { engineGroup: () => Promise<number> }

/** Both forms of `spawn`, for a group or for none. */
export function spawnIn(group: GroupLink | null, what: unknown, second: unknown, third: unknown): Task | ChildRun {
  if (typeof what === 'function') return spawnTask(what as () => unknown, second as TaskOptions | undefined)
  if (typeof what === 'string') return new ChildRun(spawnCall(what, second, third as SpawnOptions | undefined), group)
  throw new TypeError(`spawn(what): give a function, the name of a job, or './file.ts', not ${shown(what)}.`)
}

/** As asyncio.create_task for a function, and the same for a run of its own. */
export const spawn = ((what: unknown, second?: unknown, third?: unknown) => spawnIn(null, what, second, third)) as Spawn

function spawnTask(fn: () => unknown, { name }: TaskOptions = {}): Task {
  return startTask(fn, {
    name: name === undefined ? fn.name : checkName('spawn(fn, { name })', name),
    place: placeOfCaller(),
  })
}

/**
 * Has a script file, or a job, done by a run of its own on that executor, as loop.run_in_executor has a function done
 * by a pool: the executor's slots are the pool's workers.
 */
export const runInExecutor = <Value = unknown>(
  executor: ExecutorName,
  what: string,
  input?: unknown,
): ChildRun<Value> => new ChildRun<Value>(spawnCall(what, input, { executor }), null)

/** The call that spawns a run. */
export function spawnCall(what: string, input: unknown, options: SpawnOptions = {}): SpawnCall {
  const { name, executor, priority, timeout, retries, onInterrupted, onParentEnd = 'cancel', delay, at } = options
  if (executor !== undefined && !executors.includes(executor))
    throw new TypeError(`executor must be 'async', 'thread' or 'process', not ${shown(executor)}.`)
  if (onParentEnd !== 'cancel' && onParentEnd !== 'keep')
    throw new TypeError(`onParentEnd must be 'cancel' or 'keep', not ${shown(onParentEnd)}.`)
  if (onInterrupted !== undefined && onInterrupted !== 'requeue' && onInterrupted !== 'abandon')
    throw new TypeError(`onInterrupted must be 'requeue' or 'abandon', not ${shown(onInterrupted)}.`)
  return {
    on: 'run',
    do: 'spawn',
    what: isPath(what) ? { what: 'file', path: what } : { what: 'job', job: checkName('spawn', what) },
    input: checkJson('The input', input ?? null),
    name: name === undefined ? null : checkName('spawn(…, { name })', name),
    executor: executor ?? null,
    timeoutMs: timeout === undefined ? null : checkSpan('timeout', timeout),
    priority: priority === undefined ? null : checkWhole('priority', priority, -1_000, 1_000),
    retries: retries === undefined ? null : checkWhole('retries', retries, 0, limits.attempts - 1),
    onInterrupted: onInterrupted ?? null,
    onParentEnd,
    group: null,
    ...checkWhen({ delay, at }),
  }
}

/** As in an import: what starts with a dot or a slash, or has a script's ending. */
const isPath = (what: string) => /^\.{0,2}[/\\]/.test(what) || /\.[cm]?[jt]s$/.test(what)
