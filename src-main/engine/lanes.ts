import type { Executor } from '../../src-preload/contract.ts'
import { isBefore } from '../core/admission.ts'
import type { Lane, Place } from '../core/admission.ts'
import { executors, perExecutor } from '../core/executors.ts'
import type { Gatekeeper } from '../core/gatekeeper.ts'
import type { Store } from '../store/store.ts'
import type { Counters } from './counters.ts'
import { needsOf } from './gates.ts'

/** How many empty lanes with a gate are kept for the next runs with the same one. */
const EMPTY_LANES_KEPT = 1_000

/** What the runs of a lane have in common. */
export type LaneConditions = Pick<Lane, 'executor' | 'jobId' | 'isPrivate' | 'gate'>

type Parts = {
  store: Store
  counters: Counters
  gatekeeper: Gatekeeper
  /** This engine admits only what is private. */
  isPrivate: boolean
}

/**
 * The lanes in memory: how many wait in each, and who is first. Rebuilt at boot, written with each transaction. Every
 * distinct gate is a lane of its own, and there can be as many as runs, so an empty one with a gate is forgotten sooner
 * or later; its number is never given to another.
 */
export class Lanes {
  readonly #store: Store
  readonly #counters: Counters
  readonly #gatekeeper: Gatekeeper
  readonly #isPrivate: boolean
  readonly #pausedJobs: Set<number>
  #byId = new Map<number, Lane>()
  #byConditions = new Map<string, Lane>()
  #byJob = new Map<number, Set<Lane>>()
  #queuedByJob = new Map<number, number>()
  #nonEmpty = perExecutor(() => new Set<Lane>())
  /** Lanes with a gate that have become empty, the longest empty first. */
  #empty = new Set<Lane>()
  /** Of which the store does not have the number of runs. */
  #dirty = new Set<Lane>()
  #unstored = new Set<Lane>()
  /** Of which the gatekeeper does not know the head. */
  #changed = new Set<Lane>()

  constructor({ store, counters, gatekeeper, isPrivate }: Parts) {
    this.#store = store
    this.#counters = counters
    this.#gatekeeper = gatekeeper
    this.#isPrivate = isPrivate
    this.#pausedJobs = new Set(store.jobs.all.all().flatMap((job) => (job.paused_at === null ? [] : [job.id])))
    for (const row of store.lanes.all.all()) {
      const { id, executor, gate } = row
      const jobId = row.job_id === 0 ? null : row.job_id
      this.#adopt(id, { executor, jobId, isPrivate: row.is_private === 1, gate }, row.queued)
      // Before lanes were forgotten, the table itself numbered them.
      counters.add('last_lane', Math.max(0, id - counters.get('last_lane')))
    }
  }

  get(id: number): Lane {
    const lane = this.#byId.get(id)
    if (lane === undefined) throw new Error(`lane ${id} is not in memory`)
    return lane
  }

  /** The lane of these conditions, made when it is the first use; stored with the transaction. */
  find({ executor, jobId, isPrivate, gate }: LaneConditions): Lane {
    const conditions = { executor, jobId, isPrivate, gate }
    const known = this.#byConditions.get(keyOf(conditions))
    if (known !== undefined) return known
    const lane = this.#adopt(this.#counters.add('last_lane', 1), conditions, 0)
    this.#unstored.add(lane)
    this.#dirty.add(lane)
    return lane
  }

  nonEmpty(executor: Executor): ReadonlySet<Lane> {
    return this.#nonEmpty[executor]
  }

