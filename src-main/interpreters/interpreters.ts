import type { Use } from '../core/advisor.ts'
import type { Definition, LogLevel, RunError } from '../../src-preload/contract.ts'
import type { Ending } from '../core/verdict.ts'
import type { LimitEffect, LimitPassed } from '../core/resource-limit.ts'
import type { Answer, ScriptReport } from './calls.ts'
import type { Instruction, NamedReport } from './named/named-interpreters.ts'
import type { Reading } from './telemetry/gauges.ts'

/** One try of one run, ready to be started. `run` and `attempt` together name it in every report. */
export type AttemptStart = {
  run: number
  attempt: number
  /** What `run.job` says inside the script; null for an ad hoc run. */
  job: string | null
  name: string
  idempotencyKey: string
  /** How many attempts that count the run has at most. */
  maxAttempts: number
  isLastAttempt: boolean
  /** Epoch ms of the planned instant; null for a run that no schedule made. */
  slot: number | null
  backfilled: boolean
  /** A supervisor has died under it before: it has one of its own, whose death is its failure. For processes only. */
  isSuspect: boolean
  definition: Definition
  /** JSON text. */
  input: string
  /** What it is given of secrets, or why it cannot have them; left out when it needs none. */
  secrets?: { values: Record<string, string> } | { refusal: RunError }
}

/**
 * `signal` asks: the script's AbortSignal aborts with `reason`, a command gets SIGTERM.
 * `terminate`: SIGTERM for the process group of a script that has its own.
 * `kill` does not ask: SIGKILL for the process group and for everything that carries the attempt's tag; for a pooled
 * attempt it costs the whole interpreter process, whose other attempts are reported `interrupted`.
 */
export type StopStep = { run: number; attempt: number; step: 'signal' | 'terminate' | 'kill'; reason: string }

export type { Ending }

export type Report =
  /** A process exists for it. */
  | { type: 'started'; run: number; attempt: number; pid: number }
  /** The script's loop has taken the signal of its stop. */
  | { type: 'reacted'; run: number; attempt: number }
  /** It was asked to stop and is inside a shield since then (epoch ms), or no more. */
  | { type: 'shielded'; run: number; attempt: number; since: number | null }
  | { type: 'log'; run: number; attempt: number; lines: [at: number, level: LogLevel, text: string][] }
  | { type: 'progress'; run: number; attempt: number; done: number; total: number | null; note: string | null }
  /** It has used up more of something than it may; what that ends is told by `ended`. */
  | { type: 'limit'; run: number; attempt: number; passed: LimitPassed; effect: LimitEffect }
  | { type: 'ended'; run: number; attempt: number; ending: Ending; cpuMs: number | null; use?: Use | null }
  | ScriptReport

/**
 * Where attempts run. Two kinds exist: the supervisor's processes, and the simulated ones of the tests.
 * Reports of one attempt arrive in order, the `ended` one last and exactly once; attempts that were running when the
 * supervisor died are reported `interrupted`, and suspect, after its tagged processes are seen dead.
 */
export interface Interpreters {
  /** Kills what earlier lives of this data folder left running; resolves when it was seen dead. Call before `start`. */
  sweep(): Promise<{ killed: number }>
  start(attempts: AttemptStart[]): void
  stop(steps: StopStep[]): void
  /** Tells scripts what became of their calls. One for an attempt that is over goes nowhere. */
  answer(answers: Answer[]): void
  /** Starts, uses and ends named interpreters. */
  instruct(instructions: Instruction[]): void
  /** What is known of the processes; whoever asks again a second later hears what they are like then. */
  readGauges(): Reading[]
  /**
   * Retires the pool process of an executor, or the one that a reading's key names: its runs end in it, the next ones get a new
   * one. False: none is there that takes runs.
   */
  recycle(which: string): boolean
  /** Kills everything that still runs, sees it dead, and ends the supervisor. No reports after it resolves. */
  close(): Promise<void>
}

export type OnReports = (reports: (Report | NamedReport)[]) => void
