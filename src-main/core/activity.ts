import type { Activity, Outcome } from '../../src-preload/contract.ts'
import { StepSeries } from './step-series.ts'

const HOUR_STEP_MS = 60_000
const SHORT_STEP_MS = 10_000

/** Running totals, as the engine keeps them. */
export type Totals = { submitted: number; running: number; ended: Record<Outcome, number> }

/**
 * How many runs came and ended, over the last hour by outcome and over the last ten minutes in all; in memory only. It is
 * told the totals and counts what they have grown by, so a total that shrinks, because old runs were removed, is no run.
 */
export class ActivityLog {
  readonly #ended: Record<Outcome, StepSeries>
  readonly #running: StepSeries
  readonly #submitted: StepSeries
  readonly #finished: StepSeries
  #last: Totals

  constructor(monoMs: number, totals: Totals) {
    const hour = () => new StepSeries('sum', HOUR_STEP_MS, monoMs)
    this.#ended = {
      succeeded: hour(),
      failed: hour(),
      timed_out: hour(),
      cancelled: hour(),
      skipped: hour(),
      abandoned: hour(),
    }
    this.#running = new StepSeries('peak', HOUR_STEP_MS, monoMs, totals.running)
    this.#submitted = new StepSeries('sum', SHORT_STEP_MS, monoMs)
    this.#finished = new StepSeries('sum', SHORT_STEP_MS, monoMs)
    this.#last = totals
  }

  record(monoMs: number, totals: Totals): void {
    const last = this.#last
    this.#last = totals
    if (totals.submitted > last.submitted) this.#submitted.record(monoMs, totals.submitted - last.submitted)
    if (totals.running !== last.running) this.#running.record(monoMs, totals.running)
    for (const outcome of Object.keys(totals.ended) as Outcome[]) {
      const more = totals.ended[outcome] - last.ended[outcome]
      if (more <= 0) continue
      this.#ended[outcome].record(monoMs, more)
      this.#finished.record(monoMs, more)
    }
  }

  /** Runs of an earlier life, each with how long before this one it ended. */
  recordPast(ends: Iterable<{ outcome: Outcome; agoMs: number }>): void {
    for (const { outcome, agoMs } of ends) {
      this.#ended[outcome].recordPast(agoMs, 1)
      this.#finished.recordPast(agoMs, 1)
    }
  }

  read(monoMs: number): Activity {
    const ended = Object.entries(this.#ended).map(([outcome, series]) => [outcome, series.read(monoMs)])
    return {
      hour: {
        stepMs: HOUR_STEP_MS,
        ended: Object.fromEntries(ended) as Activity['hour']['ended'],
        running: this.#running.read(monoMs),
      },
      tenMinutes: {
        stepMs: SHORT_STEP_MS,
        submitted: this.#submitted.read(monoMs),
        finished: this.#finished.read(monoMs),
      },
    }
  }
}
