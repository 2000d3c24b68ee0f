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
import { isTagWithin, TAG_VARIABLE } from './supervisor-protocol.ts'
import type { FromSupervisor, Launch } from './supervisor-protocol.ts'
import { findTagged, isGroupAlive, killTagged, signalGroup } from './tagged-processes.ts'
import type { UsageWatch } from './usage-watch.ts'

export type Upstream = {
  report(message: FromSupervisor): void
  relay(channel: number, bytes: Buffer): void
  /** The process is over and was reported; the channel means nothing any more. */
  forget(channel: number): void
}

/**
 * What all processes of this supervisor have in common: the first two parts of their tags, the allow-listed environment, and
 * the watch over what they use, which some systems do not have.
 */
export type Shared = { life: string; environment: NodeJS.ProcessEnv; usage: UsageWatch | null }

const LINES_PER_REPORT = 256
const LINES_DELAY_MS = 50
/** Output that is still open this long after the exit is held by somebody else. */
const OUTPUT_CLOSES_MS = 100
/** After this many looks at a group that does not empty, zombies are told from the living. */
const LOOKS_BEFORE_ZOMBIES = 4
/** How long output may stay open, silent and without any tagged process, before we close it ourselves. */
const SILENT_OUTPUT_MS = 1_000

/**
 * One process, from its start to the proof that nothing of it is left: it was reaped, its group is empty, and, where somebody
 * could have escaped the group (it was signalled or killed, or its output stayed open), nobody carries its tag.
 * A normal end costs one `kill(-group, 0)` and no look at /proc.
 */
export class SupervisedProcess {
  readonly #channel: number
  readonly #tag: string
  readonly #upstream: Upstream
  readonly #child: ChildProcess
  readonly #limits: LaunchLimits
  readonly #budget: LogBudget
  readonly #unwatch: (() => void) | null = null
  #outputBytes = 0
  readonly #takeUnfinishedLines: (() => void)[] = []
  #lines: LogEntry[] = []
  #linesTimer: NodeJS.Timeout | null = null
  #exit: { code: number | null; signal: string | null; at: number } | null = null
  #isOutputClosed = false
  #lastOutputAt = 0
  #isPaused = false
  /** Set when somebody may live outside the group; the tag then has the last word. */
  #needsSweep = false
  #isKilled = false
  #timer: NodeJS.Timeout | null = null
  #looks = 0

  /** Starts the process. Throws what spawn throws at once (E2BIG and the like). */
  constructor(channel: number, launch: Launch, shared: Shared, upstream: Upstream) {
    this.#channel = channel
    this.#tag = `${shared.life}/${launch.label}`
    this.#upstream = upstream
    this.#limits = launch.limits
    this.#budget = new LogBudget({ totalBytes: launch.limits.outputBytes })
    this.#child = spawn(...underFileLimit(launch.file, launch.args, launch.limits.openFiles), {
      cwd: launch.cwd,
      env: { ...shared.environment, ...launch.env, [TAG_VARIABLE]: this.#tag },
      detached: true,
      windowsHide: true,
      stdio: [
        launch.stdin === null ? 'ignore' : 'pipe',
        'pipe',
        'pipe',
        ...(launch.hasChannel ? (['pipe', 'pipe'] as const) : []),
      ],
    })
    // The reader may close its end before it has read everything, or never have started: no error of ours.
    for (const pipe of [this.#child.stdin, this.#writable(4)]) pipe?.on('error', () => pipe.destroy())
    if (this.#child.pid === undefined) {
      this.#child.once('error', (error: NodeJS.ErrnoException) => this.#refuse(error, launch.cwd))
      return
    }
    upstream.report({ type: 'launched', channel, pid: this.#child.pid })
    this.#unwatch =
      shared.usage?.watch({
        pid: this.#child.pid,
        tag: this.#tag,
        memoryBytes: launch.limits.memoryBytes,
        cpuMs: launch.limits.cpuMs,
        onPassed: (passed) => this.#endOverLimit(passed),
      }) ?? null
    this.#readLines(this.#child.stdout, 'out')
    this.#readLines(this.#child.stderr, 'err')
    this.#readable(3)?.on('data', (bytes: Buffer) => {
      this.#lastOutputAt = Date.now()
      upstream.relay(channel, bytes)
    })
    if (launch.stdin !== null) this.#child.stdin?.end(launch.stdin)
    this.#child.once('exit', (code, signal) => {
      this.#exit = { code, signal, at: Date.now() }
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
    this.#needsSweep = true
    if (this.#exit === null && this.#child.pid !== undefined) signalGroup(this.#child.pid, 'SIGTERM')
  }

  kill(): void {
    this.#needsSweep = true
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
      killTagged(this.#tagged())
      this.#lookAgain()
      return
    }
    if (isGroupAlive(pid, this.#looks >= LOOKS_BEFORE_ZOMBIES)) {
      signalGroup(pid, 'SIGKILL')
      this.#lookAgain()
      return
    }
    if (this.#needsSweep) {
      const escaped = this.#tagged()
      if (escaped.length > 0) {
        killTagged(escaped)
        this.#lookAgain()
        return
      }
    }
    if (!this.#isOutputClosed) {
      this.#waitForOutput(this.#exit.at)
      return
    }
    this.#finish(this.#exit.code, this.#exit.signal)
  }

  /** `exit` comes before `close` while the last output is read; only output that stays open is worth a sweep. */
  #waitForOutput(exitedAt: number): void {
    const now = Date.now()
    const isSilent = !this.#isPaused && now - Math.max(exitedAt, this.#lastOutputAt) > SILENT_OUTPUT_MS
    if (this.#needsSweep && isSilent) for (const stream of this.#outputs()) stream.destroy()
    else if (now - exitedAt > OUTPUT_CLOSES_MS) this.#needsSweep = true
    this.#lookAgain()
  }

  #lookAgain(): void {
    const pause = Math.min(5 * 2 ** this.#looks, 200)
    this.#looks++
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
    this.#unwatch?.()
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
        const entry = this.#budget.admit(at, level, text)
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
    if (this.#lines.push(entry) >= LINES_PER_REPORT) this.#flushLines()
  }

  #flushLines(): void {
    if (this.#linesTimer !== null) clearTimeout(this.#linesTimer)
    this.#linesTimer = null
    if (this.#lines.length === 0) return
    this.#upstream.report({ type: 'lines', channel: this.#channel, lines: this.#lines })
    this.#lines = []
  }

  #tagged() {
    return findTagged((tag) => isTagWithin(this.#tag, tag))
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
