import { monotonicNow } from '../own-builtins.ts'
import { RuntimeError } from './errors.ts'
import { openCall } from './open-call.ts'
import type { Ask } from './open-call.ts'
import { currentLink } from './run-link.ts'
import { currentScope } from './tasks/scope.ts'
import type { GiveUp, Settle } from './tasks/scope.ts'

/** Asks the engine and blocks the thread until it has answered. A cancel of the run ends the wait, as it ends others. */
export function askSync(what: Ask): unknown {
  return block<unknown>(what.timeoutMs ?? Infinity, (settle) => openCall(what, settle))
}

/** Blocks for so long. */
export function sleepSync(ms: number): void {
  block<void>(ms, (settle) => {
    const begin = ({ reject }: Settle<void>): GiveUp => {
      return (cancelled) => {
        reject(cancelled)
        return true
      }
    }
    currentScope().open({ begin }, settle)
    return { endTime: () => settle.resolve() }
  })
}

/** Blocks until what `begin` has begun is settled. When `withinMs` are over it is told, and ends in its own way. */
function block<Value>(withinMs: number, begin: (settle: Settle<Value>) => { endTime: () => void }): Value {
  const { receive } = currentLink()
  if (receive === null) {
    throw Object.assign(new RuntimeError("'signalbox/sync' would block every other run of the executor 'async'."), {
      hint: "Import from 'signalbox' and await, or give the job the executor 'thread' or 'process'.",
    })
  }
  const until = monotonicNow() + withinMs
  let outcome: { value: Value } | { error: unknown } | undefined
  const { endTime } = begin({ resolve: (value) => (outcome = { value }), reject: (error) => (outcome = { error }) })
  let isInTime = true
  while (outcome === undefined) {
    const leftMs = isInTime ? until - monotonicNow() : Infinity
    if (leftMs > 0) receive(leftMs)
    else {
      isInTime = false
      endTime()
    }
  }
  if ('value' in outcome) return outcome.value
  throw outcome.error
}
