import type { Answer } from './calls.ts'
import { BatchDraft } from './batch-draft.ts'
import type { FromInterpreter, PoolSettings, ThreadLost, ToInterpreter } from './interpreter-protocol.ts'
import type { AttemptStart, Ending, Report, StopStep } from './interpreters.ts'
import { limitsProcess, noResourceLimits } from '../../src-preload/resource-limits.ts'
import { limitInWords } from '../core/resource-limit.ts'
import type { LimitPassed } from '../core/resource-limit.ts'
import type { DirectLine, DirectLines } from './direct-lines.ts'
import { brokenChannel, interpreterLaunch, limitEnding } from './process-attempts.ts'
import type { SupervisorLink } from './supervisor-link.ts'
import type { FromChannel } from './supervisor-protocol.ts'
import { channelOfKey } from './telemetry/gauges.ts'
import type { Gauges } from './telemetry/gauges.ts'

/** Runs of one message to a thread: fewer cost more messages, more would let one thread take all while others wait. */
const RUNS_PER_BATCH = 64
const UNITS_PER_BATCH = 1024 * 1024

/** Whatever may have gathered in a process is given up with it after so many. */
const RUNS_PER_POOL = 1_000_000

type PoolAttempt = {
  run: number
  attempt: number
  batch: number
  /** The one that it was sent on; null: it went through the supervisor. */
  line: DirectLine | null
  isStarted: boolean
  isKilled: boolean
}

/** One pool process, from its launch to its end; a new one takes its place at the next start. */
type Pool = {
  channel: number
  pid: number | null
  attempts: Map<number, PoolAttempt>
  batches: number
  isBroken: boolean
  /** What its process has used up, for which it is being killed. */
  passed: LimitPassed | null
  /** How many runs it was given. */
  runs: number
  /** Nothing begins in it any more; it is ended with its last attempt. */
  isRetired: boolean
}

type PoolParts = {
  link: SupervisorLink
  settings: Omit<PoolSettings, 'line'>
  /** Null where each run has a thread to itself: which one is decided in the pool. */
  lines: DirectLines | null
  nextChannel: () => number
  gauges: Gauges
  report: (report: Report) => void
  /** Takes secrets out of what no run is known to have said. */
  clean: (text: string) => string
}

/**
 * Attempts of the executor `async`, or of `thread`, which share one process. SIGKILL can only hit all of it: the one
 * that was to be killed ends as `exited`, its neighbours as `interrupted`, and so does everything else that was on a
 * thread or a process that died. Only where a single attempt was there is it known to be the cause, and the exit is its
 * own.
 */
export class PoolAttempts {
  readonly #link: SupervisorLink
  readonly #settings: Omit<PoolSettings, 'line'>
  readonly #lines: DirectLines | null
  readonly #nextChannel: () => number
  readonly #gauges: Gauges
  readonly #report: (report: Report) => void
  readonly #clean: (text: string) => string
  readonly #pools = new Map<number, Pool>()
  /** The pool that takes new attempts. */
  #open: Pool | null = null

  constructor({ link, settings, lines, nextChannel, gauges, report, clean }: PoolParts) {
    this.#link = link
    this.#settings = settings
    this.#lines = lines
    this.#nextChannel = nextChannel
    this.#gauges = gauges
    this.#report = report
    this.#clean = clean
  }

