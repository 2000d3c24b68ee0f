import { Problem, problem } from '../../src-preload/problem.ts'
import { Secrets } from './secrets.ts'
import { SecretOpener } from './secret-opener.ts'
import type { Surroundings } from '../core/conditions.ts'
import type { Interpreters, Report } from '../interpreters/interpreters.ts'
import type { NamedReport } from '../interpreters/named/named-interpreters.ts'
import type { Reading } from '../interpreters/telemetry/gauges.ts'
import { isStoreFault } from '../store/faults.ts'
import { admit } from './admit.ts'
import { applyReport, saveProgress } from './attempts.ts'
import { ClockJumps } from './clock-jumps.ts'
import { totalsOf } from './activity.ts'
import type { EngineParts } from './engine-parts.ts'
import { EventLog } from './event-log.ts'
import { Chores } from './history/chores.ts'
import { expireQueued, expireTotal, followClock, isTimeOver, nextPlanned, queueDue } from './due.ts'
import { applyNamedReport } from './named/reports.ts'
import { settleDueFutures } from './objects/futures.ts'
import { abortOverdueGroups } from './objects/groups.ts'
import { flushQueues } from './objects/queues.ts'
import { advanceCascades } from './objects/cascade-turn.ts'
import type { InboxItem } from './inbox.ts'
import { recover } from './recovery.ts'
import { decideSlots, startWaiting } from './schedules/slots.ts'
import { createState } from './state.ts'
import type { EngineState } from './state.ts'
import { takeSurroundings } from './surroundings.ts'
import { deadlinePassed, requestKill, requestStop, stopSent } from './stopping.ts'
import { noChanges } from './tick.ts'
import type { Changes, Tick } from './tick.ts'
import { lookForDeadlocks, lookTaken, planLook } from './waits/deadlocks.ts'

/** Work of one turn is bounded, so that a flood of messages cannot hold up timers and readers. */
const TURN_MS = 8
const TURN_ITEMS = 10_000
/** A wall clock can be moved, so planned moments are looked at again at least this often. */
const LONGEST_NAP_MS = 30_000
/** On stop, attempts may end by themselves for this part of the grace period before they are signalled. */
const QUIET_SHARE = 0.25
const LONGEST_QUIET_MS = 2_000
/** After the kill of a stop: how long death may take before the next life has to settle it. */
const KILL_MS = 3_000

/**
 * The loop: inbox → one transaction → effects. Nothing leaves the engine before the commit that made it true, and a
 * command's promise resolves when its effect is stored. Stopped once, by `stop`.
 */
