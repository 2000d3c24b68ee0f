import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { definitionSchema } from '../../src-preload/definition.ts'
import { submitSchema } from '../../src-preload/contract.ts'
import { Problem } from '../../src-preload/problem.ts'
import { cancel } from '../../src-main/engine/commands/cancel.ts'
import { saveJob, setJobPaused } from '../../src-main/engine/commands/jobs.ts'
import { submit, submitMany } from '../../src-main/engine/commands/submit.ts'
import { Engine } from '../../src-main/engine/engine.ts'
import { executors, perExecutor } from '../../src-main/core/executors.ts'
import { migrate, readMigrations } from '../../src-main/store/migrate.ts'
import { prepareStore } from '../../src-main/store/store.ts'
import type { Store } from '../../src-main/store/store.ts'
import { seededRandom } from '../support/random.ts'
import type { Random } from '../support/random.ts'
import { SimulatedMachine } from '../support/simulated-interpreters.ts'
import type { MachineFault } from '../support/simulated-interpreters.ts'
import { usualSurroundings } from '../support/simulated-engine.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { abandonViolations, jobsOfOnce } from './abandon-rules.ts'
import { gates, gateViolations, makeSemaphores } from './gate-rules.ts'
import { prepared } from './prepared.ts'
import { retriedJobs, RetryRules } from './retry-rules.ts'
import { addSchedules, pauseSchedule, scheduleNames, slotViolations, waitingSlots } from './slot-rules.ts'

/** Thrown in the place of a commit, or right after one: the engine's process is gone. */
class Crash extends Error {}

const SLOTS = { async: 5, thread: 2, process: 3 }
const JOBS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa']

export type Findings = {
  accepted: number
  crashes: number
  finished: Record<string, number>
  interrupted: number
  /** Attempts that failed and were followed by another one. */
  retried: number
  violations: string[]
}

/**
 * A whole history of the engine from one seed: people submit, delay, cancel, pause; schedules go on; attempts return,
 * throw, hang, ignore signals; the engine dies before a commit, after one, and between turns; the wall clock jumps. In
 * the end everything is given time to finish. The rules it must keep are checked after every commit and once more when
 * it is quiet.
 */
export async function simulate(
  seed: number,
  options: { actions: number; crashes: boolean; fault?: MachineFault },
): Promise<Findings> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-simulation-'))
  const world = new World(random, join(folder, 'signalbox.db'), options.fault ?? null)
  try {
    await world.boot()
    await world.command((engine) => addJobs(engine))
    await world.command((engine) => addSchedules(engine))
    for (let action = 0; action < options.actions; action += 1) {
      await world.act(options.crashes)
    }
    await world.settle()
    return world.findings()
  } finally {
    world.shutDown()
    rmSync(folder, { recursive: true, force: true })
  }
}

class World {
  readonly #random: Random
  readonly #path: string
  readonly #clock = new VirtualClock()
  readonly #machine: SimulatedMachine
  readonly #machineClock
  readonly #accepted = new Set<number>()
  readonly #cancelAccepted = new Set<number>()
  readonly #terminal = new Map<number, string>()
  readonly #retryRules = new RetryRules()
  readonly #violations: string[] = []
  #crashes = 0
  #interruptions = 0
  #crashAt: 'before commit' | 'after commit' | null = null
  #life: { engine: Engine; store: Store; die: () => void; isDead: boolean; isOpen: boolean } | null = null

  constructor(random: Random, path: string, fault: MachineFault | null) {
    this.#random = random
    this.#path = path
    this.#machine = new SimulatedMachine(random, fault)
    this.#machineClock = this.#clock.life()
  }

