/** What an unfinished run waits for, who has it, and who waits for each other for ever. */
import type { ConditionKind } from './conditions.ts'
import type { Executor } from './definition.ts'
import type { Lifecycle } from './contract.ts'

/** A task inside an attempt. 0 is the run's own function. `name` is null where the script has not told it. */
export type TaskName = { number: number; name: string | null }

/** Who has what another one waits for. */
export type Holder = {
  run: number
  /** Of the run. */
  name: string
  attempt: number
  /** Null: the attempt as a whole has it, until it ends. */
  task: TaskName | null
  /** Permits, or items. */
  amount: number
  since: number
  /** `file:line:column` of the script that took it; null where that is not known. */
  place: string | null
}

/** The task that waits, and where in its code. */
export type Asking = {
  attempt: number
  task: TaskName
  place: string | null
  /** When the script gives up by itself; null: it waits for ever. */
  givesUpAt: number | null
}

type Waiting = {
  /** Null: the run as a whole waits, and has not begun. */
  by: Asking | null
  /** The name of what is waited for, where it has one. */
  resource: string | null
  since: number
  /** How many stand before it in the line, at most 1,000; null: there is no line. */
  ahead: number | null
  /** The first of those who have it. */
  holders: Holder[]
  holderCount: number
  /** When the wait will be over, where that can be known. */
  expectedAt: number | null
}

/** Why a run, or a task of it, does not go on; computed by the machine. */
export type Wait = Waiting &
  /** `retry`: an attempt has failed, and this retry, of so many, is not due yet; null: the run is delayed. */
  (
    | { kind: 'time'; until: number; retry: { number: number; of: number } | null }
    | { kind: 'slot'; executor: Executor; inUse: number; slots: number }
    | { kind: 'paused_job'; job: string }
    | { kind: 'draining' }
    | { kind: 'disk_full'; freeBytes: number }
    /** Of the machine. `isKnown` false: this host cannot see whether it holds, and `hint` says what to do. */
    | { kind: 'machine'; condition: ConditionKind; idleMs: number | null; isKnown: boolean; hint: string | null }
    /** Their key cannot be had for now: why, and what to do. */
    | { kind: 'secrets'; why: string; hint: string }
    /** `free`: what could be taken if nobody were ahead. `perMs`: of a rate limit, how long a permit is used. */
    | { kind: 'semaphore'; amount: number; free: number; permits: number; perMs: number | null }
    /** The holders are runs with the same value of its job's concurrency key, which `resource` names. */
    | { kind: 'key'; limit: number }
    /** `condition`: it was notified there, and goes on when it has the lock again. */
    | { kind: 'lock'; condition: string | null }
    | { kind: 'event' }
    | { kind: 'condition'; lock: string }
    | { kind: 'barrier'; arrived: number; parties: number }
    | { kind: 'queue_get'; isPaused: boolean }
    | { kind: 'queue_put'; size: number; maxsize: number }
    /** The holders are those who have taken an item. */
    | { kind: 'queue_join'; unfinished: number }
    | { kind: 'future' }
    | { kind: 'run'; run: number; lifecycle: Lifecycle }
    | { kind: 'task'; tasks: TaskName[]; runs: number[]; needsAll: boolean }
    | { kind: 'sleep'; until: number }
    /** `resource` names the interpreter, which does something for it. */
    | { kind: 'interpreter'; interpreter: number }
    /** Something outside of the engine, for example an answer from the network. */
    | { kind: 'promise' }
  )

/** A task of a live attempt; those with `parent` null are not the child of another. */
export type TaskRow = {
  task: number
  parent: number | null
  name: string
  since: number
  place: string | null
  waits: Wait[]
}

/** What has a line, or can run out. */
export type ResourceName = { kind: 'semaphore' | 'lock' | 'key' | 'slot' | 'queue_join'; resource: string }

/** What a member of a deadlock has that members wait for. */
export type Held = ResourceName & { amount: number; since: number; place: string | null }

/** A run, or a task of one, that can never go on unless somebody acts. */
export type DeadlockMember = {
  run: number
  name: string
  /** Null: the run is queued. */
  attempt: number | null
  task: TaskName | null
  holds: Held[]
  waits: Wait[]
}

/**
 * In the cycle each waits for the next, and the last for the first: for what it holds (`of`), because it is ahead in the
 * line for `of`, or for its end. `task` is null for a queued run.
 */
export type DeadlockLink = { run: number; task: number | null } & (
  { by: 'holds' | 'ahead'; of: ResourceName } | { by: 'end' }
)

/** Runs that wait for each other for ever. It stays until a person or a script acts; the engine never breaks it. */
export type Deadlock = {
  id: number
  /** When the last of the waits began that make it. */
  since: number
  foundAt: number
  /** The first 20 of them. */
  members: DeadlockMember[]
  memberCount: number
  cycle: DeadlockLink[]
  /** The cycle in words. */
  summary: string
  /** The run whose cancel would undo it at the least loss, and why that one. */
  victim: { run: number; name: string; why: string }
}