export class Engine {
  readonly #parts: EngineParts
  readonly #state: EngineState
  readonly #interpreters: Interpreters
  readonly #clockJumps: ClockJumps
  readonly #chores: Chores
  readonly #secretOpener: SecretOpener
  #inbox: InboxItem[] = []
  #isTurnPlanned = false
  #cancelNap: (() => void) | null = null
  /** What `nextPlanned` said after the last turn; undefined when something was stored since. */
  #planned: number | null | undefined
  #phase: 'starting' | 'running' | 'closed' = 'starting'
  #stopping: Promise<void> | null = null
  #idleWaiters: (() => void)[] = []
  #listeners: ((changes: Changes) => void)[] = []
  #lastEventAt: number | null = null

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#state = createState({ ...parts, secrets: new Secrets(parts.store, parts.askForKey) })
    this.#clockJumps = new ClockJumps(parts.clock)
    const transact = (work: (tick: Tick) => void) => {
      // So that nothing is stored beside what is out of date.
      const [wallMs, monoMs] = [parts.clock.wallMs(), parts.clock.monoMs()]
      if (this.#clockJumps.look(wallMs, monoMs) !== 0 || isTimeOver(this.#state, wallMs, monoMs)) this.#turn()
      this.#attempt(() => this.#transact(work))
      // What a step has queued or cancelled is for the next turn.
      if (this.#state.history.bulkDue !== null) this.#plan()
    }
    this.#chores = new Chores({ state: this.#state, clock: parts.clock, transact })
    this.#secretOpener = new SecretOpener({
      state: this.#state,
      clock: parts.clock,
      command: (apply) => this.command(apply),
      fail: (error) => this.#fail(error),
    })
    this.#interpreters = parts.connectInterpreters((reports) => this.#receive(reports))
  }

  /** Sees the last life's processes dead, settles its runs, then opens the gate. */
  async start(): Promise<void> {
    await this.#interpreters.sweep()
    this.#transact((tick) => recover(this.#state, tick))
    this.#phase = 'running'
    this.#plan()
    this.#secretOpener.ask()
  }

  /** Runs `apply` in the next turn's transaction. `apply` checks before it writes: a `Problem` rolls nothing back. */
  command<T>(apply: (state: EngineState, tick: Tick) => T): Promise<T> {
    if (this.#phase === 'closed') return Promise.reject(problem('DRAINING'))
    return new Promise<T>((resolve, reject) => {
      this.#inbox.push({ type: 'command', apply, resolve, reject })
      this.#plan()
    })
  }

  /** Looks at committed state. A store that cannot be read ends the engine: throws ENGINE_LOST then. */
  read<T>(query: (state: EngineState) => T): T {
    try {
      return query(this.#state)
    } catch (error) {
      if (!isStoreFault(error)) throw error
      this.#fail(error)
      throw problem('ENGINE_LOST')
    }
  }

  /** What is known of the interpreter processes; see `Interpreters.readGauges`. */
  readGauges(): Reading[] {
    return this.#phase === 'running' ? this.#interpreters.readGauges() : []
  }

  recycle(which: string): boolean {
    return this.#phase === 'running' && this.#interpreters.recycle(which)
  }

  /** The host has looked at the machine. */
  takeSurroundings(seen: Surroundings): void {
    if (this.#phase === 'closed') return
    this.#inbox.push({ type: 'surroundings', seen })
    this.#plan()
  }

  /** Compares the clocks now and does what is due by them: the machine has woken up, or its clock was moved. */
  lookAtClock(): void {
    this.#plan()
    this.#secretOpener.hurry()
  }

  /** Epoch ms by the engine's clock. */
  get now(): number {
    return this.#parts.clock.wallMs()
  }

  /** Of the last change of any run's state, epoch ms. */
  get lastEventAt(): number | null {
    return this.#lastEventAt
  }

  /** Called after every commit that changed something. */
  onChanges(listener: (changes: Changes) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Admits nothing more; lets attempts end, signals them, and at the end of `graceMs` kills them, which marks them
   * interrupted. What is still not seen dead after that is settled by the next life. Resolves when the loop is closed.
   */
  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stop(graceMs)
    return this.#stopping
  }

  async #stop(graceMs: number): Promise<void> {
    await this.command((state, tick) => {
      state.drainingSince = tick.now
      tick.changes.status = true
    })
    const quietMs = Math.min(graceMs * QUIET_SHARE, LONGEST_QUIET_MS)
    await this.#idle(quietMs)
    await this.command((state, tick) => {
      for (const run of state.live.values()) requestStop(state, tick, run, 'shutdown', 'the host is stopping')
    })
    await this.#idle(graceMs - quietMs)
    await this.command((state, tick) => {
      for (const run of state.live.values()) requestKill(state, tick, run)
    })
    await this.#idle(KILL_MS)
    await this.#interpreters.close()
    this.#close(problem('DRAINING'))
    this.#inbox = []
  }

  /** Resolves when nothing is live, or after `withinMs`. */
  #idle(withinMs: number): Promise<void> {
    if (this.#state.live.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const cancelWait = this.#parts.clock.after(Math.max(0, withinMs), resolve)
      this.#idleWaiters.push(() => {
        cancelWait()
        resolve()
      })
    })
  }

  #receive(reports: (Report | NamedReport)[]): void {
    if (this.#phase === 'closed') return
    for (const report of reports) this.#inbox.push({ type: 'report', report })
    this.#plan()
  }

  #plan(): void {
    if (this.#isTurnPlanned || this.#phase !== 'running') return
    this.#isTurnPlanned = true
    this.#parts.clock.soon(() => {
      this.#isTurnPlanned = false
      this.#turn()
    })
  }

  #turn(): void {
    const taken = this.#attempt(() => this.#transact((tick) => this.#work(tick)))
    if (taken === undefined) return
    this.#inbox.splice(0, taken)
    if (this.#inbox.length > 0 || this.#state.objects.cascades.size > 0) this.#plan()
    else this.#nap()
    if (this.#state.live.size === 0) for (const wake of this.#idleWaiters.splice(0)) wake()
    this.#chores.turned()
    this.#secretOpener.turned()
  }

  /** A fault in `work` ends the engine: undefined then, and when it has ended already. */
  #attempt<T>(work: () => T): T | undefined {
    if (this.#phase !== 'running') return undefined
    try {
      return work()
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  #fail(error: unknown): void {
    if (this.#phase === 'closed') return
    this.#close(problem('ENGINE_LOST'))
    this.#parts.onFatal(error)
  }

  #close(refusal: Problem): void {
    this.#phase = 'closed'
    this.#cancelNap?.()
    this.#chores.stop()
    this.#secretOpener.stop()
    for (const item of this.#inbox) if (item.type === 'command') item.reject(refusal)
  }

  /**
   * What one transaction does, in this order: time, inbox, cascades, slots that have waited, admission. Returns how
   * many items it took.
   */
  #work(tick: Tick): number {
    const state = this.#state
    for (const key of state.timers.take(tick.mono)) {
      if (key === 'deadlocks') this.#look(tick)
      else deadlinePassed(state, tick, key)
    }
    const jumpMs = this.#clockJumps.take(tick.now, tick.mono)
    followClock(state, jumpMs)
    const planned = jumpMs === 0 && this.#planned !== undefined ? this.#planned : nextPlanned(state)
    if (planned !== null && planned <= tick.now) {
      // First, so that what is out of time is not queued once more.
      expireTotal(state, tick)
      abortOverdueGroups(state, tick)
      queueDue(state, tick)
      expireQueued(state, tick)
      settleDueFutures(state, tick)
      decideSlots(state, tick)
      state.heartbeats.raise(state, tick)
    }
    let taken = 0
    for (const item of this.#inbox) {
      if (taken >= TURN_ITEMS || (taken % 32 === 31 && this.#parts.clock.monoMs() - tick.mono > TURN_MS)) break
      taken += 1
      this.#take(item, tick)
    }
    // What a cascade has yet to cancel must not start.
    if (!advanceCascades(state, tick)) {
      startWaiting(state, tick)
      admit(state, tick)
    }
    if (tick.changes.runs.size > 0 || tick.changes.status || tick.changes.jobs) planLook(state, tick)
    return taken
  }

  #look(tick: Tick): void {
    const before = this.#parts.clock.monoMs()
    const isAgain = lookForDeadlocks(this.#state, tick)
    lookTaken(this.#state, tick, this.#parts.clock.monoMs() - before, isAgain)
  }

  #take(item: InboxItem, tick: Tick): void {
    switch (item.type) {
      case 'report':
        if ('interpreter' in item.report) applyNamedReport(this.#state, tick, item.report)
        else applyReport(this.#state, tick, item.report)
        return
      case 'stop_sent':
        stopSent(this.#state, tick, item.step)
        return
      case 'surroundings':
        takeSurroundings(this.#state, tick, item.seen)
        return
      case 'command': {
        let value: unknown
        try {
          value = item.apply(this.#state, tick)
        } catch (error) {
          // A refusal is said to the caller; everything else is a fault of ours and ends the turn.
          if (!(error instanceof Problem)) throw error
          tick.effects.replies.push(() => item.reject(error))
          return
        }
        tick.effects.replies.push(() => item.resolve(value as never))
      }
    }
  }

  /** One transaction and, once it is committed, its effects. */
  #transact<T>(work: (tick: Tick) => T): T {
    const { clock, store } = this.#parts
    const state = this.#state
    const now = clock.wallMs()
    const changes = noChanges()
    const events = new EventLog(store, state.counters, now)
    const tick: Tick = {
      now,
      mono: clock.monoMs(),
      changes,
      effects: { replies: [], starts: [], stops: [], answers: [], instructions: [] },
      event: (id, type, data, at) => {
        const run = state.live.get(id)
        if (run !== undefined) tick.tellStart(run)
        events.append(id, type, data, at)
        changes.status = true
      },
      startsTold: new Set(),
      tellStart(run) {
        if (run.isStartTold) return
        run.isStartTold = true
        tick.startsTold.add(run.id)
        events.append(run.id, 'started', { attempt: run.state.attempt }, run.state.startedAt)
      },
    }
    const result = store.transaction(() => {
      const value = work(tick)
      for (const id of changes.runs) {
        const run = state.live.get(id)
        if (run !== undefined) saveProgress(state, run)
      }
      events.flush()
      state.counters.flush()
      state.lanes.flush()
      flushQueues(state)
      return value
    })
    this.#planned = undefined
    if (changes.status) {
      this.#lastEventAt = now
      state.activity.record(tick.mono, totalsOf(state.counters))
    }
    this.#carryOut(tick)
    return result
  }

  #carryOut({ effects, changes }: Tick): void {
    if (effects.starts.length > 0) this.#interpreters.start(effects.starts)
    if (effects.answers.length > 0) this.#interpreters.answer(effects.answers)
    if (effects.instructions.length > 0) this.#interpreters.instruct(effects.instructions)
    if (effects.stops.length > 0) {
      this.#interpreters.stop(effects.stops)
      for (const step of effects.stops) this.#inbox.push({ type: 'stop_sent', step })
      this.#plan()
    }
    for (const reply of effects.replies) reply()
    const { runs, logs } = changes
    if (changes.status || changes.jobs || changes.schedules || changes.bulk || runs.size > 0 || logs.size > 0) {
      for (const listener of this.#listeners) listener(changes)
    }
  }

  /** Sleeps until the next deadline or planned moment. */
  #nap(): void {
    const { clock } = this.#parts
    const deadline = this.#state.timers.next()
    const planned = (this.#planned = nextPlanned(this.#state))
    const untilDeadline = deadline === null ? LONGEST_NAP_MS : deadline - clock.monoMs()
    const untilPlanned = planned === null ? LONGEST_NAP_MS : planned - clock.wallMs()
    this.#cancelNap?.()
    const napMs = Math.min(untilDeadline, untilPlanned, LONGEST_NAP_MS)
    // Timers fire early by a fraction of a millisecond; a nap that is too short by that would spin.
    this.#cancelNap = clock.after(Math.max(0, Math.ceil(napMs)), () => this.#plan())
  }
}
