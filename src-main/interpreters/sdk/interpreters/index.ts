import { create, get, getCurrent, getMain, listAll } from './interpreter.ts'
import { pool } from './pool.ts'
import { createQueue, getQueue } from './queue.ts'
import { isShareable } from './sharing.ts'

/**
 * Isolated interpreters with globals that last, as the module concurrent.interpreters of PEP 734. Each is a process of its own. It
 * ends with the run that made it, unless that keeps it, and with the host.
 */
export const interpreters = {
  /** Starts a process, and gives its handle. */
  create,
  /** All there are on this host, `main` first, then in the order in which they were made. */
  listAll,
  /** The one of that number or name. Rejects with an InterpreterNotFoundError. */
  get,
  /** The one that the calling code is in: `main`, in a run. */
  getCurrent,
  /** `main`: the one that runs are in. Its number is 0 everywhere. */
  getMain,
  /** A new queue between interpreters; 0 or less: it holds any number of items. */
  createQueue,
  /** The queue of that number. Rejects with a QueueNotFoundError. */
  getQueue,
  /**
   * Whether it is handed over as what it is: null, undefined, booleans, numbers, integers of 64 bits, texts, bytes, handles of
   * interpreters and queues, and frozen arrays of these, at any depth. What is not shareable arrives as a copy, if it can be
   * copied at all. As interpreters.is_shareable, which looks at the outermost array only.
   */
  isShareable,
  /** A pool of interpreters that do jobs: `await using pool = interpreters.pool({ workers: 4 })`. */
  pool,
} as const
