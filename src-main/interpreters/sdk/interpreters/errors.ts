import type { Performed, RemoteError } from '../../named/calls.ts'
import { named } from '../named-error.ts'

/** Something of an interpreter cannot be done, for example because it is running. As InterpreterError. */
export class InterpreterError extends named('InterpreterError') {}

/** There is no such interpreter, or none any more; the message says what became of it. As InterpreterNotFoundError. */
export class InterpreterNotFoundError extends InterpreterError {
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InterpreterNotFoundError'
  }
}

/** The interpreter's process died under what it was doing; the message says why. What it had is lost. */
export class InterpreterLost extends InterpreterError {
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InterpreterLost'
  }
}

/** An error inside an interpreter as it comes out of it: never the error itself, which stays there. */
export type ExecutionInfo = {
  /** The name of the error's class. */
  readonly type: string
  /** Its message. */
  readonly message: string
  /** What the interpreter would print of it: with the stack and the causes. */
  readonly display: string
}

/** The code has thrown. `excinfo` says what, and the interpreter can be used as before. As ExecutionFailed. */
export class ExecutionFailed extends InterpreterError {
  /** What has been thrown. */
  readonly excinfo: ExecutionInfo

  /** @internal Scripts get them of interpreters. */
  constructor({ type, message, display, hint }: RemoteError) {
    super(message === '' ? type : `${type}: ${message}`)
    this.name = 'ExecutionFailed'
    this.excinfo = { type, message, display }
    this.stack = `${this.name}: ${this.message}\n\nIn the interpreter:\n${display}`
    if (hint !== null) Object.assign(this, { hint })
  }
}

/** A value, or a function, cannot be handed to another interpreter; the message says what of it. As NotShareableError. */
export class NotShareableError extends TypeError {
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NotShareableError'
  }
}

/** There is no such queue, or none any more. As QueueNotFoundError. */
export class QueueNotFoundError extends named('QueueNotFoundError') {}

/** The text of the value that came back; throws what became of it otherwise. */
export function valuesOf(performed: Performed): string | null {
  switch (performed.how) {
    case 'returned':
      return performed.values
    case 'failed':
      throw new ExecutionFailed(performed.error)
    case 'refused':
      throw performed.name === 'TypeError' ? new TypeError(performed.message) : new NotShareableError(performed.message)
    case 'lost':
      throw new InterpreterLost(performed.why)
    default:
      return performed satisfies never
  }
}
