import { findCurrentLink } from '../run-link.ts'
import { Future, onSettled, outcomeOf, settle, notice } from './future.ts'
import { toFuture } from './to-future.ts'
import type { Awaitable } from './to-future.ts'

/**
 * A future with the outcome of `value` that keeps cancels away from it, as asyncio.shield: who awaits the shield is cancelled at
 * once, and `value` goes on.
 */
export function shield<Value>(value: Awaitable<Value>): Future<Value> {
  const inner = toFuture(value)
  if (!inner.done()) {
    const leave = findCurrentLink()?.enterShield?.()
    if (leave !== undefined) onSettled(inner, leave)
  }
  return copyOf(inner)
}

/** The same without a word to the host: nothing of the script's goes on behind it. */
export function copyOf<Value>(inner: Future<Value>): Future<Value> {
  const outer = new Future<Value>()
  notice(inner)
  const copy = () => {
    const outcome = outcomeOf(inner)
    if (outcome !== undefined) settle(outer, outcome)
  }
  if (inner.done()) copy()
  else onSettled(inner, copy)
  return outer
}
