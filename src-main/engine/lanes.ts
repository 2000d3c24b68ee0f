import type { Executor } from '../../src-preload/contract.ts'
import { isBefore } from '../core/admission.ts'
import type { Lane, Place } from '../core/admission.ts'
import type { Store } from '../store/store.ts'

/** The lanes in memory: how many wait in each, and who is first. Rebuilt at boot, written with each transaction. */
export class Lanes {
  readonly #store: Store
  #byId = new Map<number, Lane>()
  #byKey = new Map<string, Lane>()
  #nonEmpty: Record<Executor, Set<Lane>> = { async: new Set(), process: new Set() }
  #dirty = new Set<Lane>()

  constructor(store: Store) {
    this.#store = store
    const pausedJobs = new Set(store.jobs.all.all().flatMap((job) => (job.paused_at === null ? [] : [job.id])))
    for (const row of store.lanes.all.all()) {
      this.#adopt({
        id: row.id,
        executor: row.executor,
        jobId: row.job_id === 0 ? null : row.job_id,
        isPrivate: row.is_private === 1,
        isPaused: pausedJobs.has(row.job_id),
        queued: row.queued,
        head: row.queued === 0 ? null : 'unknown',
      })
    }
  }

  get(id: number): Lane {
    const lane = this.#byId.get(id)
    if (lane === undefined) throw new Error(`lane ${id} is not in memory`)
    return lane
  }

  /** The lane of these conditions, made when it is the first use. Call inside the transaction. */
  find(executor: Executor, jobId: number | null, isPrivate: boolean, isPaused: boolean): Lane {
    const known = this.#byKey.get(laneKey(executor, jobId, isPrivate))
    if (known !== undefined) return known
    const id = this.#store.lanes.insert.get(executor, jobId ?? 0, isPrivate ? 1 : 0)
    if (id === undefined) throw new Error('the store gave the new lane no id')
    return this.#adopt({ id, executor, jobId, isPrivate, isPaused, queued: 0, head: null })
  }

  ofJob(jobId: number): Lane[] {
    return [...this.#byId.values()].filter((lane) => lane.jobId === jobId)
  }

  nonEmpty(executor: Executor): ReadonlySet<Lane> {
    return this.#nonEmpty[executor]
  }

  ofPrivateEngines(): Lane[] {
    return [...this.#byId.values()].filter((lane) => lane.isPrivate)
  }

  /** All runs of `from` joined `to`. */
  move(from: Lane, to: Lane): void {
    if (from.queued === 0) return
    const { queued } = from
    this.left(from, queued)
    this.#setQueued(to, to.queued + queued)
    to.head = 'unknown'
  }

  /** `count` runs joined, the first of them at `first`. */
  joined(lane: Lane, first: Place, count = 1): void {
    if (lane.head === null || (lane.head !== 'unknown' && isBefore(first, lane.head))) lane.head = first
    this.#setQueued(lane, lane.queued + count)
  }

  /** Runs left, in whatever way; the next look at the head asks the store. */
  left(lane: Lane, count = 1): void {
    lane.head = 'unknown'
    this.#setQueued(lane, lane.queued - count)
  }

  /** Makes sure that `lane.head` is known. */
  lookUpHead(lane: Lane): void {
    if (lane.head === 'unknown') lane.head = this.#store.runs.head.get(lane.id) ?? null
  }

  /** Call inside the transaction. */
  flush(): void {
    for (const lane of this.#dirty) this.#store.lanes.setQueued.run(lane.queued, lane.id)
    this.#dirty.clear()
  }

  #setQueued(lane: Lane, queued: number): void {
    lane.queued = queued
    this.#dirty.add(lane)
    if (queued === 0) {
      lane.head = null
      this.#nonEmpty[lane.executor].delete(lane)
    } else this.#nonEmpty[lane.executor].add(lane)
  }

  #adopt(lane: Lane): Lane {
    this.#byId.set(lane.id, lane)
    this.#byKey.set(laneKey(lane.executor, lane.jobId, lane.isPrivate), lane)
    if (lane.queued > 0) this.#nonEmpty[lane.executor].add(lane)
    return lane
  }
}

const laneKey = (executor: Executor, jobId: number | null, isPrivate: boolean): string =>
  `${executor}/${jobId ?? 'ad hoc'}/${isPrivate ? 'private' : 'host'}`
