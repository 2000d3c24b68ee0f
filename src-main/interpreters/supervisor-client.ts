import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { requestScript } from '../jobs/http.ts'
import { entryPath } from '../entry.ts'
import type { RunError } from '../../src-preload/contract.ts'
import { executorOf } from '../../src-preload/definition.ts'
import type { Answer } from './calls.ts'
import type { AttemptStart, Ending, Interpreters, OnReports, Report, StopStep } from './interpreters.ts'
import type { PoolExecutor, ToInterpreter } from './interpreter-protocol.ts'
import { NamedInterpreters } from './named/named-interpreters.ts'
import type { Instruction, NamedReport } from './named/named-interpreters.ts'
import { DirectLines } from './direct-lines.ts'
import { parseFromInterpreter } from './parse-from-interpreter.ts'
import { PoolAttempts } from './pool-attempts.ts'
import { ProcessAttempts } from './process-attempts.ts'
import { ReportCleaner } from './report-cleaner.ts'
import { SupervisorLink } from './supervisor-link.ts'
import type { FromChannel } from './supervisor-protocol.ts'
import { SupervisorsApart } from './supervisors-apart.ts'
import { sweepOtherLives } from './tagged-processes.ts'
import { Gauges } from './telemetry/gauges.ts'
import type { Reading } from './telemetry/gauges.ts'
import { memoryOf } from './telemetry/process-memory.ts'

export type SupervisorOptions = {
  /** Identity of the store: by it the processes of earlier lives are recognised. */
  tag: string
  /** Both absolute and existing. */
  cacheFolder: string
  scriptsFolder: string
  /** Absolute: where processes have their folders for temporary files, by lives. */
  tempFolder: string
  /**
   * Threads of the pools. Default for `async`: one less than the cores, 1 to 4, for the engine needs one too; for `thread`: as
   * many as there are cores.
   */
  threads?: Partial<Record<PoolExecutor, number>>
}

/** A supervisor that lived shorter than this may be failing at its start: the next one waits. */
const SHORT_LIFE_MS = 1_000
const MAX_RESTART_PAUSE_MS = 5_000

/** Starts the supervisor process and returns the engine's side of it. Starts and stops are sent once per loop turn. */
export function startSupervisor(options: SupervisorOptions, onReports: OnReports): Interpreters {
  return new SupervisorClient(options, onReports)
}

type Life = {
  link: SupervisorLink
  lines: DirectLines
  processes: ProcessAttempts
  named: NamedInterpreters
  pools: Record<PoolExecutor, PoolAttempts>
  startedAt: number
}

