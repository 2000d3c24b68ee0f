import { now } from '../../own-builtins.ts'
import { checkDuration, shown } from '../check.ts'
import type { Duration } from '../check.ts'
import { inOwnContext } from './loop.ts'
import type { Callback } from './loop.ts'
import { currentScope } from './scope.ts'

/** What a callback is called with. */
type Args = readonly unknown[]

/** The order in which this run's callbacks are called, as asyncio's event loop has it. */
export const loop = {
  /** Milliseconds of a clock that nobody sets; deadlines are in it. (asyncio's are seconds.) */
  time: (): number => currentLoop().time(),

  /** Calls `fn` in the next pass, after all that is ready by now, as call_soon. */
  callSoon<Given extends Args>(fn: (...args: Given) => void, ...args: Given): Callback {
    return currentLoop().callSoon(calling('callSoon', fn, args))
  },

  /**
   * Calls `fn` after `delay`, never earlier; what is due is called by its deadline, so a negative delay comes first. As
   * call_later, which takes seconds.
   */
  callLater<Given extends Args>(delay: Duration, fn: (...args: Given) => void, ...args: Given): Callback {
    const delayMs =
      typeof delay === 'number' && delay < 0 ? delay : checkDuration('loop.callLater(delay, …): delay', delay)
    return currentLoop().callLater(delayMs, calling('callLater', fn, args))
  },

  /** Calls `fn` when `loop.time()` is `when`, never earlier, as call_at. */
  callAt<Given extends Args>(when: number, fn: (...args: Given) => void, ...args: Given): Callback {
    if (typeof when !== 'number' || Number.isNaN(when))
      throw new TypeError(`loop.callAt(when, fn): when is a moment of loop.time(), not ${shown(when)}.`)
    return currentLoop().callAt(when, calling('callAt', fn, args))
  },
}

/**
 * Resolves with `value` after `duration` (`'1.5s'`, `'10m'`, or milliseconds), never earlier, as asyncio.sleep does;
 * with 0 in the next pass of the loop. Rejects with a CancelledError when the task is cancelled before.
 */
export function sleep(duration: Duration): Promise<void>
export function sleep<Value>(duration: Duration, value: Value): Promise<Value>
export function sleep(duration: Duration, value?: unknown): Promise<unknown> {
  const ms = checkDuration('sleep(duration): the duration', duration)
  const scope = currentScope()
  const own = scope.task.tree.loop
  const until = now() + ms
  return scope.wait({
    look: () => ({ waits: [{ for: 'sleep', until }], needsAll: true }),
    begin: ({ resolve, reject }) => {
      const wake = () => resolve(value)
      const timer = ms === 0 ? own.callSoon(wake) : own.callLater(ms, wake)
      return (cancelled) => {
        timer.cancel()
        reject(cancelled)
        return true
      }
    },
  })
}

const currentLoop = () => currentScope().task.tree.loop

function calling<Given extends Args>(name: string, fn: (...args: Given) => void, args: Given): () => void {
  if (typeof fn !== 'function') throw new TypeError(`loop.${name}(…, fn): fn must be a function, not ${shown(fn)}.`)
  return inOwnContext(() => fn(...args))
}
