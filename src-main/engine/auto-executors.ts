import type { Advice, Definition, Executor } from '../../src-preload/contract.ts'
import { adviseExecutor } from '../core/advisor.ts'
import type { Use } from '../core/advisor.ts'
import type { Store } from '../store/store.ts'
import { measuredRuns, needsProcess } from './advice.ts'

/** How many measured runs a choice rests on: the last ones. */
const KEPT = 50
/** How far back measured runs are looked for when a life begins; runs that share a thread are not measured. */
const LOOKED_AT = 5_000
/** Runs that share an event loop are measured only where one was alone, so now and then one gets a process of its own. */
const MEASURE_EVERY = 20

type Known = { runs: Use[]; picks: number }

/** The executors of jobs that leave the choice (`executor: auto`), by what their runs have done. */
export class AutoExecutors {
  readonly #store: Store
  readonly #slots: Record<Executor, number>
  readonly #jobs = new Map<number, Known>()

  constructor(store: Store, slots: Record<Executor, number>) {
    this.#store = store
    this.#slots = slots
  }

  /** For the next run, or the next batch of them. A process while fewer than three runs were measured. */
  pick(job: number, definition: Definition): Executor {
    const known = this.#knownOf(job)
    known.picks += 1
    const executor = this.advice(job, definition)?.executor ?? 'process'
    return executor === 'async' && known.picks % MEASURE_EVERY === 0 ? 'process' : executor
  }

  advice(job: number, definition: Definition): Advice | null {
    const { runs } = this.#knownOf(job)
    const advice = adviseExecutor(runs, 'process', needsProcess(definition), this.#slots)
    return advice === null ? null : { ...advice, isCurrent: true }
  }

  /** A run of `job` has succeeded. */
  measured(job: number, use: Use): void {
    const known = this.#jobs.get(job)
    if (known === undefined) return
    known.runs.push(use)
    if (known.runs.length > KEPT) known.runs.shift()
  }

  /** What was known of `job` does not hold: it was changed, or held up the event loop that it shared. */
  forget(job: number): void {
    const known = this.#jobs.get(job)
    if (known !== undefined) known.runs = []
  }

  #knownOf(job: number): Known {
    const known = this.#jobs.get(job)
    if (known !== undefined) return known
    const runs = measuredRuns(this.#store, job, LOOKED_AT).slice(0, KEPT).reverse()
    const first = { runs, picks: 0 }
    this.#jobs.set(job, first)
    return first
  }
}
