import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import type { LimitPassed } from '../core/resource-limit.ts'
import { underFileLimit } from './launch-limits.ts'
import type { LaunchLimits } from './launch-limits.ts'
import { LineSplitter } from './line-splitter.ts'
import { LogBudget } from './log-budget.ts'
import type { LogEntry } from './log-budget.ts'
import { inOneLine } from './one-line.ts'
import { isTagWithin, TAG_VARIABLE } from './supervisor-protocol.ts'
import type { FromSupervisor, Launch } from './supervisor-protocol.ts'
import { marked, markOf } from './process-marks.ts'
import type { Mark } from './process-marks.ts'
import type { Sweeper } from './sweeper.ts'
import { isGroupAlive, signalGroup } from './tagged-processes.ts'
import { tempEnvironment, usualTempBytes } from './temp-folders.ts'
import type { TempFolders } from './temp-folders.ts'
import type { TempWatch } from './temp-watch.ts'
import type { UsageWatch } from './usage-watch.ts'
import { yieldToHost } from './yield-to-host.ts'

export type Upstream = {
  report(message: FromSupervisor): void
  relay(channel: number, bytes: Buffer): void
  /** The process is over and was reported; the channel means nothing any more. */
  forget(channel: number): void
}

/**
 * What all processes of this supervisor have in common: the first two parts of their tags, the allow-listed environment, where
 * their folders for temporary files lie, and the watches over what they use, which some systems do not have.
 */
export type Shared = {
  life: string
  environment: NodeJS.ProcessEnv
  sweeper: Sweeper
  temps: TempFolders
  usage: UsageWatch | null
  tempUse: TempWatch | null
}

const LINES_PER_REPORT = 256
/** Of their text, in UTF-16 units: a report is one JSON text for the engine. */
const UNITS_PER_REPORT = 256 * 1024
const LINES_DELAY_MS = 50
/**
 * Whoever is younger can have started only processes with larger ids than its own: ids begin again after 32,768 on the smallest
 * systems, which takes longer than this.
 */
const YOUNG_MS = 3_000
/** After this many looks at a group that does not empty, zombies are told from the living. */
const LOOKS_BEFORE_ZOMBIES = 4
/** A process that has closed its channel has this long to end, for that closes it as well. */
const LEAVES_MS = 1_000
/** Output that is still open this long after the exit is held by somebody else. */
const OUTPUT_CLOSES_MS = 100
/** How long output may stay open, silent and without any tagged process, before we close it ourselves. */
const SILENT_OUTPUT_MS = 1_000

/**
 * One process, from its start to the proof that nothing of it is left: it was reaped, its group is empty, and nobody carries
 * its tag or its mark. Where ids of processes tell who can be meant, a short life costs a look at the few that are younger.
 */
export class SupervisedProcess {
  readonly #channel: number
  readonly #tag: string
  readonly #mark: Mark
  readonly #sweeper: Sweeper
  /** While it is looked who has left the group, nothing else is decided. */
  #isSweeping = false
  readonly #startedAt = performance.now()
  readonly #upstream: Upstream
  readonly #child: ChildProcess
  readonly #limits: LaunchLimits
  readonly #budget: LogBudget
  readonly #temps: TempFolders
  readonly #tempFolder: string
  readonly #unwatch: (() => void)[] = []
  #outputBytes = 0
  readonly #takeUnfinishedLines: (() => void)[] = []
  #lines: LogEntry[] = []
  #lineUnits = 0
  #linesTimer: NodeJS.Timeout | null = null
  #exit: { code: number | null; signal: string | null; at: number } | null = null
  #isOutputClosed = false
  #lastOutputAt = 0
  #isPaused = false
  #isKilled = false
  #timer: NodeJS.Timeout | null = null
  #mutedTimer: NodeJS.Timeout | null = null
  #looks = 0

