import type { Executor, ScriptDefinition } from '../../src-preload/definition.ts'
import type { ResourceLimits } from '../../src-preload/resource-limits.ts'
import type { Answer } from './calls.ts'
import type { AttemptStart, Report } from './interpreters.ts'
import type { Sample } from './telemetry/gauge.ts'

export type Code = ScriptDefinition['code']

/** The same for two codes that are the same modules. */
export const keyOfCode = (code: Code): string =>
  [code.from, code.project ?? '', ...(code.from === 'file' ? [code.path] : [code.name, code.text])].join('\0')

/** Limits that are held inside the interpreter; left out where they are those of every run. */
export type ScriptLimits = Pick<ResourceLimits, 'outputBytes' | 'onOutput' | 'resultBytes' | 'openFiles'>

/** What an interpreter needs to know of an attempt; the code travels beside it, for many attempts share one. */
export type ScriptStart = Omit<AttemptStart, 'definition' | 'secrets'> & {
  limits?: ScriptLimits
  secrets?: Record<string, string>
}

/** First argument of every interpreter process, as JSON; that of a pool is a `PoolSettings`. */
export type InterpreterSettings = {
  scriptsFolder: string
  cacheFolder: string
}

/** Executors whose runs share one process with threads. */
export type PoolExecutor = Exclude<Executor, 'process'>

export type PoolSettings = InterpreterSettings & {
  executor: PoolExecutor
  threads: number
  /** Null: starts come through the process. */
  line: LineEnd | null
}

/** Where a thread connects to be given starts directly, as one of the pool on `channel`. */
export type LineEnd = { path: string; channel: number }

/** What a pool gives its threads. */
export type ThreadSettings = PoolSettings & {
  beats: Int32Array
  /** Grows by one with every message on the channel to the runs, after it was sent: a thread that blocks waits for that. */
  arrivals: Int32Array
}

/** To an interpreter: control frames on descriptor 4, one message each. */
export type ToInterpreter =
  | { type: 'start'; start: ScriptStart; code: Code }
  | { type: 'abort'; run: number; attempt: number; reason: string }
  | { type: 'answers'; answers: Answer[] }
  | { type: 'sample' }

/**
 * To a pool, a frame whose channel is not 0 is a batch of that number: its payload is the JSON of a `Batch` and goes to
 * one thread unread; the same JSON comes on a thread's own line. Everything else is a `ToInterpreter` on channel 0.
 */
export type Batch = { codes: Code[]; starts: (ScriptStart & { code: number })[] }

/** What a thread of the executor `thread` is given: the JSON of a `Batch`, and shared counts of how far it is. */
export type ThreadTask = { json: string; counts: Int32Array }

/** From an interpreter: control frames on descriptor 3, each a JSON array. */
export type FromInterpreter = Report | ThreadLost | Contaminated | SampleTaken

/** Builtins that all runs of a thread share were changed: no further run should begin in this pool. */
export type Contaminated = { type: 'contaminated' }

/** Of one thread. */
export type SampleTaken = { type: 'sample'; sample: Sample }

/**
 * A thread of the pool died. These batches were on it and hear nothing more, nor does what came to `threads` directly; where a
 * run has its thread to itself, it is `run`.
 */
export type ThreadLost = {
  type: 'thread_lost'
  batches: number[]
  threads: number[]
  run: number | null
  why: string
  exitCode: number | null
}

/** Name of the BroadcastChannel on which a pool passes aborts and answers to all its threads; each knows its own runs. */
export const TO_RUNS_CHANNEL = 'signalbox-to-runs'
