import type { CallError } from '../calls.ts'
import { CancelledError } from './cancelled-error.ts'
import {
  InterpreterError,
  InterpreterLost,
  InterpreterNotFoundError,
  NotShareableError,
  QueueNotFoundError,
} from './interpreters/errors.ts'
import { named } from './named-error.ts'
import { NonRetryableError } from './retry-errors.ts'

/** The time that a wait or a block was given is over, as asyncio.TimeoutError. */
export class TimeoutError extends named('TimeoutError') {}
/**
 * A future that is settled cannot be settled again, and one that is not has no result yet, as asyncio.InvalidStateError.
 */
export class InvalidStateError extends named('InvalidStateError') {}
/** Something was done at a moment at which it cannot be done: Python's RuntimeError, where asyncio raises that. */
export class RuntimeError extends named('RuntimeError') {}
/** `tryPut` found no room, as asyncio.QueueFull of `put_nowait`. */
export class QueueFull extends named('QueueFull') {}
/** `tryGet` found no item, as asyncio.QueueEmpty of `get_nowait`. */
export class QueueEmpty extends named('QueueEmpty') {}
/** The queue was shut down: it takes no item any more, or has none left to give. As asyncio.QueueShutDown. */
export class QueueShutDown extends named('QueueShutDown') {}
/** The awaited run was cut off and begins no more by itself; nobody knows whether its work was done. */
export class AbandonedError extends named('AbandonedError') {}
/** The barrier was aborted or reset while this one waited, or is broken. As asyncio.BrokenBarrierError. */
export class BrokenBarrierError extends named('BrokenBarrierError') {}

const classes = new Map<string, new (message?: string) => Error>(
  Object.entries({
    CancelledError,
    TimeoutError,
    AbandonedError,
    InvalidStateError,
    RuntimeError,
    QueueFull,
    QueueEmpty,
    QueueShutDown,
    BrokenBarrierError,
    NonRetryableError,
    InterpreterError,
    InterpreterLost,
    InterpreterNotFoundError,
    NotShareableError,
    QueueNotFoundError,
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  }),
)

/**
 * An error that came as data, as one of the classes that scripts can catch; of an unknown class: an Error of that name. Its
 * stack is the one it came with, else the place of the call that it answers.
 */
export function errorFrom({ name, message, stack, hint }: CallError, place: string | null = null): Error {
  const Known = classes.get(name)
  const error = Known === undefined ? Object.assign(new Error(message), { name }) : new Known(message)
  if (typeof stack === 'string') error.stack = stack
  else placeAt(error, place)
  return typeof hint === 'string' ? Object.assign(error, { hint }) : error
}

/** An error made when an answer comes has no line of the user's code in its stack: this gives it the one that asked. */
function placeAt(error: Error, place: string | null): void {
  error.stack = `${error.name}: ${error.message}${place === null ? '' : `\n    at ${place}`}`
}