class SupervisorClient implements Interpreters {
  readonly #options: SupervisorOptions
  readonly #onReports: OnReports
  readonly #threads: Record<PoolExecutor, number>
  /** Over all lives: what has ended stays known for a while. */
  readonly #gauges = new Gauges(
    Date.now,
    (channel) => this.#life.link.sendTo(channel, JSON.stringify({ type: 'sample' } satisfies ToInterpreter)),
    memoryOf,
  )
  #life: Life
  readonly #apart: SupervisorsApart
  /** Channels are not used twice, not even by different supervisors. */
  #channels = 0
  /** While a dead supervisor's processes are swept: what was asked meanwhile, in order. */
  #held: (() => void)[] | null = null
  #restartPauseMs = 0
  readonly #cleaner = new ReportCleaner()
  #reports: (Report | NamedReport)[] = []
  #isDeliveryPlanned = false
  #closing: { done: Promise<void>; resolve: () => void } | null = null

  constructor(options: SupervisorOptions, onReports: OnReports) {
    this.#options = options
    this.#onReports = onReports
    const cores = availableParallelism()
    this.#threads = { async: Math.max(1, Math.min(4, cores - 1)), thread: cores, ...options.threads }
    this.#apart = new SupervisorsApart({
      ...options,
      gauges: this.#gauges,
      nextChannel: () => this.#nextChannel(),
      report: (one) => this.#collect(one),
      readEnded: () => this.#deliver(),
      lifeEnded: (life) => this.#removeTemps([life]),
    })
    this.#life = this.#begin()
  }

  async sweep(): Promise<{ killed: number }> {
    const own = [this.#life.link.life, ...this.#apart.lives]
    const swept = await sweepOtherLives(this.#options.tag, own)
    const { tempFolder } = this.#options
    const left = existsSync(tempFolder) ? readdirSync(tempFolder) : []
    this.#removeTemps(left.filter((life) => !own.includes(life)))
    return swept
  }

  start(attempts: AttemptStart[]): void {
    if (this.#held !== null) {
      this.#held.push(() => this.start(attempts))
      return
    }
    const shared: Record<PoolExecutor, AttemptStart[]> = { async: [], thread: [] }
    for (const given of attempts) {
      const attempt = withScript(given)
      this.#cleaner.begin(attempt)
      if (attempt.secrets !== undefined && 'refusal' in attempt.secrets) {
        this.#collect(unstartable(attempt, attempt.secrets.refusal))
        continue
      }
      const executor = executorOf(attempt.definition)
      if (attempt.isSuspect) this.#apart.start(attempt)
      else if (executor === 'process') this.#life.processes.start(attempt, this.#nextChannel())
      else shared[executor].push(attempt)
    }
    for (const executor of poolExecutors) {
      if (shared[executor].length > 0) this.#life.pools[executor].start(shared[executor])
    }
    // Now: the rest of the engine's turn, its replies and what its feeds tell, takes longer than a start should wait.
    this.#life.link.flush()
  }

  stop(steps: StopStep[]): void {
    if (this.#held !== null) {
      this.#held.push(() => this.stop(steps))
      return
    }
    for (const step of steps) {
      // None knows it: it has ended, and its report is on the way or was delivered.
      if (this.#apart.stop(step)) continue
      if (!this.#life.processes.stop(step)) poolsOf(this.#life).some((pools) => pools.stop(step))
    }
  }

  answer(answers: Answer[]): void {
    const others = answers.filter((answer) => !this.#apart.answer(answer))
    // While a dead supervisor's processes are swept, nobody is left who asked.
    if (this.#held !== null) return
    const { named, processes } = this.#life
    const shared = others.filter((answer) => !named.answer(answer) && !processes.answer(answer))
    if (shared.length > 0) for (const pools of poolsOf(this.#life)) pools.answer(shared)
  }

  instruct(instructions: Instruction[]): void {
    if (this.#held !== null) {
      this.#held.push(() => this.instruct(instructions))
      return
    }
    for (const one of instructions) this.#life.named.instruct(one, () => this.#nextChannel())
  }

  readGauges(): Reading[] {
    // Between two supervisors there is nobody to ask.
    return this.#held === null ? this.#gauges.read() : []
  }

  recycle(which: string): boolean {
    return this.#held === null && poolsOf(this.#life).some((pools) => pools.recycle(which))
  }

  close(): Promise<void> {
    if (this.#closing === null) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#closing = { done: Promise.all([promise, this.#apart.close()]).then(() => undefined), resolve }
      this.#reports = []
      // Between two supervisors there is none to end; the sweep that runs then resolves it.
      if (this.#held === null) {
        this.#life.lines.close()
        this.#life.link.end()
      }
    }
    return this.#closing.done
  }

  #begin(): Life {
    const { tag, cacheFolder, scriptsFolder, tempFolder } = this.#options
    const folders = { cacheFolder, scriptsFolder }
    const report = (one: Report | NamedReport) => this.#collect(one)
    const breakChannel = (channel: number) => {
      ownerOf(life, channel).breakChannel(channel)
    }
    const link: SupervisorLink = new SupervisorLink(
      tag,
      randomUUID(),
      { cacheFolder, tempFolder },
      {
        message: (message) => this.#fromSupervisor(life, message),
        frame: (channel, frame) => {
          if (life.named.owns(channel)) {
            if (life.named.fromInterpreter(channel, frame.payload) !== null) return
            link.stopReading(channel)
            breakChannel(channel)
            return
          }
          const messages = parseFromInterpreter(frame.payload)
          if (messages === null) {
            link.stopReading(channel)
            breakChannel(channel)
            return
          }
          for (const message of messages) attemptsOn(life, channel).fromInterpreter(channel, message)
        },
        broken: (channel) => breakChannel(channel),
        readEnded: () => this.#deliver(),
        exited: (code) => void this.#afterExit(life, code),
      },
    )
    const lines = new DirectLines(join(tempFolder, link.life), this.#threads.async, (line) =>
      life.pools.async.cut(line),
    )
    const createPools = (executor: PoolExecutor) =>
      new PoolAttempts({
        link,
        settings: { cacheFolder, scriptsFolder, executor, threads: this.#threads[executor] },
        lines: executor === 'async' ? lines : null,
        nextChannel: () => this.#nextChannel(),
        gauges: this.#gauges,
        report,
        clean: (text) => this.#cleaner.clean(text),
      })
    const life: Life = {
      link,
      lines,
      processes: new ProcessAttempts(link, folders, this.#gauges, report),
      named: new NamedInterpreters(link, folders, this.#gauges, report),
      pools: { async: createPools('async'), thread: createPools('thread') },
      startedAt: Date.now(),
    }
    return life
  }

  #nextChannel(): number {
    return ++this.#channels
  }

  #fromSupervisor(life: Life, message: FromChannel): void {
    ownerOf(life, message.channel).fromSupervisor(message)
  }

  /**
   * The supervisor ended. After `close` that is the end. Otherwise it died, and its children may live: they are swept by
   * their tags before their attempts are reported `interrupted`, so that no next attempt can meet them; then work goes on.
   */
  async #afterExit(life: Life, code: number | null): Promise<void> {
    if (code === 0 && this.#resolveClosing()) return
    this.#held = []
    life.lines.close()
    await sweepOtherLives(this.#options.tag, this.#apart.lives)
    if (this.#resolveClosing()) return
    for (const attempts of [life.processes, ...poolsOf(life)]) attempts.endAll(supervisorDied)
    life.named.interrupt('the supervisor process died')
    await this.#pauseBeforeRestart(life)
    if (this.#resolveClosing()) return
    const held = this.#held
    this.#held = null
    this.#life = this.#begin()
    this.#removeTemps([life.link.life])
    for (const ask of held) ask()
    this.#deliver()
  }

  /** The present supervisor does it: none of these has a process any more. */
  #removeTemps(lives: string[]): void {
    if (lives.length > 0) this.#life.link.send({ type: 'remove_temps', lives })
  }

  /** True when `close` was called; what it waited for has then happened. */
  #resolveClosing(): boolean {
    this.#closing?.resolve()
    return this.#closing !== null
  }

  async #pauseBeforeRestart(life: Life): Promise<void> {
    const isShort = Date.now() - life.startedAt < SHORT_LIFE_MS
    this.#restartPauseMs = isShort ? Math.min(Math.max(100, this.#restartPauseMs * 2), MAX_RESTART_PAUSE_MS) : 0
    if (this.#restartPauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#restartPauseMs))
  }

  /** Never from inside a caller's `start`: reports are delivered in a turn of their own. */
  #collect(given: Report | NamedReport): void {
    const report = 'interpreter' in given ? given : this.#cleaner.take(given)
    if ('ok' in report) {
      // In a turn of its own, as an answer of the engine would come.
      setImmediate(() => this.answer([report]))
      return
    }
    this.#reports.push(report)
    if (this.#isDeliveryPlanned) return
    this.#isDeliveryPlanned = true
    setImmediate(() => {
      this.#isDeliveryPlanned = false
      this.#deliver()
    })
  }

  #deliver(): void {
    if (this.#reports.length === 0 || this.#closing !== null) return
    const reports = this.#reports
    this.#reports = []
    this.#onReports(reports)
  }
}

/** A request is sent by a script of ours: from here on it is one. */
function withScript(start: AttemptStart): AttemptStart {
  const { definition, input } = start
  if (definition.kind !== 'http') return start
  const values = start.secrets !== undefined && 'values' in start.secrets ? start.secrets.values : {}
  return { ...start, ...requestScript(definition, input, entryPath('http-request'), values) }
}

const supervisorDied: Ending = { how: 'interrupted', why: 'the supervisor process died', isSuspect: true }
const unstartable = ({ run, attempt }: AttemptStart, error: RunError): Report => ({
  type: 'ended',
  run,
  attempt,
  ending: { how: 'unstartable', error },
  cpuMs: null,
})

const poolExecutors: readonly PoolExecutor[] = ['async', 'thread']

const poolsOf = ({ pools }: Life): PoolAttempts[] => poolExecutors.map((executor) => pools[executor])

const attemptsOn = (life: Life, channel: number): PoolAttempts | ProcessAttempts =>
  poolsOf(life).find((pools) => pools.owns(channel)) ?? life.processes

const ownerOf = (life: Life, channel: number): PoolAttempts | ProcessAttempts | NamedInterpreters =>
  life.named.owns(channel) ? life.named : attemptsOn(life, channel)