  /** Starts the process. Throws what the file system says of its folder, and what spawn throws at once (E2BIG and the like). */
  constructor(channel: number, launch: Launch, shared: Shared, upstream: Upstream) {
    this.#channel = channel
    this.#tag = `${shared.life}/${launch.label}`
    this.#mark = markOf(shared.life, channel)
    this.#upstream = upstream
    this.#sweeper = shared.sweeper
    this.#limits = launch.limits
    this.#budget = new LogBudget({ totalBytes: launch.limits.outputBytes })
    this.#temps = shared.temps
    this.#tempFolder = shared.temps.make(channel)
    // Now: the program may remove its folder before we look again, and nothing may throw while it runs.
    const tempBytes = launch.limits.tempBytes ?? usualTempBytes(this.#tempFolder)
    this.#child = this.#spawn(launch, shared.environment)
    // The reader may close its end before it has read everything, or never have started: no error of ours.
    for (const pipe of [this.#child.stdin, this.#writable(4)]) pipe?.on('error', () => pipe.destroy())
    if (this.#child.pid === undefined) {
      this.#child.once('error', (error: NodeJS.ErrnoException) => this.#refuse(error, launch.cwd))
      return
    }
    yieldToHost(this.#child.pid)
    upstream.report({ type: 'launched', channel, pid: this.#child.pid })
    this.#watchUse(this.#child.pid, tempBytes, shared)
    this.#readLines(this.#child.stdout, 'out')
    this.#readLines(this.#child.stderr, 'err')
    this.#readable(3)?.on('data', (bytes: Buffer) => {
      this.#lastOutputAt = Date.now()
      upstream.relay(channel, bytes)
    })
    this.#readable(3)?.once('end', () => {
      this.#mutedTimer = setTimeout(() => upstream.report({ type: 'muted', channel }), LEAVES_MS)
    })
    if (launch.stdin !== null) this.#child.stdin?.end(launch.stdin)
    this.#child.once('exit', (code, signal) => {
      this.#exit = { code, signal, at: Date.now() }
      if (this.#mutedTimer !== null) clearTimeout(this.#mutedTimer)
      this.#settle()
    })
    this.#child.once('close', () => {
      this.#isOutputClosed = true
      this.#settle()
    })
  }

  send(bytes: Buffer): void {
    this.#writable(4)?.write(bytes)
  }

  terminate(): void {
    if (this.#exit === null && this.#child.pid !== undefined) signalGroup(this.#child.pid, 'SIGTERM')
  }

  kill(): void {
    this.#isKilled = true
    this.#settle()
  }

  /** Backpressure: nothing is read while the pipe to the engine is full, so that a flood waits in its own process. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    for (const stream of this.#outputs()) {
      if (isPaused) stream.pause()
      else stream.resume()
    }
  }

  #spawn(launch: Launch, environment: NodeJS.ProcessEnv): ChildProcess {
    const env = { ...environment, ...tempEnvironment(this.#tempFolder), ...launch.env, [TAG_VARIABLE]: this.#tag }
    const { file, args } = marked({ ...launch, env }, this.#mark)
    try {
      return spawn(...underFileLimit(file, args, launch.limits.openFiles), {
        cwd: launch.cwd,
        env,
        detached: true,
        windowsHide: true,
        stdio: [
          launch.stdin === null ? 'ignore' : 'pipe',
          'pipe',
          'pipe',
          ...(launch.hasChannel ? (['pipe', 'pipe'] as const) : []),
        ],
      })
    } catch (error) {
      this.#temps.remove(this.#tempFolder)
      throw error
    }
  }

  #watchUse(pid: number, allowedBytes: number, { usage, tempUse }: Shared): void {
    const { memoryBytes, cpuMs } = this.#limits
    const onPassed = (passed: LimitPassed) => this.#endOverLimit(passed)
    if (usage !== null)
      this.#unwatch.push(usage.watch({ pid, tag: this.#tag, mark: this.#mark, memoryBytes, cpuMs, onPassed }))
    if (tempUse === null) return
    const folder = this.#tempFolder
    this.#unwatch.push(tempUse.watch({ folder, allowedBytes, onPassed }))
  }

  /**
   * Takes the next step towards the proof; called at every sign of change and by its own timer. Steps that kill are repeated
   * for as long as somebody is alive, and nothing is reported before.
   */
  #settle(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const pid = this.#child.pid
    if (pid === undefined) return
    if (this.#exit === null) {
      if (!this.#isKilled) return
      // SIGKILL is sent again while it has not been reaped: a group member may have been forking at that moment.
      signalGroup(pid, 'SIGKILL')
      this.#sweep(pid, () => this.#lookAgain())
      return
    }
    if (isGroupAlive(pid, this.#looks >= LOOKS_BEFORE_ZOMBIES)) {
      signalGroup(pid, 'SIGKILL')
      this.#lookAgain()
      return
    }
    // `exit` comes before `close` while the last output is read: one look at the others is enough for both.
    const isReading = !this.#isOutputClosed && !this.#isKilled && Date.now() - this.#exit.at < OUTPUT_CLOSES_MS
    if (isReading) {
      this.#lookAgain()
      return
    }
    const { code, signal, at } = this.#exit
    this.#sweep(pid, (killed) => {
      if (killed > 0) this.#lookAgain()
      else if (!this.#isOutputClosed) this.#waitForOutput(at)
      else this.#finish(code, signal)
    })
  }

  #waitForOutput(exitedAt: number): void {
    const now = Date.now()
    // Nobody of ours holds it open: it was handed to somebody else.
    const isSilent = !this.#isPaused && now - Math.max(exitedAt, this.#lastOutputAt) > SILENT_OUTPUT_MS
    if (isSilent) for (const stream of this.#outputs()) stream.destroy()
    this.#lookAgain()
  }

  #lookAgain(): void {
    const pause = Math.min(5 * 2 ** this.#looks, 200)
    this.#looks++
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#settle()
    }, pause)
  }

  #endOverLimit(passed: LimitPassed): void {
    this.#upstream.report({ type: 'passed', channel: this.#channel, passed, isFatal: true })
    this.kill()
  }

  /** A flood is ended as soon as it is too much, where that is wanted; else the end says how much there was. */
  #countOutput(bytes: number): void {
    const before = this.#outputBytes
    const allowed = this.#limits.outputBytes
    this.#outputBytes += bytes
    if (this.#limits.onOutput === 'cut' || before > allowed || this.#outputBytes <= allowed) return
    this.#endOverLimit({ resource: 'output', used: this.#outputBytes, allowed })
  }

  #finish(code: number | null, signal: string | null): void {
    for (const unwatch of this.#unwatch) unwatch()
    this.#temps.remove(this.#tempFolder)
    for (const takeUnfinishedLine of this.#takeUnfinishedLines) takeUnfinishedLine()
    for (const entry of this.#budget.release()) this.#addLine(entry)
    this.#flushLines()
    const { outputBytes: allowed, onOutput } = this.#limits
    if (this.#outputBytes > allowed && onOutput === 'cut') {
      const passed: LimitPassed = { resource: 'output', used: this.#outputBytes, allowed }
      this.#upstream.report({ type: 'passed', channel: this.#channel, passed, isFatal: false })
    }
    this.#upstream.report({ type: 'gone', channel: this.#channel, code, signal })
    this.#upstream.forget(this.#channel)
  }

  #refuse(error: NodeJS.ErrnoException, cwd: string): void {
    this.#temps.remove(this.#tempFolder)
    this.#upstream.report({
      type: 'unlaunchable',
      channel: this.#channel,
      code: error.code ?? 'UNKNOWN',
      message: error.message,
      isFolderMissing: error.code === 'ENOENT' && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true,
    })
    this.#upstream.forget(this.#channel)
  }

  #readLines(stream: Readable | null, level: 'out' | 'err'): void {
    const splitter = new LineSplitter()
    const take = (lines: string[]) => {
      const at = Date.now()
      this.#lastOutputAt = at
      for (const text of lines) {
        // Here already: in JSON a zero has six bytes.
        const entry = this.#budget.admit(at, level, inOneLine(text))
        if (entry !== null) this.#addLine(entry)
      }
      if (this.#lines.length > 0) this.#linesTimer ??= setTimeout(() => this.#flushLines(), LINES_DELAY_MS)
    }
    stream?.on('data', (chunk: Buffer) => {
      this.#countOutput(chunk.length)
      take(splitter.push(chunk))
    })
    this.#takeUnfinishedLines.push(() => take(splitter.end()))
  }

  #addLine(entry: LogEntry): void {
    this.#lineUnits += entry[2].length
    if (this.#lines.push(entry) >= LINES_PER_REPORT || this.#lineUnits >= UNITS_PER_REPORT) this.#flushLines()
  }

  #flushLines(): void {
    if (this.#linesTimer !== null) clearTimeout(this.#linesTimer)
    this.#linesTimer = null
    if (this.#lines.length === 0) return
    this.#upstream.report({ type: 'lines', channel: this.#channel, lines: this.#lines })
    this.#lines = []
    this.#lineUnits = 0
  }

  /** Kills whoever has left the group. */
  #sweep(pid: number, then: (killed: number) => void): void {
    if (this.#isSweeping) return
    this.#isSweeping = true
    const isYoung = performance.now() - this.#startedAt < YOUNG_MS
    this.#sweeper.ask({
      wanted: { tag: (tag) => isTagWithin(this.#tag, tag), mark: (mark) => mark === this.#mark },
      bornAfter: isYoung ? pid : null,
      then: (killed) => {
        this.#isSweeping = false
        then(killed)
      },
    })
  }

  #outputs(): Readable[] {
    return [this.#child.stdout, this.#child.stderr, this.#readable(3)].filter((stream) => stream !== null)
  }

  // Both extra pipes are duplex sockets; the types of child_process allow either side, the launch decides.
  #readable(descriptor: 3): Readable | null {
    return (this.#child.stdio[descriptor] ?? null) as Readable | null
  }

  #writable(descriptor: 4): Writable | null {
    return (this.#child.stdio[descriptor] ?? null) as Writable | null
  }
}
