/**
 * Four CPU tasks on threads of one run, with memory that all of them share.
 *
 * Each marks the primes of its part of the numbers in one SharedArrayBuffer: nothing is copied, all cores are at it, and the run's
 * own loop ticks on meanwhile.
 *
 * executor: process
 * input: { "below": 400000, "tasks": 4 }
 */
import { gather, log, sleep, spawn, toThread, wait } from 'signalbox'

export default async function sharedMemory(input: { below?: number; tasks?: number } | null) {
  const { below, tasks } = { below: 400000, tasks: 4, ...input }
  const marks = new SharedArrayBuffer(below)
  const counter = new SharedArrayBuffer(4)
  let ticks = 0
  const ticker = spawn(async function tick() {
    for (;;) {
      await sleep(10)
      ticks += 1
    }
  })

  const size = Math.ceil(below / tasks)
  const parts = Array.from({ length: tasks }, (_, part) => part * size)
  const threads = await gather(
    parts.map((from) => toThread(markPrimes, marks, counter, from, Math.min(below, from + size))),
  )
  ticker.cancel()
  await wait([ticker])

  const primes = new Uint8Array(marks)
  log('marked', { threads: new Set(threads).size, ticks })
  return {
    counted: Atomics.load(new Int32Array(counter), 0),
    marked: primes.reduce((sum, mark) => sum + mark, 0),
    largest: primes.lastIndexOf(1),
    threads: new Set(threads).size,
    ticks,
  }
}

/** Goes to its thread as text: it uses nothing but its arguments and what JavaScript has. Gives the thread it was on. */
async function markPrimes(marks: SharedArrayBuffer, counter: SharedArrayBuffer, from: number, to: number) {
  const { threadId } = await import('node:worker_threads')
  const isPrime = (n: number) => {
    for (let factor = 2; factor * factor <= n; factor += 1) if (n % factor === 0) return false
    return n > 1
  }
  const own = new Uint8Array(marks)
  const count = new Int32Array(counter)
  for (let n = from; n < to; n += 1) {
    if (!isPrime(n)) continue
    own[n] = 1
    Atomics.add(count, 0, 1)
  }
  return threadId
}
