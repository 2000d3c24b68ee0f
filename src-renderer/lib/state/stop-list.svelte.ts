import type { Outcome, RunRow, Stop } from '../../../src-preload/contract.ts'
import { stopList } from './stop-list.ts'
import type { StopEnd } from './stop-list.ts'

export type StopRow = { id: number; name: string; stop: Stop; outcome: Outcome | null; endedAt: number | null }

/** The stops under way, and those that ended a moment ago, so that the eye sees how each went. */
export class StopList {
  rows: StopRow[] = $state.raw([])

  /** `ended`: what became of runs that are not in `runs` any more. */
  update(runs: RunRow[], ended: ReadonlyMap<number, StopEnd>, now: number): void {
    this.rows = stopList(this.rows, runs, ended, now)
  }

  /** A run that was stopped and goes on, because it is tried again: nothing more comes of its stop. */
  forget(id: number): void {
    this.rows = this.rows.filter((row) => row.id !== id)
  }

  /** Runs of which it is not known yet how they ended. */
  missing(runs: RunRow[]): StopRow[] {
    const here = new Set(runs.map(({ id }) => id))
    return this.rows.filter(({ id, outcome }) => outcome === null && !here.has(id))
  }
}
