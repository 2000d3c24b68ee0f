import type { InterpreterReading } from '../../../src-preload/contract.ts'

/** Five minutes at a reading a second. */
const kept = 300

/** One value for each reading that was taken, the oldest first; 0 where it was not known. */
export type Trend = { heap: number[]; rss: number[]; busy: number[]; late: number[] }

const megabytes = (bytes: number | null) => Math.round((bytes ?? 0) / 104_857.6) / 10

/** What readings of one interpreter were while its page was open; the host keeps none of them. */
export class InterpreterTrend {
  shown: Trend = $state.raw({ heap: [], rss: [], busy: [], late: [] })
  #lastAt = 0

  /** Adds what was measured since; a reading that is shown again counts once. */
  add(row: InterpreterReading): void {
    if (row.sampledAt === null || row.sampledAt <= this.#lastAt) return
    this.#lastAt = row.sampledAt
    const { heap, rss, busy, late } = this.shown
    const grown = (points: number[], value: number) => [...points.slice(1 - kept), value]
    this.shown = {
      heap: grown(heap, megabytes(row.heapUsed)),
      rss: grown(rss, megabytes(row.rss)),
      busy: grown(busy, Math.round(Math.min(1, row.loopUtilisation ?? 0) * 100)),
      late: grown(late, row.loopDelayP99Ms ?? 0),
    }
  }
}