  /** At least the lanes of the first `count` runs, in the order of their heads. */
  first(count: number): Lane[] {
    const first: { lane: Lane; head: Place }[] = []
    for (const lane of executors.flatMap((executor) => [...this.#nonEmpty[executor]])) {
      const head = this.#lookUpHead(lane)
      const last = first.at(-1)
      if (first.length >= count && last !== undefined && !isBefore(head, last.head)) continue
      const index = first.findLastIndex((other) => isBefore(other.head, head)) + 1
      first.splice(index, 0, { lane, head })
      if (first.length > count) first.pop()
    }
    return first.map(({ lane }) => lane)
  }

  ofPrivateEngines(): Lane[] {
    return [...this.#byId.values()].filter((lane) => lane.isPrivate)
  }

  queuedOfJob(jobId: number): number {
    return this.#queuedByJob.get(jobId) ?? 0
  }

  /** A paused job closes its lanes, those that are still to come too. */
  setPaused(jobId: number, isPaused: boolean): void {
    if (isPaused) this.#pausedJobs.add(jobId)
    else this.#pausedJobs.delete(jobId)
    for (const lane of this.#byJob.get(jobId) ?? []) {
      lane.isPaused = isPaused
      this.#changed.add(lane)
    }
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

  /** Tells the gatekeeper of lanes that have changed. For one without a gate, whose executor has no slot, that can wait. */
  refresh(free: Readonly<Record<Executor, number>>): void {
    for (const lane of this.#changed) {
      const isClosed = lane.isPaused || (this.#isPrivate && !lane.isPrivate)
      if (lane.queued === 0 || isClosed) this.#gatekeeper.remove(lane)
      else {
        const canWait = lane.gate === '' && free[lane.executor] <= 0
        if (canWait && lane.head === 'unknown' && this.#gatekeeper.isOpen(lane)) continue
        this.#gatekeeper.put(lane, this.#lookUpHead(lane))
      }
      this.#changed.delete(lane)
    }
  }

  /** Forgets empty lanes with a gate but the newest `kept`. Call inside the transaction. */
  forgetEmpty(kept = EMPTY_LANES_KEPT): void {
    for (const lane of this.#empty) {
      if (this.#empty.size <= kept) return
      if (this.#changed.has(lane)) this.#gatekeeper.remove(lane)
      this.#forget(lane)
    }
  }

  /** Whether a queued run needs permits of that semaphore. */
  isNeeded(semaphore: string): boolean {
    const needs = ({ queued, needs }: Lane) =>
      queued > 0 && needs.some((need) => need.kind === 'semaphore' && need.name === semaphore)
    return this.#byId.values().some(needs)
  }

  /** Call inside the transaction. */
  flush(): void {
    this.forgetEmpty()
    for (const lane of this.#dirty) {
      if (this.#unstored.has(lane)) this.#insert(lane)
      else this.#store.lanes.setQueued.run(lane.queued, lane.id)
    }
    this.#unstored.clear()
    this.#dirty.clear()
  }

  #insert({ id, executor, jobId, isPrivate, gate, queued }: Lane): void {
    this.#store.lanes.insert.run(id, executor, jobId ?? 0, isPrivate ? 1 : 0, gate, queued)
  }

  #lookUpHead(lane: Lane): Place {
    if (lane.head === 'unknown') lane.head = this.#store.runs.head.get(lane.id) ?? null
    if (lane.head === null) throw new Error(`lane ${lane.id} counts ${lane.queued} runs and has none`)
    return lane.head
  }

  #setQueued(lane: Lane, queued: number): void {
    if (lane.jobId !== null) this.#queuedByJob.set(lane.jobId, this.queuedOfJob(lane.jobId) + queued - lane.queued)
    lane.queued = queued
    this.#dirty.add(lane)
    this.#changed.add(lane)
    this.#sort(lane)
  }

  #sort(lane: Lane): void {
    if (lane.queued > 0) {
      this.#nonEmpty[lane.executor].add(lane)
      this.#empty.delete(lane)
      return
    }
    lane.head = null
    this.#nonEmpty[lane.executor].delete(lane)
    if (lane.gate !== '') this.#empty.add(lane)
  }

  #adopt(id: number, conditions: LaneConditions, queued: number): Lane {
    const { jobId, gate } = conditions
    const lane: Lane = {
      id,
      ...conditions,
      needs: needsOf(gate),
      isPaused: jobId !== null && this.#pausedJobs.has(jobId),
      queued,
      head: 'unknown',
      heldUpAt: null,
    }
    this.#byId.set(id, lane)
    this.#byConditions.set(keyOf(lane), lane)
    if (jobId !== null) {
      const ofJob = this.#byJob.get(jobId) ?? new Set()
      this.#byJob.set(jobId, ofJob.add(lane))
      this.#queuedByJob.set(jobId, this.queuedOfJob(jobId) + queued)
    }
    this.#changed.add(lane)
    this.#sort(lane)
    return lane
  }

  #forget(lane: Lane): void {
    if (!this.#unstored.delete(lane)) this.#store.lanes.remove.run(lane.id)
    this.#byId.delete(lane.id)
    this.#byConditions.delete(keyOf(lane))
    if (lane.jobId !== null) this.#byJob.get(lane.jobId)?.delete(lane)
    this.#empty.delete(lane)
    this.#dirty.delete(lane)
    this.#changed.delete(lane)
  }
}

const keyOf = ({ executor, jobId, isPrivate, gate }: LaneConditions): string =>
  `${executor}/${jobId ?? 'ad hoc'}/${isPrivate ? 'private' : 'host'}/${gate}`
