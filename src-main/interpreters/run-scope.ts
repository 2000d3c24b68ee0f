import type { Use } from '../core/advisor.ts'
import { inspect } from './lean-builtins.ts'
import { clearTimeout, now, setTimeout } from './own-builtins.ts'
import type { LogLevel } from '../../src-preload/contract.ts'
import { resourceDefaults } from '../../src-preload/limits.ts'
import { limitError } from '../core/resource-limit.ts'
import type { LimitPassed } from '../core/resource-limit.ts'
import type { Ending } from './interpreters.ts'
import type { ScriptStart } from './interpreter-protocol.ts'
import { LineSplitter } from './line-splitter.ts'
import { LogBudget } from './log-budget.ts'
import type { ReportBatch } from './report-batch.ts'
import { CancelledError } from './sdk/cancelled-error.ts'
import type { FromScript, RunLink, ScriptRuntime } from './sdk/run-link.ts'
import type { Log, LogFields, RunContext, RunInfo, SetProgress } from './sdk/run-context.ts'

/** At most five progress values a second. */
const PROGRESS_PAUSE_MS = 200
/** The rest of a longer note is cut: it is a line in a table, and it is stored several times a second. */
const NOTE_UNITS = 1_000

/**
 * One attempt inside an interpreter: what its script may touch (`context`), and what becomes of what it says. Parts that
 * many runs never use are made when first asked for: at tens of thousands of runs a second each object counts.
 */
