import type { Clock } from '../clock.ts'
import { beginsNothing } from '../state.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { bulkStep } from './bulk.ts'
import { indexStep } from './indexer.ts'
import { retentionStep } from './retention.ts'

/** A step is one transaction; what a turn has to do must not wait longer for it. */
const STEP_MS = 4
/** While turns come one after the other, steps take this share of the time … */
const BUSY_SHARE = 0.03
/** … up to this one, so that no more can come than goes. */
const MOST_SHARE = 0.5
/** What has just finished is let alone for a moment: more of the same is likely to follow. */
const QUIET_MS = 200
const BETWEEN_STEPS_MS = 1
/** Limits by age are over at some moment without an event. */
const RETENTION_MS = 10_000

type Step = (tick: Tick, isOver: () => boolean) => void

type Parts = {
  state: EngineState
  clock: Clock
  /** One transaction and its effects. */
  transact: (work: (tick: Tick) => void) => void
}

/**
 * Work on the history that can wait: the search index, the limits of what is kept, and actions on many runs. Done between
 * turns, in short transactions of its own, so that no commit of a run waits for it.
 */
export class Chores {
  readonly #parts: Parts
  #cancel: (() => void) | null = null
  #plannedFor = Infinity
  #turns = 0
  #last = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Call after every turn. */
  turned(): void {
    this.#turns += 1
    this.#plan(QUIET_MS)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #plan(pauseMs: number): void {
    const delayMs = this.#delayMs(pauseMs)
    if (delayMs === null) return
    const at = this.#parts.clock.monoMs() + delayMs
    if (this.#cancel !== null && this.#plannedFor <= at) return
    this.#cancel?.()
    this.#plannedFor = at
    this.#cancel = this.#parts.clock.after(delayMs, () => this.#run())
  }

  /** Null: there is nothing to do, now or later. */
  #delayMs(pauseMs: number): number | null {
    const { state, clock } = this.#parts
    if (state.isPrivate) return null
    const { retentionDue } = state.history
    const { bulkDue, indexDue } = this.#due()
    // A person looks at how it goes on.
    if (bulkDue !== null && bulkDue <= clock.wallMs()) return Math.min(pauseMs, BETWEEN_STEPS_MS)
    if (this.#wanted().length > 0) return pauseMs
    const delayMs = Math.min(
      (bulkDue ?? Infinity) - clock.wallMs(),
      (indexDue ?? Infinity) - clock.wallMs(),
      hasLimits(state) ? retentionDue - clock.monoMs() : Infinity,
    )
    // A wall clock can be moved, so planned moments are looked at again.
    return delayMs === Infinity ? null : Math.min(Math.max(1, Math.ceil(delayMs)), RETENTION_MS)
  }

  /** What is held up is not due: the turn in which that is over plans it again. */
  #due(): { bulkDue: number | null; indexDue: number | null } {
    const { state } = this.#parts
    const { bulkDue, indexDue } = state.history
    return {
      bulkDue: beginsNothing(state) ? null : bulkDue,
      indexDue: state.disk.fullSince === null ? indexDue : null,
    }
  }

  #wanted(): Step[] {
    const { state, clock } = this.#parts
    const { history } = state
    const isDue = (at: number | null) => at !== null && at <= clock.wallMs()
    const steps: Step[] = []
    const { bulkDue, indexDue } = this.#due()
    if (isDue(bulkDue)) steps.push((tick) => bulkStep(state, tick))
    if (isDue(indexDue)) steps.push((tick, isOver) => indexStep(state, tick, isOver))
    if (history.prune !== null || (hasLimits(state) && history.retentionDue <= clock.monoMs())) {
      steps.push((tick, isOver) => {
        if (!retentionStep(state, tick, isOver)) history.retentionDue = tick.mono + RETENTION_MS
      })
    }
    return steps
  }

  /** The longer something has been beyond the limits of what is kept, the more: it comes faster than it goes. */
  #share(): number {
    const { state, clock } = this.#parts
    const { removal } = state.history
    const sinceMs = removal === null ? 0 : clock.monoMs() - removal.since
    return Math.min(MOST_SHARE, BUSY_SHARE * Math.max(1, sinceMs / RETENTION_MS))
  }

  #run(): void {
    this.#cancel = null
    const { clock, transact } = this.#parts
    const wanted = this.#wanted()
    // In turns, so that none of them waits for the end of another.
    this.#last += 1
    const step = wanted[this.#last % Math.max(1, wanted.length)]
    const isBusy = this.#turns > 1
    this.#turns = 0
    const before = clock.monoMs()
    if (step !== undefined) transact((tick) => step(tick, () => clock.monoMs() - before > STEP_MS))
    const tookMs = clock.monoMs() - before
    this.#plan(isBusy ? Math.max(QUIET_MS / 10, tookMs / this.#share()) : BETWEEN_STEPS_MS)
  }
}

function hasLimits({ history }: EngineState): boolean {
  const { maxAgeMs, maxRuns, maxBytes } = history.retention
  return maxAgeMs !== null || maxRuns !== null || maxBytes !== null
}
