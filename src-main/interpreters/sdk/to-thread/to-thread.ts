import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { errorFrom } from '../errors.ts'
import { callableOf } from '../interpreters/callable.ts'
import type { CallableElsewhere } from '../interpreters/callable.ts'
import { NotShareableError } from '../interpreters/errors.ts'
import { placeOfCaller } from '../place.ts'
import { currentLink } from '../run-link.ts'
import { endingBy } from '../tasks/task.ts'
import { Future, settle } from '../tasks/future.ts'
import type { Outcome } from '../tasks/future.ts'
import { threadsOf } from './threads.ts'
import type { Ended } from './threads.ts'

/** As many threads as the default executor of asyncio has. */
const MOST_THREADS = Math.min(32, availableParallelism() + 4)

/**
 * Calls a function on a thread of this process, in parallel with all else, as asyncio.to_thread. Arguments and value are copied by
 * structured clone, but a SharedArrayBuffer is the same memory on both sides. A function goes there as its text, without what
 * is around it; an export of a module (`'./work.ts#hash'`) is imported there. A cancel before it has begun undoes it; one that
 * runs goes on, and its value is dropped. Threads end with the run.
 */
export function toThread<Args extends unknown[], Value>(
  fn: CallableElsewhere<Args, Value>,
  ...args: Args
): Future<Awaited<Value>> {
  const callable = callableOf('toThread(fn)', fn)
  const future = new Future<Awaited<Value>>()
  const threads = threadsOf(currentLink(), MOST_THREADS)
  threads.start({
    message: { callable, args, folder: folderOfCaller() },
    isWanted: () => !future.done(),
    onEnd: (ended) => settle(future, outcomeOf(ended)),
  })
  return future
}

function outcomeOf<Value>(ended: Ended): Outcome<Value> {
  switch (ended.how) {
    case 'returned':
      return { how: 'done', value: ended.value as Value }
    case 'threw':
      return endingBy(errorFrom(ended.error))
    case 'refused':
      return { how: 'failed', error: new NotShareableError(`It cannot be handed over: ${ended.message}.`) }
    default:
      return ended satisfies never
  }
}

function folderOfCaller(): string {
  const path = placeOfCaller()?.replace(/:\d+:\d+$/, '')
  return path === undefined ? process.cwd() : dirname(path)
}