  async boot(): Promise<void> {
    const db = new Database(this.#path)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = OFF')
    migrate(db, readMigrations())
    const store = prepareStore(db)
    const clock = this.#clock.life()
    const life = { store, isDead: false, isOpen: false, die: () => clock.die(), engine: undefined as unknown as Engine }
    const commit = store.transaction.bind(store)
    store.transaction = <T>(work: () => T): T => {
      const crashAt = this.#crashAt
      this.#crashAt = null
      const result = commit(() => {
        const value = work()
        if (crashAt === 'before commit') throw new Crash()
        return value
      })
      this.#check(store, life.engine, life.isOpen)
      if (crashAt === 'after commit') throw new Crash()
      return result
    }
    life.engine = new Engine({
      store,
      storeId: 'simulated',
      scriptsFolder: '/nowhere',
      clock,
      random: () => this.#random.next(),
      slots: SLOTS,
      isPrivate: false,
      askForKey: () => Promise.resolve(null),
      surroundings: usualSurroundings,
      connectInterpreters: (onReports) => this.#machine.connect(clock, this.#machineClock, onReports),
      onFatal: (error) => {
        if (!(error instanceof Crash)) this.#violations.push(`turn failed: ${String(error)}`)
        life.isDead = true
      },
    })
    this.#life = life
    const started = life.engine.start().then(
      () => (life.isOpen = true),
      (error: unknown) => {
        if (!(error instanceof Crash)) throw error
        life.isDead = true
      },
    )
    await this.#run(1_000)
    await started
  }

  async command<T>(run: (engine: Engine) => Promise<T>): Promise<T | null> {
    const { engine } = this.#alive()
    let outcome: { value: T } | { error: unknown } | null = null
    run(engine).then(
      (value) => (outcome = { value }),
      (error: unknown) => (outcome = { error }),
    )
    await this.#clock.runUntil(this.#clock.monoMs + 1, () => outcome !== null)
    const settled = outcome as { value: T } | { error: unknown } | null
    if (settled === null || 'value' in settled) return settled?.value ?? null
    if (settled.error instanceof Problem) return null
    throw settled.error
  }

  /** One thing that somebody does, or some time that passes. */
  async act(withCrashes: boolean): Promise<void> {
    const random = this.#random
    const dice = random.next()
    if (dice < 0.35) await this.#submit()
    else if (dice < 0.4) await this.#submitMany()
    else if (dice < 0.5) await this.#cancel()
    else if (dice < 0.55) {
      const job = random.pick(JOBS)
      const isPaused = random.chance(0.5)
      await this.command((engine) => engine.command((state, tick) => setJobPaused(state, tick, job, isPaused)))
    } else if (dice < 0.56) {
      const [name, isPaused] = [random.pick(scheduleNames), random.chance(0.3)]
      await this.command((engine) => pauseSchedule(engine, name, isPaused))
    } else if (dice < 0.58) this.#clock.moveWall(random.int(-60_000, 60_000))
    else if (dice < 0.9 || !withCrashes) await this.#run(random.int(1, 800))
    else await this.#crash(random.pick(['before commit', 'after commit', 'between turns'] as const))
    if (this.#life?.isDead === true) await this.#reboot()
  }

  async #submit(): Promise<void> {
    const random = this.#random
    const request = v.parse(submitSchema, {
      what: 'job',
      job: random.pick(JOBS),
      priority: random.int(-1, 2),
      input: { host: random.pick(['a', 'b', 'c']) },
      ...(random.chance(0.3) ? { delayMs: random.int(1, 3_000) } : {}),
    })
    const stored = await this.command((engine) => engine.command((state, tick) => submit(state, tick, request)))
    if (stored !== null) this.#accepted.add(stored.id)
  }

  async #submitMany(): Promise<void> {
    const inputs = Array.from({ length: this.#random.int(2, 30) }, (_, index) => JSON.stringify({ host: index % 3 }))
    const request = { job: this.#random.pick(JOBS), inputs }
    const stored = await this.command((engine) => engine.command((state, tick) => submitMany(state, tick, request)))
    if (stored === null) return
    for (let id = stored.firstId; id <= stored.lastId; id += 1) this.#accepted.add(id)
  }

  async #cancel(): Promise<void> {
    if (this.#accepted.size === 0) return
    const id = this.#random.pick([...this.#accepted].slice(-40))
    const done = await this.command((engine) =>
      engine.command((state, tick) => {
        cancel(state, tick, id, 'not wanted')
        return true
      }),
    )
    if (done === true) this.#cancelAccepted.add(id)
  }

  async #crash(where: 'before commit' | 'after commit' | 'between turns'): Promise<void> {
    const life = this.#alive()
    this.#crashes += 1
    if (where === 'between turns') {
      life.isDead = true
      return
    }
    this.#crashAt = where
    // Half of the time somebody is waiting for an answer at that moment.
    if (this.#random.chance(0.5)) await this.#submit()
    if (!life.isDead) await this.#run(this.#random.int(1, 400))
    this.#crashAt = null
    life.isDead = true
  }

  /** The dead life's connection closes and its timers die; processes live on until the next life sweeps. */
  async #reboot(): Promise<void> {
    const life = this.#alive()
    life.die()
    life.store.db.close()
    if (this.#random.chance(0.5)) await this.#clock.runUntil(this.#clock.monoMs + this.#random.int(0, 2_000))
    this.#interruptions += this.#machine.processes.size
    // Now and then the next life dies in the middle of its recovery.
    if (this.#random.chance(0.2)) this.#crashAt = this.#random.pick(['before commit', 'after commit'] as const)
    await this.boot()
    if (this.#alive().isDead) await this.#reboot()
  }

  /** Unpauses every job, pauses every schedule, and lets time pass until nothing is left to do. */
  async settle(): Promise<void> {
    for (const job of JOBS) {
      await this.command((engine) => engine.command((state, tick) => setJobPaused(state, tick, job, false)))
    }
    for (const name of scheduleNames) await this.command((engine) => pauseSchedule(engine, name, true))
    for (let minute = 0; minute < 60; minute += 1) {
      await this.#run(60_000)
      const { store } = this.#alive()
      const open = prepared(store.db, `SELECT count(*) FROM runs WHERE lifecycle <> 'finished'`).pluck().get()
      if (open === 0) break
    }
    this.#checkQuiet()
  }

  findings(): Findings {
    const rows = prepared<[], { outcome: string; n: number }>(
      this.#alive().store.db,
      'SELECT outcome, count(*) AS n FROM runs GROUP BY outcome',
    ).all()
    return {
      accepted: this.#accepted.size,
      crashes: this.#crashes,
      finished: Object.fromEntries(rows.map((row) => [row.outcome, row.n])),
      interrupted: this.#interruptions,
      retried: this.#retryRules.retried,
      violations: [...new Set([...this.#violations, ...this.#machine.overlaps])],
    }
  }

  shutDown(): void {
    this.#life?.die()
    if (this.#life?.store.db.open === true) this.#life.store.db.close()
  }

  async #run(ms: number): Promise<void> {
    await this.#clock.runUntil(this.#clock.monoMs + ms, () => this.#life?.isDead === true)
  }

  #alive() {
    if (this.#life === null) throw new Error('the world has no engine yet')
    return this.#life
  }

  /** What must hold after every commit. */
  #check(store: Store, engine: Engine | undefined, isGateOpen: boolean): void {
    const rows = prepared<[], { id: number; lifecycle: string; row: string }>(
      store.db,
      `SELECT id, lifecycle, id || lifecycle || coalesce(outcome, '') || coalesce(finished_at, '') || coalesce(result, '')
         AS row FROM runs`,
    ).all()
    const live = perExecutor(() => 0)
    const counts = new Map<string, number>()
    for (const { id, lifecycle, row } of rows) {
      counts.set(lifecycle, (counts.get(lifecycle) ?? 0) + 1)
      if (lifecycle === 'finished') {
        const before = this.#terminal.get(id)
        if (before === undefined) {
          if (this.#machine.isRunAlive(id)) this.#violations.push(`run ${id} finished while its process lives`)
          this.#terminal.set(id, row)
        } else if (before !== row) this.#violations.push(`finished run ${id} changed: ${before} → ${row}`)
      } else if (this.#terminal.has(id)) this.#violations.push(`finished run ${id} is ${lifecycle} again`)
    }
    const state = engine === undefined ? null : engine.read((current) => current)
    this.#violations.push(...this.#retryRules.check(store, state, this.#clock.wallMs, isGateOpen))
    this.#violations.push(...abandonViolations(store, this.#machine))
    if (engine === undefined) return
    engine.read((state) => {
      for (const run of state.live.values()) live[run.executor] += 1
      for (const executor of executors) {
        if (live[executor] > SLOTS[executor]) this.#violations.push(`${live[executor]} live on ${executor}`)
        if (live[executor] !== state.inUse[executor]) this.#violations.push(`slots of ${executor} are miscounted`)
      }
      for (const lifecycle of ['scheduled', 'queued', 'running', 'stopping', 'finished'] as const) {
        if (state.counters.get(`is_${lifecycle}`) !== (counts.get(lifecycle) ?? 0)) {
          this.#violations.push(
            `counter of ${lifecycle} is ${state.counters.get(`is_${lifecycle}`)}, not ${counts.get(lifecycle) ?? 0}`,
          )
        }
      }
    })
    const lanes = prepared<[], { id: number; queued: number; counted: number }>(
      store.db,
      `SELECT id, queued, (SELECT count(*) FROM runs WHERE lane_id = lanes.id AND lifecycle = 'queued') AS counted
         FROM lanes`,
    ).all()
    for (const lane of lanes) {
      if (lane.queued !== lane.counted)
        this.#violations.push(`lane ${lane.id} counts ${lane.queued}, not ${lane.counted}`)
    }
    if (!isGateOpen) return
    const skipped = prepared<[], { id: number }>(
      store.db,
      `SELECT r.id FROM runs r JOIN lanes l ON l.id = r.lane_id JOIN jobs j ON j.id = r.job_id
         WHERE r.lifecycle = 'queued' AND j.paused_at IS NULL AND l.gate = ''
           AND (SELECT count(*) FROM runs x JOIN lanes y ON y.id = x.lane_id
                WHERE y.executor = l.executor AND x.lifecycle IN ('running', 'stopping'))
               < CASE l.executor WHEN 'async' THEN ${SLOTS.async} WHEN 'thread' THEN ${SLOTS.thread} ELSE ${SLOTS.process} END LIMIT 1`,
    ).get()
    if (skipped !== undefined) this.#violations.push(`run ${skipped.id} waits although a slot is free`)
    this.#violations.push(...engine.read(gateViolations), ...engine.read(slotViolations))
  }

  /** What must hold when everything had time to finish. */
  #checkQuiet(): void {
    const { store, engine } = this.#alive()
    this.#violations.push(...engine.read(waitingSlots))
    for (const id of this.#accepted) {
      const run = store.runs.get.get(id)
      if (run === undefined) this.#violations.push(`accepted run ${id} is lost`)
      else if (run.lifecycle !== 'finished') this.#violations.push(`accepted run ${id} is still ${run.lifecycle}`)
    }
    const uncounted = prepared<[], { id: number; attempt: number; kept: number }>(
      store.db,
      `SELECT id, attempt, kept FROM (
           SELECT id, attempt, (started_at IS NOT NULL) + (SELECT count(*) FROM attempts WHERE run_id = runs.id) AS kept
           FROM runs)
         WHERE attempt <> kept`,
    ).all()
    for (const run of uncounted) this.#violations.push(`run ${run.id} began ${run.attempt} attempts, kept ${run.kept}`)
    const backwards = prepared<[], number>(
      store.db,
      'SELECT count(*) FROM runs WHERE started_at < queued_at OR finished_at < coalesce(started_at, created_at)',
    )
      .pluck()
      .get()
    if (backwards !== 0) this.#violations.push(`${backwards ?? 0} runs have a duration below zero`)
    if (this.#machine.processes.size > 0) this.#violations.push('processes live after everything finished')
  }
}

async function addJobs(engine: Engine): Promise<void> {
  const script = (executor: string, extra: object) =>
    v.parse(definitionSchema, {
      kind: 'script',
      code: { from: 'text', name: 'a.ts', text: '' },
      executor,
      graceMs: 300,
      ...extra,
    })
  const command = { as: 'shell', line: 'true' }
  const definitions = {
    alpha: script('async', { timeoutMs: 2_500 }),
    beta: script('process', { timeoutMs: 3_000, queueTimeoutMs: 5_000 }),
    gamma: v.parse(definitionSchema, { kind: 'command', command, graceMs: 0, timeoutMs: 60_000 }),
    delta: script('async', { timeoutMs: 2_500, semaphores: gates.one }),
    epsilon: script('process', { timeoutMs: 2_500, semaphores: gates.several }),
    zeta: script('async', { timeoutMs: 2_500, semaphores: gates.one, concurrency: gates.perHost }),
    eta: script('thread', retriedJobs.eta),
    theta: script('process', retriedJobs.theta),
    iota: script('async', jobsOfOnce.iota),
    kappa: script('process', jobsOfOnce.kappa),
  }
  await engine.command(makeSemaphores)
  for (const [name, definition] of Object.entries(definitions)) {
    await engine.command((state, tick) =>
      saveJob(state, tick, { name, definition, description: null, priority: 0, replace: false }),
    )
  }
}