export class RunScope implements RunLink {
  readonly context: RunContext
  readonly start: ScriptStart
  runtime: ScriptRuntime | null = null
  readonly receive: RunLink['receive']
  readonly #reports: ReportBatch
  #abortController: AbortController | null = null
  #budget: LogBudget | null = null
  #splitters: { out: LineSplitter; err: LineSplitter } | null = null
  #progress: {
    sentAt: number
    held: [number, number | null, string | null] | null
    timer: NodeJS.Timeout | null
  } | null = null
  #shields: Set<{ since: number }> | null = null
  #outputBytes = 0
  #isOver = false

  constructor(start: ScriptStart, reports: ReportBatch, receive: RunLink['receive']) {
    this.receive = receive
    this.start = start
    this.#reports = reports
    this.context = createContext(this)
  }

  get secrets(): RunLink['secrets'] {
    return this.start.secrets
  }

  get signal(): AbortSignal {
    return (this.#abortController ??= new AbortController()).signal
  }

  /** Without making the signal, which most runs never ask for. */
  get isAborted(): boolean {
    return this.#abortController?.signal.aborted === true
  }

  abort(reason: string): void {
    this.#abortController ??= new AbortController()
    this.#abortController.abort(new CancelledError(reason))
    this.runtime?.cancel(reason)
    if (this.#isOver) return
    const { run, attempt } = this.start
    this.#reports.add({ type: 'reacted', run, attempt })
    if (this.#shields !== null && this.#shields.size > 0) this.#tellShield()
  }

  enterShield(): () => void {
    const shield = { since: now() }
    const shields = (this.#shields ??= new Set())
    shields.add(shield)
    if (shields.size === 1) this.#tellShield()
    return () => {
      if (shields.delete(shield) && shields.size === 0) this.#tellShield()
    }
  }

  /** Only while a stop is asked for: what is shielded from nothing is nobody's business. */
  #tellShield(): void {
    if (this.#isOver || !this.isAborted || this.#shields === null) return
    const [oldest] = this.#shields
    const { run, attempt } = this.start
    this.#reports.add({ type: 'shielded', run, attempt, since: oldest?.since ?? null })
  }

  send(message: FromScript): void {
    if (this.#isOver) return
    const { run, attempt } = this.start
    this.#reports.add({ ...message, run, attempt })
  }

  /** Takes a line. After the end it is dropped: a stray timer of a finished run must not speak in its name. */
  line(level: LogLevel, text: string): void {
    this.#count(text.length)
    this.#admit(level, text)
  }

  #admit(level: LogLevel, text: string): void {
    if (this.#isOver) return
    const { run, attempt, limits } = this.start
    this.#budget ??= new LogBudget({ totalBytes: limits?.outputBytes ?? resourceDefaults.outputBytes })
    const entry = this.#budget.admit(now(), level, text)
    if (entry !== null) this.#reports.log(run, attempt, entry)
  }

  lines(level: LogLevel, text: string): void {
    for (const line of text.split('\n')) this.line(level, line)
  }

  /** Takes what was written to stdout or stderr, in pieces of any size. */
  write(stream: 'out' | 'err', chunk: Buffer | string): void {
    this.#count(chunk.length)
    this.#splitters ??= { out: new LineSplitter(), err: new LineSplitter() }
    for (const line of this.#splitters[stream].push(chunk)) this.#admit(stream, line)
  }

  setProgress(done: number, total: number | null, note: string | null): void {
    if (this.#isOver) return
    this.#progress ??= { sentAt: 0, held: null, timer: null }
    const progress = this.#progress
    progress.held = [done, total, note]
    const sinceMs = now() - progress.sentAt
    if (sinceMs >= PROGRESS_PAUSE_MS) this.#sendProgress()
    else progress.timer ??= setTimeout(() => this.#sendProgress(), PROGRESS_PAUSE_MS - sinceMs).unref()
  }

  /** Sends what was held back and then the ending, once. Nothing of this run is sent afterwards. */
  end(ending: Ending, cpuMs: number | null, use: Use | null = null): void {
    if (this.#isOver) return
    const { run, attempt } = this.start
    this.sendHeld()
    this.#isOver = true
    this.#reports.add({ type: 'ended', run, attempt, ending: this.#withinOutput(ending), cpuMs, use })
  }

  /** Sends unfinished lines, the end of a cut output, and the last progress. */
  sendHeld(): void {
    const { run, attempt } = this.start
    for (const stream of ['out', 'err'] as const) {
      for (const line of this.#splitters?.[stream].end() ?? []) this.#admit(stream, line)
    }
    for (const entry of this.#budget?.release() ?? []) this.#reports.log(run, attempt, entry)
    this.#sendProgress()
  }

  /** Told at once where more output ends the attempt, and asks it to stop; else the end tells how much there was. */
  #count(bytes: number): void {
    const { limits } = this.start
    const before = this.#outputBytes
    const allowed = limits?.outputBytes ?? resourceDefaults.outputBytes
    this.#outputBytes += bytes
    if (limits?.onOutput !== 'fail' || before > allowed || this.#outputBytes <= allowed) return
    const passed = this.#tellOutput('failed', allowed)
    this.abort(limitError(passed).message)
  }

  #withinOutput(ending: Ending): Ending {
    const { limits } = this.start
    const allowed = limits?.outputBytes ?? resourceDefaults.outputBytes
    if (this.#outputBytes <= allowed) return ending
    if (limits?.onOutput !== 'fail') {
      this.#tellOutput('cut', allowed)
      return ending
    }
    const passed: LimitPassed = { resource: 'output', used: this.#outputBytes, allowed }
    return { how: 'threw', error: limitError(passed), cancelled: false }
  }

  /** A limit that ends the attempt. */
  tellLimit(passed: LimitPassed): void {
    if (this.#isOver) return
    const { run, attempt } = this.start
    this.#reports.add({ type: 'limit', run, attempt, passed, effect: 'failed' })
  }

  #tellOutput(effect: 'cut' | 'failed', allowed: number): LimitPassed {
    const { run, attempt } = this.start
    const passed: LimitPassed = { resource: 'output', used: this.#outputBytes, allowed }
    this.#reports.add({ type: 'limit', run, attempt, passed, effect })
    return passed
  }

  #sendProgress(): void {
    const progress = this.#progress
    if (progress === null || progress.held === null) return
    const [done, total, note] = progress.held
    if (progress.timer !== null) clearTimeout(progress.timer)
    progress.timer = null
    progress.held = null
    progress.sentAt = now()
    this.#reports.add({ type: 'progress', run: this.start.run, attempt: this.start.attempt, done, total, note })
  }
}

/** The members are made when a script takes them, yet are the object's own, so that `{ ...ctx }` has them. */
function createContext(scope: RunScope): RunContext {
  let run: RunInfo | null = null
  let log: Log | null = null
  let progress: SetProgress | null = null
  return {
    get signal() {
      return scope.signal
    },
    get run() {
      const { run: id, job, name, attempt, maxAttempts, isLastAttempt, idempotencyKey, slot, backfilled } = scope.start
      return (run ??= { id, job, name, attempt, maxAttempts, isLastAttempt, idempotencyKey, slot, backfilled })
    },
    get log() {
      return (log ??= createLog(scope))
    },
    get progress() {
      return (progress ??= (done, total, note) => {
        assertProgress(done, total ?? 0, note ?? '')
        scope.setProgress(done, total ?? null, note?.slice(0, NOTE_UNITS) ?? null)
      })
    },
  }
}

function assertProgress(done: unknown, total: unknown, note: unknown): void {
  if (!Number.isFinite(done)) throw new TypeError(`progress(done, …): done must be a number, not ${inspect(done)}`)
  if (typeof total !== 'number') {
    throw new TypeError(`progress(done, total, …): total must be a number, not ${inspect(total)}`)
  }
  if (typeof note !== 'string') throw new TypeError(`progress(…, note): note must be a text, not ${inspect(note)}`)
}

function createLog(scope: RunScope): Log {
  const say = (level: LogLevel) => (message: unknown, fields?: LogFields) =>
    scope.lines(level, withFields(message, fields))
  const levels = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  return Object.assign(say('info'), levels)
}

function withFields(message: unknown, fields: LogFields | undefined): string {
  const text = typeof message === 'string' ? message : inspect(message)
  if (fields === undefined) return text
  const pairs = Object.entries(fields).map(
    ([name, value]) =>
      `${name}=${typeof value === 'string' ? JSON.stringify(value) : inspect(value, { breakLength: Infinity })}`,
  )
  return [text, ...pairs].join(' ')
}