  start(starts: AttemptStart[]): void {
    const able = starts.filter((start) => !this.#refuse(start))
    if (able.length === 0) return
    const pool = (this.#open ??= this.#launch())
    const perBatch = Math.max(1, Math.min(RUNS_PER_BATCH, Math.ceil(able.length / this.#settings.threads)))
    let batch = new BatchDraft()
    for (const start of able) {
      batch.add(start)
      if (batch.runs >= perBatch || batch.units >= UNITS_PER_BATCH) {
        this.#send(pool, batch)
        batch = new BatchDraft()
      }
    }
    if (batch.runs > 0) this.#send(pool, batch)
    pool.runs += able.length
    if (pool.runs >= RUNS_PER_POOL) this.#retire(pool)
  }

  /** False when the attempt is not one of these. */
  stop({ run, attempt, step, reason }: StopStep): boolean {
    for (const pool of this.#pools.values()) {
      const running = pool.attempts.get(run)
      if (running === undefined || running.attempt !== attempt) continue
      if (step === 'signal') {
        this.#link.sendTo(pool.channel, JSON.stringify({ type: 'abort', run, attempt, reason } satisfies ToInterpreter))
      } else if (step === 'kill') {
        running.isKilled = true
        if (this.#open === pool) this.#open = null
        this.#link.send({ type: 'kill', channel: pool.channel })
      }
      return true
    }
    return false
  }

  /** One message for each pool, which hands it to all its threads. */
  answer(answers: Answer[]): void {
    for (const pool of this.#pools.values()) {
      const own = answers.filter(({ run, attempt }) => pool.attempts.get(run)?.attempt === attempt)
      if (own.length === 0) continue
      const message: ToInterpreter = { type: 'answers', answers: own }
      this.#link.sendTo(pool.channel, JSON.stringify(message))
    }
  }

  /** False when the process that takes new attempts is not the one that `which` names, or there is none. */
  recycle(which: string): boolean {
    const pool = this.#open
    if (pool === null) return false
    if (which !== this.#settings.executor && channelOfKey(which) !== pool.channel) return false
    this.#retire(pool)
    return true
  }

  owns(channel: number): boolean {
    return this.#pools.has(channel)
  }

  fromInterpreter(channel: number, message: FromInterpreter): void {
    const pool = this.#pools.get(channel)
    if (pool === undefined) return
    if (message.type === 'thread_lost') {
      this.#loseThread(pool, message)
      return
    }
    if (message.type === 'contaminated') {
      this.#retire(pool)
      return
    }
    if (message.type === 'sample') {
      this.#gauges.taken(channel, message.sample)
      return
    }
    const running = pool.attempts.get(message.run)
    // An ending that was decided here (a lost thread) is not followed by anything.
    if (running === undefined || running.attempt !== message.attempt) {
      if (message.type === 'finding' && message.kind === 'late_failure') this.#report(message)
      return
    }
    if (message.type === 'ended') this.#forget(pool, message.run)
    this.#report(message)
  }

  /**
   * Something else than our frames came: nothing this process says can be trusted any more. Which attempt it was is
   * known only of one that was alone; otherwise all are interrupted: the engine gives one that is interrupted again a
   * process of its own.
   */
  breakChannel(channel: number): void {
    const pool = this.#pools.get(channel)
    if (pool === undefined) return
    pool.isBroken = true
    if (this.#open === pool) this.#open = null
    this.#link.send({ type: 'kill', channel })
  }

  /** What was sent on a line that was cut may never have been read, and nobody else knows of it. */
  cut(line: DirectLine): void {
    if (line.runs > 0) this.breakChannel(line.channel)
  }

  fromSupervisor(message: FromChannel): void {
    const pool = this.#pools.get(message.channel)
    if (pool === undefined) return
    switch (message.type) {
      case 'launched':
        pool.pid = message.pid
        this.#gauges.started(pool.channel, message.pid)
        this.#reportStarted(pool)
        return
      case 'lines':
        this.#place(pool, message.lines)
        return
      case 'muted':
        this.breakChannel(message.channel)
        return
      case 'unlaunchable':
        this.#close(pool, null, null, `the interpreter process could not be started: ${message.message}`, true)
        return
      case 'passed':
        if (!message.isFatal) return
        pool.passed = message.passed
        if (this.#open === pool) this.#open = null
        return
      case 'gone':
        this.#close(
          pool,
          message.code,
          message.signal,
          `the interpreter process ${pool.passed === null ? `ended (${message.signal ?? message.code})` : limitInWords(pool.passed)}`,
        )
        return
      default:
        message satisfies never
    }
  }

  /** The supervisor died: nothing more will be heard of these. */
  endAll(ending: Ending): void {
    for (const pool of this.#pools.values()) {
      for (const running of pool.attempts.values()) this.#end(pool, running, ending)
    }
    this.#pools.clear()
    this.#open = null
  }

  #launch(): Pool {
    const channel = this.#nextChannel()
    const pool: Pool = {
      channel,
      pid: null,
      attempts: new Map(),
      batches: 0,
      isBroken: false,
      passed: null,
      runs: 0,
      isRetired: false,
    }
    this.#pools.set(channel, pool)
    this.#gauges.launched(channel, { kind: this.#settings.executor })
    const settings: PoolSettings = { ...this.#settings, line: this.#lines?.offer(channel) ?? null }
    this.#link.send({
      type: 'launch',
      channel,
      launch: interpreterLaunch(
        'interpreter-pool',
        settings,
        `${this.#settings.executor}-pool-${channel}`,
        noResourceLimits,
      ),
    })
    return pool
  }

  #send(pool: Pool, draft: BatchDraft): void {
    const batch = ++pool.batches
    const line = this.#lines?.find(pool.channel) ?? null
    for (const { run, attempt } of draft.batch.starts) {
      pool.attempts.set(run, { run, attempt, batch, line, isStarted: false, isKilled: false })
    }
    const payload = JSON.stringify(draft.batch)
    if (line === null) this.#link.sendTo(pool.channel, payload, batch)
    else line.send(payload, draft.runs)
    if (pool.pid !== null) this.#reportStarted(pool, draft.batch.starts)
  }

  #reportStarted(pool: Pool, only?: { run: number }[]): void {
    if (pool.pid === null) return
    const started = only === undefined ? pool.attempts.values() : only.map(({ run }) => pool.attempts.get(run))
    for (const running of started) {
      if (running === undefined || running.isStarted) continue
      running.isStarted = true
      this.#report({ type: 'started', run: running.run, attempt: running.attempt, pid: pool.pid })
    }
  }

  #loseThread(pool: Pool, { batches, threads, run: own, why, exitCode }: ThreadLost): void {
    for (const thread of threads) this.#lines?.forgetThread(pool.channel, thread)
    const dead = new Set(batches)
    const lost = [...pool.attempts.values()].filter(({ run, batch, line }) =>
      line === null ? run === own || dead.has(batch) : threads.includes(line.thread),
    )
    const [only] = lost
    if (lost.length === 1 && only !== undefined) {
      const { run, attempt } = only
      this.#report({ type: 'log', run, attempt, lines: [[Date.now(), 'mark', `its thread died: ${why}`]] })
      this.#end(pool, only, { how: 'exited', code: exitCode ?? 1, signal: null })
      return
    }
    for (const running of lost) {
      this.#end(pool, running, { how: 'interrupted', why: `its thread died, which it shared: ${why}` })
    }
  }

  #close(pool: Pool, code: number | null, signal: string | null, why: string, isUnbegun = false): void {
    const isAlone = pool.attempts.size === 1
    const tooMuch: Ending | null = pool.passed === null ? null : limitEnding(pool.passed)
    const isOnPurpose = [...pool.attempts.values()].some(({ isKilled }) => isKilled)
    for (const running of pool.attempts.values()) {
      const isCause = running.isKilled || (isAlone && !isOnPurpose)
      const own = pool.isBroken && !running.isKilled ? brokenChannel : (tooMuch ?? { how: 'exited', code, signal })
      this.#end(pool, running, isCause ? own : { how: 'interrupted', why, isUnbegun })
    }
    this.#pools.delete(pool.channel)
    this.#lines?.forgetPool(pool.channel)
    this.#link.forget(pool.channel)
    this.#gauges.ended(pool.channel)
    if (this.#open === pool) this.#open = null
  }

  /** Another one takes its place; its present runs end in it. */
  #retire(pool: Pool): void {
    if (this.#open === pool) this.#open = null
    pool.isRetired = true
    this.#gauges.retired(pool.channel)
    this.#endIfDone(pool)
  }

  #forget(pool: Pool, run: number): void {
    const line = pool.attempts.get(run)?.line ?? null
    if (line !== null) line.runs -= 1
    pool.attempts.delete(run)
    this.#endIfDone(pool)
  }

  #endIfDone(pool: Pool): void {
    if (pool.isRetired && pool.attempts.size === 0) this.#link.send({ type: 'kill', channel: pool.channel })
  }

  #end(pool: Pool, { run, attempt }: PoolAttempt, ending: Ending): void {
    this.#forget(pool, run)
    this.#report({ type: 'ended', run, attempt, ending, cpuMs: null })
  }

