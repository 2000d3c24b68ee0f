import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * A function to be told of the bytes that a pipe brought, which collects the young garbage after each `size` of them. Buffers
 * weigh almost nothing on V8's heap, so it would leave tens of megabytes of them lying before it collects by itself: what the
 * host has taken once stays with it, and in the supervisor every fork copies the page tables of that, a third of the spawns
 * per second. See docs/decisions/0003.
 */
export function collectEvery(size: number): (bytes: number) => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void
  let uncollected = 0
  return (bytes) => {
    uncollected += bytes
    if (uncollected < size) return
    uncollected = 0
    collect({ type: 'minor' })
  }
}
