import type { Alert, Heartbeat } from '../../src-preload/alerts.ts'
import { Timers } from '../core/timers.ts'
import type { StoredAlert } from '../store/queries/heartbeats.ts'
import type { Store } from '../store/store.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/** Alerts that are over are kept so many; those that stand always. */
const KEPT = 1_000

type Expectation = {
  everyMs: number
  /** Epoch ms from which on it counts: the last success, or when this was asked for or the job resumed. */
  quietSince: number
  lastSuccess: number | null
}

/**
 * Jobs of which a success is expected every so often. What counts is wall time, for that is what a person means by "every
 * day": a machine that slept for two days has been silent for two days. One silence raises one alert, in this life or a later
 * one; the next success ends it.
 */
export class Heartbeats {
  readonly #byJob = new Map<number, Expectation>()
  readonly #due = new Timers<number>()
  readonly #alerts = new Map<number, { raisedAt: number }>()
  readonly #paused: Set<number>
  readonly #isPrivate: boolean

  /** A private engine knows of no silence but its own: it raises nothing. */
  constructor(store: Store, isPrivate: boolean) {
    this.#isPrivate = isPrivate
    for (const alert of store.heartbeats.standing.all()) this.#alerts.set(alert.job_id, { raisedAt: alert.raised_at })
    this.#paused = new Set(store.jobs.all.all().flatMap(({ id, paused_at }) => (paused_at === null ? [] : [id])))
    for (const row of store.heartbeats.all.all()) {
      const { job_id: job, every_ms: everyMs, quiet_since: quietSince, last_success: lastSuccess } = row
      this.#byJob.set(job, { everyMs, quietSince, lastSuccess })
      this.#plan(job)
    }
  }

  get standing(): number {
    return this.#alerts.size
  }

  nextDue(): number | null {
    return this.#due.next()
  }

  of(job: number): Heartbeat | null {
    const expectation = this.#byJob.get(job)
    if (expectation === undefined) return null
    const raisedAt = this.#alerts.get(job)?.raisedAt ?? null
    return { ...expectation, alertRaisedAt: raisedAt }
  }

  /** The job was saved; null: nothing is expected of it. */
  expect({ store }: EngineState, tick: Tick, job: number, everyMs: number | null): void {
    const known = this.#byJob.get(job)
    if ((known?.everyMs ?? null) === everyMs) return
    this.#clear(store, tick, job, null)
    this.#due.cancel(job)
    this.#byJob.delete(job)
    store.heartbeats.remove.run(job)
    if (everyMs !== null) this.#set(store, job, { quietSince: tick.now, lastSuccess: null, ...known, everyMs })
  }

  succeeded({ store }: EngineState, tick: Tick, job: number, run: number): void {
    const known = this.#byJob.get(job)
    if (known === undefined) return
    this.#clear(store, tick, job, run)
    this.#set(store, job, { ...known, quietSince: tick.now, lastSuccess: tick.now })
  }

  /** Nothing is expected of a paused job, and silence counts anew from when it is resumed. */
  setPaused({ store }: EngineState, tick: Tick, job: number, isPaused: boolean): void {
    if (isPaused) this.#paused.add(job)
    else this.#paused.delete(job)
    const known = this.#byJob.get(job)
    if (known === undefined) return
    this.#clear(store, tick, job, null)
    this.#set(store, job, { ...known, quietSince: tick.now })
  }

  removed(state: EngineState, tick: Tick, job: number): void {
    this.expect(state, tick, job, null)
    this.#paused.delete(job)
  }

  /** Raises an alert for each job that has been silent for too long by now. */
  raise({ store }: EngineState, tick: Tick): void {
    for (const job of this.#due.take(tick.now)) {
      const known = this.#byJob.get(job)
      const name = store.jobs.byId.get(job)?.name
      if (known === undefined || name === undefined) continue
      store.heartbeats.raise.run(job, name, known.everyMs, known.quietSince, tick.now)
      store.heartbeats.forget.run(KEPT)
      this.#alerts.set(job, { raisedAt: tick.now })
      tick.changes.jobs = true
      tick.changes.status = true
    }
  }

  #set(store: Store, job: number, expectation: Expectation): void {
    const { everyMs, quietSince, lastSuccess } = expectation
    store.heartbeats.put.run(job, everyMs, quietSince, lastSuccess)
    this.#byJob.set(job, { everyMs, quietSince, lastSuccess })
    this.#plan(job)
  }

  #plan(job: number): void {
    const known = this.#byJob.get(job)
    this.#due.cancel(job)
    if (known === undefined || this.#isPrivate || this.#paused.has(job) || this.#alerts.has(job)) return
    this.#due.set(job, known.quietSince + known.everyMs)
  }

  #clear(store: Store, tick: Tick, job: number, by: number | null): void {
    if (!this.#alerts.delete(job)) return
    store.heartbeats.clear.run(tick.now, by, job)
    tick.changes.jobs = true
    tick.changes.status = true
  }
}

/** The last `limit`, the newest first. */
export const lastAlerts = ({ store }: EngineState, limit: number): Alert[] =>
  store.heartbeats.last.all(limit).map(alertOf)

export const standingAlerts = ({ store }: EngineState): Alert[] => store.heartbeats.standing.all().map(alertOf)

const alertOf = (alert: StoredAlert): Alert => ({
  id: alert.id,
  job: alert.job_name,
  everyMs: alert.every_ms,
  quietSince: alert.quiet_since,
  raisedAt: alert.raised_at,
  clearedAt: alert.cleared_at,
  clearedBy: alert.cleared_by,
})
