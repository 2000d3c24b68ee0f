import type { EventLoopUtilization, monitorEventLoopDelay } from 'node:perf_hooks'
import { clearTimeout, setTimeout } from '../own-builtins.ts'

/** What a thread is like at this moment: bytes, a share of 0 to 1, ms. Null: not known before the second sample. */
export type Sample = {
  thread: number
  heapUsed: number
  heapLimit: number
  /** Of the whole process. */
  rss: number
  /** Of the time since the last sample. */
  loopUtilisation: number | null
  loopDelayP99Ms: number | null
  /** Runs on it, the first of them, and how many have ended there. */
  runs: number[]
  runsDone: number
}

const RESOLUTION_MS = 20
/** Nobody has asked for so long: nobody looks any more. */
const FORGOTTEN_MS = 5_000
const RUNS_TOLD = 20

/** Measures the thread it is made on, between two samples and only while they are asked for. */
export class Gauge {
  #delays: ReturnType<typeof monitorEventLoopDelay> | null = null
  #lastUse: EventLoopUtilization | null = null
  #timer: NodeJS.Timeout | null = null

  take(runs: Iterable<number>, runsDone: number): Sample {
    // Loaded with the first sample: a script's process must not pay for it at its start.
    const hooks = process.getBuiltinModule('node:perf_hooks')
    const { performance } = hooks
    const use = performance.eventLoopUtilization()
    const since = this.#lastUse === null ? null : performance.eventLoopUtilization(use, this.#lastUse)
    // In nanoseconds; the timer that measures is itself as late as its resolution.
    const delay = this.#delays === null ? null : Math.max(0, this.#delays.percentile(99) / 1e6 - RESOLUTION_MS)
    this.#lastUse = use
    if (this.#delays === null) {
      this.#delays = hooks.monitorEventLoopDelay({ resolution: RESOLUTION_MS })
      this.#delays.enable()
    } else this.#delays.reset()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#forget(), FORGOTTEN_MS).unref()
    const heap = process.getBuiltinModule('node:v8').getHeapStatistics()
    return {
      thread: process.getBuiltinModule('node:worker_threads').threadId,
      heapUsed: heap.used_heap_size,
      heapLimit: heap.heap_size_limit,
      rss: process.memoryUsage.rss(),
      loopUtilisation: since === null ? null : round(since.utilization),
      loopDelayP99Ms: delay === null || Number.isNaN(delay) ? null : round(delay),
      runs: [...runs].slice(0, RUNS_TOLD),
      runsDone,
    }
  }

  #forget(): void {
    this.#delays?.disable()
    this.#delays = null
    this.#lastUse = null
    this.#timer = null
  }
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000
