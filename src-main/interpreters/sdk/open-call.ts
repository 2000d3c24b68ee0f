import type { Answer, Call } from '../calls.ts'
import { CancelledError } from './cancelled-error.ts'
import { errorFrom, TimeoutError } from './errors.ts'
import { placeOfCaller } from './place.ts'
import { currentLink, currentRun } from './run-link.ts'
import { runtimeOf } from './runtime.ts'
import { currentScope } from './tasks/scope.ts'
import type { GiveUp, Scope, Settle } from './tasks/scope.ts'
import type { Limits } from './runtime.ts'
import { signal as currentSignalStandIn } from './signal.ts'

export type Ask = {
  call: Call
  timeoutMs?: number
  signal?: AbortSignal
  /** The call that undoes a grant which came after its wait was given up; null when it cannot be undone. */
  giveBack?: (value: unknown) => Call | null
}

/** What can wait. The rest takes effect at once, so no cancel comes between it and its answer. */
const waiting: ReadonlySet<Call['do']> = new Set([
  'acquire',
  'wait',
  'put',
  'get',
  'join',
  'watch',
  'exec',
  'call',
  'send',
  'receive',
])

export type OpenCall = {
  /** For a cancel. */
  giveUp: GiveUp
  /** For the end of its time, where the loop's timers do not run because the thread is blocked. */
  endTime: () => void
}

/**
 * Asks the engine, and settles with its answer. A wait that is given up (cancel, timeout, `signal`) is over only when the
 * engine has said so: what it granted in the meantime is given back, and nothing is lost or held by nobody.
 */
export function openCall(what: Ask, settle: Settle<unknown>): OpenCall {
  const scope = currentScope()
  const place = placeOfCaller()
  let takeBack: ((why: unknown) => boolean) | null = null
  const endTime = () => void takeBack?.(timeIsUp(what.timeoutMs))
  if (waiting.has(what.call.do)) {
    const begin = (end: Settle<unknown>) => (takeBack = askAndWait(scope, what, place, end))
    return { giveUp: scope.open({ begin }, settle), endTime }
  }
  runtimeOf(currentLink()).send(scope.task.id, what.call, place, (answer) => {
    if (answer.ok) settle.resolve(answer.value)
    else settle.reject(errorFrom(answer.error, place))
  })
  return { giveUp: () => false, endTime }
}

const timeIsUp = (timeoutMs: number | undefined) => new TimeoutError(`waited longer than ${timeoutMs} ms`)

function askAndWait(
  scope: Scope,
  { call, timeoutMs, signal, giveBack }: Ask,
  place: string | null,
  { resolve, reject }: Settle<unknown>,
): (why: unknown) => boolean {
  const runtime = runtimeOf(currentLink())
  const task = scope.task.id
  let givenUp: { why: unknown } | null = null
  const giveUp = (why: unknown): boolean => {
    if (givenUp !== null) return false
    givenUp = { why }
    runtime.withdraw(id)
    return true
  }
  const id = runtime.send(task, call, place, settle, limitsOf(scope, timeoutMs, signal))
  const onAbort = () => giveUp(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted === true) onAbort()
  const timer =
    timeoutMs === undefined ? null : scope.task.tree.loop.callLater(timeoutMs, () => giveUp(timeIsUp(timeoutMs)))
  return giveUp

  function settle(answer: Answer): void {
    timer?.cancel()
    signal?.removeEventListener('abort', onAbort)
    if (answer.ok) take(answer.value)
    else if (givenUp !== null && answer.error.name === 'Withdrawn') reject(givenUp.why)
    else reject(errorFrom(answer.error, place))
  }

  function take(value: unknown): void {
    if (givenUp === null) resolve(value)
    else if (undo(value)) reject(givenUp.why)
    else {
      if (givenUp.why instanceof CancelledError) scope.postpone(givenUp.why)
      resolve(value)
    }
  }

  /** False when what was granted stays so. */
  function undo(value: unknown): boolean {
    const call = giveBack?.(value)
    if (call === null) return isWithdrawn(value)
    if (call !== undefined) runtime.send(task, call, null, () => undefined)
    return true
  }
}

/** How the wait may end without the engine. The task's own signal does not count: it aborts when the task is cancelled. */
function limitsOf(scope: Scope, timeoutMs = Infinity, signal: AbortSignal | undefined): Limits {
  const isOwn = signal === currentSignalStandIn || signal === scope.signal || signal === currentRun().signal
  const leftMs = Math.min(timeoutMs, scope.leftMs)
  return {
    ...(leftMs === Infinity ? {} : { timeoutMs: Math.max(0, Math.ceil(leftMs)) }),
    ...(signal === undefined || isOwn ? {} : { isAbortable: true }),
  }
}

/** A condition's wait that was taken back is answered when its lock is held again. */
const isWithdrawn = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'isWithdrawn' in value && value.isWithdrawn === true
