import type { Json } from '../../src-preload/contract.ts'
import type { Answer } from '../interpreters/calls.ts'
import type { AttemptStart, StopStep } from '../interpreters/interpreters.ts'
import type { LiveRun } from './state.ts'
import type { Instruction } from '../interpreters/named/named-interpreters.ts'

/** What a transaction changed, for the feeds. */
export type Changes = {
  runs: Set<number>
  logs: Set<number>
  jobs: boolean
  /** A schedule, or what became of its slots. */
  schedules: boolean
  /** Anything at all that the counters or slots show. */
  status: boolean
  /** An action on many runs. */
  bulk: boolean
}

/**
 * One turn of the engine: the time it happens at, what it changes, and what must happen outside once it is committed.
 * Nothing in `effects` is carried out when the transaction fails.
 */
export type Tick = {
  /** Epoch ms. */
  readonly now: number
  readonly mono: number
  readonly changes: Changes
  readonly effects: {
    replies: (() => void)[]
    starts: AttemptStart[]
    stops: StopStep[]
    answers: Answer[]
    instructions: Instruction[]
  }
  /** Appends to the run's history; `at` in epoch ms, `now` unless given. */
  event(run: number, type: string, data?: { [key: string]: Json }, at?: number): void
  /** Stores that the attempt has started, unless that is stored, because something follows it that is; see `told.ts`. */
  tellStart(run: LiveRun): void
  /** Runs whose start was told in this turn. */
  readonly startsTold: Set<number>
}

export const noChanges = (): Changes => ({
  runs: new Set(),
  logs: new Set(),
  jobs: false,
  schedules: false,
  status: false,
  bulk: false,
})
