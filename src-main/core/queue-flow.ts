import type { QueueState, QueueTrend } from '../../src-preload/object-contract.ts'
import { StepSeries } from './step-series.ts'

const STEP_MS = 1_000
const LONG_STEP_MS = 10_000
/** Rates are means over so many steps of a second. */
const RATE_STEPS = 10

/** What went in and out, and the most that stood there, in equal steps. */
class Trend {
  readonly #stepMs: number
  readonly #ins: StepSeries
  readonly #outs: StepSeries
  readonly #depths: StepSeries

  constructor(stepMs: number, monoMs: number, depth: number) {
    this.#stepMs = stepMs
    this.#ins = new StepSeries('sum', stepMs, monoMs)
    this.#outs = new StepSeries('sum', stepMs, monoMs)
    this.#depths = new StepSeries('peak', stepMs, monoMs, depth)
  }

  record(monoMs: number, ins: number, outs: number, depth: number): void {
    if (ins > 0) this.#ins.record(monoMs, ins)
    if (outs > 0) this.#outs.record(monoMs, outs)
    this.#depths.record(monoMs, depth)
  }

  read(monoMs: number): QueueTrend {
    return {
      stepMs: this.#stepMs,
      ins: this.#ins.read(monoMs),
      outs: this.#outs.read(monoMs),
      depths: this.#depths.read(monoMs),
    }
  }
}

/**
 * How a queue moves, in memory only: it begins anew with each life of the engine. Nothing is kept of a queue in which
 * nothing has happened. Times are of the monotonic clock.
 */
export class QueueFlow {
  #minute: Trend | null = null
  #tenMinutes: Trend | null = null
  #highWater: number
  #depth: number
  /** What was read last, which is right until something changes or its second is over. */
  #lastRead: { step: number; trend: QueueTrend } | null = null

  constructor(depth: number) {
    this.#depth = depth
    this.#highWater = depth
  }

  /** The most items that were ready at once in this life. */
  get highWater(): number {
    return this.#highWater
  }

  /** `ins` were put and `outs` taken, and `depth` is ready now. */
  record(monoMs: number, ins: number, outs: number, depth: number): void {
    this.#minute ??= new Trend(STEP_MS, monoMs, this.#depth)
    this.#tenMinutes ??= new Trend(LONG_STEP_MS, monoMs, this.#depth)
    this.#minute.record(monoMs, ins, outs, depth)
    this.#tenMinutes.record(monoMs, ins, outs, depth)
    this.#depth = depth
    this.#highWater = Math.max(this.#highWater, depth)
    this.#lastRead = null
  }

  minute(monoMs: number): QueueTrend {
    const step = Math.floor(monoMs / STEP_MS)
    if (this.#lastRead?.step !== step) {
      const trend = (this.#minute ?? new Trend(STEP_MS, monoMs, this.#depth)).read(monoMs)
      this.#lastRead = { step, trend }
    }
    return this.#lastRead.trend
  }

  tenMinutes(monoMs: number): QueueTrend {
    return (this.#tenMinutes ?? new Trend(LONG_STEP_MS, monoMs, this.#depth)).read(monoMs)
  }
}

/**
 * Mean per second of a trend in steps of a second, over the last 10 of them that are complete: so a steady rate is a steady
 * number, and it changes once a second.
 */
export function ratePerSecond(points: number[]): number {
  const sum = points.slice(-RATE_STEPS - 1, -1).reduce((total, count) => total + count, 0)
  return Math.round((sum / RATE_STEPS) * 10) / 10
}

/** Whether anything has happened in the last ten steps or in the one under way. */
export const hasMovedLately = (points: number[]): boolean => points.slice(-RATE_STEPS - 1).some((count) => count > 0)

/**
 * The first that fits. `shut_down`: it takes nothing more and all is done; `draining`: it takes nothing more and holds
 * something; `paused`; `backpressure`: producers wait for a free place; `starved`: consumers wait and nothing has come for
 * 10 s; `flowing`: something came or went in the last 10 s, or is being worked on; `idle`.
 */
export function queueState(queue: {
  isShutDown: boolean
  isPaused: boolean
  unfinished: number
  ready: number
  taken: number
  putting: number
  getting: number
  hasComeLately: boolean
  hasGoneLately: boolean
}): QueueState {
  if (queue.isShutDown) return queue.unfinished > 0 ? 'draining' : 'shut_down'
  if (queue.isPaused) return 'paused'
  if (queue.putting > 0) return 'backpressure'
  if (queue.getting > 0 && queue.ready === 0 && !queue.hasComeLately) return 'starved'
  return queue.taken > 0 || queue.hasComeLately || queue.hasGoneLately ? 'flowing' : 'idle'
}
