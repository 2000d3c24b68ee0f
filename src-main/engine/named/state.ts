import type { Line } from '../../core/line.ts'
import type { CallError } from '../../interpreters/calls.ts'
import type { LogEntry } from '../../interpreters/log-budget.ts'
import type { Report } from '../../interpreters/interpreters.ts'
import type { Asker, OpenCall } from '../objects/script-side.ts'

/** A person who waits for an answer, at the other end of a call of the contract. */
export type Person = { readonly settle: (outcome: Outcome) => void }
export type Outcome = { ok: true; value: unknown } | { ok: false; error: CallError }
/** Who is told what has become of something. A negative run is an interpreter: its code asks, too. */
export type Waiter = Asker | Person

/** The attempt with which something ends; null: it stays. */
export type Owner = { readonly run: number; readonly attempt: number } | null

/** Something that an interpreter does. */
export type Work = {
  readonly task: number
  readonly doing: 'exec' | 'call' | 'bind'
  readonly since: number
  readonly isBackground: boolean
  /** Null: whoever asked has gone. */
  waiter: Waiter | null
  /** The run in whose log its output is written. */
  readonly run: number | null
  /** The last lines of output; kept for persons. */
  readonly lines: LogEntry[]
}

export type NamedInterpreter = {
  readonly id: number
  readonly name: string
  readonly memoryMb: number
  readonly owner: Owner
  readonly createdAt: number
  pid: number | null
  /** Who is told when it has started. */
  creator: Waiter | null
  /** What it does at its top level: one thing at a time. */
  main: Work | null
  /** All that it does, by task; `main` and what is called in the background. */
  readonly works: Map<number, Work>
  /** Who waits for its end. */
  readonly closers: Waiter[]
  /** What its own code has asked and is not answered yet. */
  readonly calls: Map<number, OpenCall>
  done: number
}

/** A queue between interpreters. */
export type Channel = {
  readonly id: number
  /** 0: unbounded. */
  readonly maxsize: number
  /** With what it ends: a run's attempt, or an interpreter that has no owner. */
  readonly owner: Owner
  readonly interpreter: number | null
  readonly items: Map<number, string>
  readonly receiving: Line<Asker>
  readonly sending: Line<Asker & { readonly values: string }>
}

/** All of it lives in memory, and dies with the host. */
export type NamedState = {
  /** Those that can be found. */
  readonly open: Map<number, NamedInterpreter>
  /** Closed ones whose processes are not seen dead yet. */
  readonly leaving: Map<number, NamedInterpreter>
  /** The last ones that have ended, and why. */
  readonly ended: Map<number, { name: string; why: string }>
  readonly channels: Map<number, Channel>
  /** Endings of attempts that are not over before their interpreters are dead, by run. */
  readonly heldEndings: Map<number, Extract<Report, { type: 'ended' }>>
  lastTask: number
  lastItem: number
  queuedUnits: number
}

export const noNamed = (): NamedState => ({
  open: new Map(),
  leaving: new Map(),
  ended: new Map(),
  channels: new Map(),
  heldEndings: new Map(),
  lastTask: 0,
  lastItem: 0,
  queuedUnits: 0,
})

/** The interpreter that code of runs is in. It has no process of its own and is always there. */
export const main = { id: 0, name: 'main' } as const

/** One whose process is there: its code goes on while it is closing. */
export const living = ({ named }: { named: NamedState }, id: number): NamedInterpreter | undefined =>
  named.open.get(id) ?? named.leaving.get(id)
