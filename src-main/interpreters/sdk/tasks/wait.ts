import { checkDuration } from '../check.ts'
import type { Duration } from '../check.ts'
import { TimeoutError } from '../errors.ts'
import { lookAt, notice, onSettled, outcomeOf } from './future.ts'
import type { Future } from './future.ts'
import { currentScope } from './scope.ts'
import { toFutures } from './to-future.ts'
import type { Awaitable } from './to-future.ts'

const modes = ['ALL_COMPLETED', 'FIRST_COMPLETED', 'FIRST_EXCEPTION'] as const

/** How long `wait` waits; the names are those of asyncio.wait. */
export type ForWaitOptions = {
  /** Left out: ALL_COMPLETED. FIRST_EXCEPTION waits for all unless one fails. */
  returnWhen?: (typeof modes)[number] | undefined
  /** What is not done by then is in `pending`; nothing is thrown. */
  timeout?: Duration | undefined
}

/**
 * Waits for futures without taking their outcomes, as asyncio.wait: what was handed over is in `done` or in `pending`. A cancel
 * of who waits leaves them alone.
 */
export async function wait<Value>(
  list: Iterable<Awaitable<Value>>,
  { returnWhen = 'ALL_COMPLETED', timeout }: ForWaitOptions = {},
): Promise<{ done: Set<Future<Value>>; pending: Set<Future<Value>> }> {
  if (!modes.includes(returnWhen)) throw new RangeError(`returnWhen must be ${modes.join(', ')}, not ${returnWhen}.`)
  const withinMs = timeout === undefined ? null : checkDuration('timeout', timeout)
  const members = new Set(toFutures('wait', list))
  if (members.size === 0) throw new RangeError('wait(list): the list is empty.')
  const isEnough = () => {
    const open = [...members].filter((member) => !member.done())
    if (open.length === 0) return true
    if (returnWhen === 'FIRST_COMPLETED') return open.length < members.size
    return returnWhen === 'FIRST_EXCEPTION' && [...members].some((member) => outcomeOf(member)?.how === 'failed')
  }
  for (const member of members) notice(member)
  await waitUntil(members, isEnough, withinMs, returnWhen === 'ALL_COMPLETED')
  const done = new Set([...members].filter((member) => member.done()))
  return { done, pending: new Set([...members].filter((member) => !done.has(member))) }
}

/** What was handed in, with its outcome. (As a thenable, TypeScript would take the loop's variable for its value.) */
export type Completed<Value> = Omit<Future<Value>, 'then'>

/**
 * Gives the members as they complete, each once, as asyncio.as_completed:
 * `for await (const task of asCompleted(tasks)) log(task.result())`. A loop that was left can be taken up again.
 */
export function asCompleted<Value>(
  list: Iterable<Awaitable<Value>>,
  { timeout }: { timeout?: Duration | undefined } = {},
): AsyncIterableIterator<Completed<Value>> {
  const { loop } = currentScope().task.tree
  const until = timeout === undefined ? null : loop.time() + checkDuration('timeout', timeout)
  const open = new Set(toFutures('asCompleted', list))
  const completed: Future<Value>[] = []
  for (const member of open) onSettled(member, () => void (open.delete(member) && completed.push(member)))
  return {
    async next() {
      while (completed.length === 0 && open.size > 0) {
        const withinMs = until === null ? null : Math.max(0, until - loop.time())
        await waitUntil(open, () => completed.length > 0, withinMs, false)
        if (completed.length === 0 && withinMs === 0) throw new TimeoutError(`${open.size} were not done in time`)
      }
      const value = completed.shift()
      return value === undefined ? { done: true, value } : { done: false, value }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/**
 * The outcome of the member that is settled first. The others are cancelled, and waited for: none is left running behind the
 * caller's back.
 */
export async function race<Value>(list: Iterable<Awaitable<Value>>): Promise<Value> {
  const members = [...new Set(toFutures('race', list))]
  if (members.length === 0) throw new RangeError('race(list): the list is empty.')
  const isOver = () => members.some((member) => member.done())
  for (const member of members) notice(member)
  try {
    await waitUntil(new Set(members), isOver, null, false)
  } catch (error) {
    await cancelAll(members)
    throw error
  }
  const winner = members.find((member) => member.done())
  await cancelAll(members)
  // It is done: this gives its value or throws its error.
  return (winner as Future<Value>).result()
}

async function cancelAll(members: readonly Future[]): Promise<void> {
  for (const member of members.filter((each) => each.cancel('Another one was first.'))) await waitUntilDone(member)
}

/** Waits for its end whatever that is; a cancel of who waits leaves it alone. */
export const waitUntilDone = (future: Future): Promise<void> =>
  waitUntil(new Set([future]), () => future.done(), null, true)

/** Waits until `isEnough`, which is asked when a member was settled, or until the time is up. */
async function waitUntil(
  members: ReadonlySet<Future>,
  isEnough: () => boolean,
  withinMs: number | null,
  needsAll: boolean,
): Promise<void> {
  if (isEnough()) return
  const scope = currentScope()
  const { loop } = scope.task.tree
  await scope.wait<void>({
    look: () => lookAt([...members], needsAll),
    begin: ({ resolve, reject }) => {
      const timer = withinMs === null ? null : loop.callLater(withinMs, () => end(resolve))
      const listeners = [...members].map((member) => onSettled(member, () => void (isEnough() && end(resolve))))
      const end = (settle: () => void) => {
        timer?.cancel()
        for (const stop of listeners) stop()
        settle()
      }
      return (cancelled) => {
        end(() => reject(cancelled))
        return true
      }
    },
  })
}
