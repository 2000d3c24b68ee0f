/**
 * Four CPU tasks on threads of one run, with memory that all of them share: each finds the primes of its part of the range, and
 * marks them in one SharedArrayBuffer. Nothing is copied, and all cores are at it.
 */
import { gather, log, toThread } from 'signalbox'

export default async function ({ below = 2_000_000, tasks = 4 }: { below?: number; tasks?: number }) {
  const marks = new SharedArrayBuffer(below)
  const counted = new SharedArrayBuffer(4)
  const size = Math.ceil(below / tasks)
  const parts = Array.from({ length: tasks }, (_, part) => [part * size, Math.min(below, (part + 1) * size)] as const)
  const threads = await gather(parts.map(([from, to]) => toThread(markPrimes, marks, counted, from, to)))
  log('done', { threads: new Set(threads).size })
  const primes = new Uint8Array(marks)
  return {
    primes: Atomics.load(new Int32Array(counted), 0),
    marked: primes.reduce((sum, mark) => sum + mark, 0),
    largest: primes.lastIndexOf(1),
    threads: new Set(threads).size,
  }
}

/** Goes to its thread as text: it uses nothing but its arguments and what JavaScript has. Gives the thread it was on. */
async function markPrimes(marks: SharedArrayBuffer, counted: SharedArrayBuffer, from: number, to: number) {
  const { threadId } = await import('node:worker_threads')
  const isPrime = (n: number) => {
    for (let factor = 2; factor * factor <= n; factor += 1) if (n % factor === 0) return false
    return n > 1
  }
  const own = new Uint8Array(marks)
  const count = new Int32Array(counted)
  for (let n = from; n < to; n += 1) {
    if (!isPrime(n)) continue
    own[n] = 1
    Atomics.add(count, 0, 1)
  }
  return threadId
}