  /**
   * What the process itself wrote (node's last words, native code, children that inherited its output) names no attempt:
   * it is told to the one that is alone there, and otherwise where the host says its own.
   */
  #place(pool: Pool, lines: Extract<FromChannel, { type: 'lines' }>['lines']): void {
    const [only] = pool.attempts.values()
    if (pool.attempts.size === 1 && only !== undefined) {
      this.#report({ type: 'log', run: only.run, attempt: only.attempt, lines })
      return
    }
    for (const [, , text] of lines)
      process.stderr.write(`${this.#settings.executor} interpreter: ${this.#clean(text)}\n`)
  }

  /** What belongs to a process cannot be a run's where that is shared. */
  #refuse({ run, attempt, definition }: AttemptStart): boolean {
    const { limits } = definition
    if (definition.cwd === null && Object.keys(definition.env).length === 0 && !limitsProcess(limits)) return false
    const error = {
      name: 'Error',
      message: `A script of the executor ${this.#settings.executor} shares its process: it cannot have a working folder, an environment, or limits of memory, processor time, open files and temporary files of its own.`,
      stack: null,
      hint: 'Choose the executor process, or leave them out.',
    }
    this.#report({ type: 'ended', run, attempt, ending: { how: 'unstartable', error }, cpuMs: null })
    return true
  }
}
