import { Problem } from '../../../src-preload/problem.ts'
import type { ProblemCode } from '../../../src-preload/problem.ts'
import type { CallError } from '../../interpreters/calls.ts'
import { interpreterOfParty } from '../../interpreters/named/party.ts'
import { answer, fail } from '../objects/script-side.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { living } from './state.ts'
import type { Outcome, Waiter } from './state.ts'

/** Tells who waits for it what has become of something; after the commit. */
export function tell(state: EngineState, tick: Tick, waiter: Waiter | null, outcome: Outcome): void {
  if (waiter === null) return
  if ('settle' in waiter) {
    tick.effects.replies.push(() => waiter.settle(outcome))
    return
  }
  if (waiter.run > 0) {
    if (outcome.ok) answer(state.live, tick, waiter, outcome.value)
    else fail(state.live, tick, waiter, outcome.error)
    return
  }
  living(state, interpreterOfParty(waiter.run))?.calls.delete(waiter.call)
  const { run, attempt, call } = waiter
  tick.effects.answers.push({ run, attempt, call, ...outcome })
}

/** The classes by which scripts know our refusals, as concurrent.interpreters names them. */
const classes: Partial<Record<ProblemCode, string>> = {
  INTERPRETER_NOT_FOUND: 'InterpreterNotFoundError',
  INTERPRETER_BUSY: 'InterpreterError',
  INTERPRETER_UNFIT: 'InterpreterError',
  TOO_MANY_INTERPRETERS: 'InterpreterError',
  INTERPRETER_QUEUE_NOT_FOUND: 'QueueNotFoundError',
  BAD_INPUT: 'RangeError',
}

/** Does it, and tells a refusal, which came before anything was written. */
export function attempt(state: EngineState, tick: Tick, waiter: Waiter, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    tell(state, tick, waiter, { ok: false, error: asCallError(error) })
  }
}

const asCallError = ({ code, message, hint }: Problem): CallError => ({
  name: classes[code] ?? 'RuntimeError',
  message,
  hint,
})
