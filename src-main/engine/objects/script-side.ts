import type { Answer, Call, CallError, TaskReport } from '../../interpreters/calls.ts'
import type { LiveRun } from '../state.ts'
import type { Delivery } from './queue-items.ts'
import type { QueueUse } from './queue-uses.ts'
import type { Tick } from '../tick.ts'

/** A task of a live attempt, and the call it made. */
export type Asker = {
  readonly run: number
  readonly attempt: number
  readonly task: number
  readonly call: number
  /** Epoch ms of the asking. */
  readonly since: number
  /** `file:line:column` of the user's code. */
  readonly place: string | null
  /** Epoch ms at which the script gives up by itself; null: it set no limit. */
  readonly givesUpAt: number | null
  /** The script may take the call back before, for a reason of its own. */
  readonly isAbortable: boolean
}

export type OpenCall = { readonly asker: Asker; readonly what: Call }

/** A permit is a lease of an attempt: it ends with it at the latest. */
export type Permit = {
  readonly id: number
  readonly kind: 'semaphore' | 'lock'
  readonly name: string
  readonly amount: number
  /** Null: taken at admission, for the whole attempt. */
  readonly task: number | null
  readonly since: number
  readonly place: string | null
}

/** What a live attempt has to do with durable objects; made when its script first uses one. */
export type ScriptSide = {
  /** Calls without an answer, in the order of their asking. */
  readonly openCalls: Map<number, OpenCall>
  /** The same of runs that it follows without a task that waits for the answer. */
  readonly follows: Map<number, OpenCall>
  readonly permits: Map<number, Permit>
  /** Queue items it has taken and is not done with, by id, oldest first. */
  readonly items: Map<number, Delivery>
  readonly tasks: Map<number, TaskReport>
  queueUse: QueueUse | null
}

export const scriptSideOf = (run: LiveRun): ScriptSide =>
  (run.script ??= {
    openCalls: new Map(),
    follows: new Map(),
    permits: new Map(),
    items: new Map(),
    tasks: new Map(),
    queueUse: null,
  })

type Live = ReadonlyMap<number, LiveRun>

/** Answers a call; it is sent when the turn is committed. */
export function answer(live: Live, tick: Tick, asker: Asker, value: unknown): void {
  send(live, tick, asker, { ok: true, value })
}

/** Answers a call with an error that the script sees as one of the SDK's classes. */
export function refuse(live: Live, tick: Tick, asker: Asker, name: string, message: string, hint?: string): void {
  fail(live, tick, asker, { name, message, hint: hint ?? null })
}

export function fail(live: Live, tick: Tick, asker: Asker, error: CallError): void {
  send(live, tick, asker, { ok: false, error })
}

function send(
  live: Live,
  tick: Tick,
  { run, attempt, call }: Asker,
  outcome: { ok: true; value: unknown } | { ok: false; error: CallError },
): void {
  const side = live.get(run)?.script
  if (side?.openCalls.delete(call) === false) side.follows.delete(call)
  const answer: Answer = { run, attempt, call, ...outcome }
  tick.effects.answers.push(answer)
  tick.changes.runs.add(run)
}
