import { noResourceLimits } from '../../../src-preload/resource-limits.ts'
import { limitInWords } from '../../core/resource-limit.ts'
import { entryPath } from '../../entry.ts'
import type { Answer, ScriptReport } from '../calls.ts'
import { launchLimits } from '../launch-limits.ts'
import type { LogEntry } from '../log-budget.ts'
import { interpreterEnv } from '../process-attempts.ts'
import type { Folders } from '../process-attempts.ts'
import type { SupervisorLink } from '../supervisor-link.ts'
import type { FromChannel, Launch } from '../supervisor-protocol.ts'
import type { Gauges } from '../telemetry/gauges.ts'
import type { Performed } from './calls.ts'
import { parseFromNamed } from './parse-from-named.ts'
import { interpreterOfParty } from './party.ts'
import type { NamedSettings, ToNamed, Work } from './protocol.ts'

/** What the engine has done with named interpreters. */
export type Instruction =
  | { do: 'launch'; interpreter: number; name: string; memoryMb: number }
  | { do: 'work'; interpreter: number; work: Work }
  /** It leaves by itself when nothing goes on in it. */
  | { do: 'close'; interpreter: number }
  | { do: 'kill'; interpreter: number }

/** What they report. Nothing of an interpreter comes after `gone`, which comes once, when its process was seen dead. */
export type NamedReport = { interpreter: number } & (
  | { type: 'interpreter_started'; pid: number }
  | { type: 'interpreter_performed'; task: number; performed: Exclude<Performed, { how: 'lost' }> }
  | { type: 'interpreter_output'; task: number | null; lines: LogEntry[] }
  /** `why` completes "the interpreter …". */
  | { type: 'interpreter_gone'; why: string }
)

type Named = { interpreter: number; channel: number; why: string | null; isKilled: boolean; isBroken: boolean }

/** The processes of named interpreters, one each. */
export class NamedInterpreters {
  readonly #link: SupervisorLink
  readonly #folders: Folders
  readonly #gauges: Gauges
  readonly #report: (report: NamedReport | ScriptReport) => void
  readonly #byNumber = new Map<number, Named>()
  readonly #byChannel = new Map<number, Named>()

  constructor(
    link: SupervisorLink,
    folders: Folders,
    gauges: Gauges,
    report: (report: NamedReport | ScriptReport) => void,
  ) {
    this.#link = link
    this.#folders = folders
    this.#gauges = gauges
    this.#report = report
  }

  owns(channel: number): boolean {
    return this.#byChannel.has(channel)
  }

  instruct(instruction: Instruction, nextChannel: () => number): void {
    if (instruction.do === 'launch') {
      this.#launch(instruction, nextChannel())
      return
    }
    const named = this.#byNumber.get(instruction.interpreter)
    // It is gone, and its report is on the way.
    if (named === undefined) return
    switch (instruction.do) {
      case 'work':
        this.#tell(named, { type: 'work', work: instruction.work })
        return
      case 'close':
        this.#tell(named, { type: 'close' })
        return
      case 'kill':
        named.isKilled = true
        this.#link.send({ type: 'kill', channel: named.channel })
        return
      default:
        instruction satisfies never
    }
  }

  /** False when it is not for one of these. */
  answer(answer: Answer): boolean {
    if (answer.run > 0) return false
    const named = this.#byNumber.get(interpreterOfParty(answer.run))
    if (named !== undefined) this.#tell(named, { type: 'answers', answers: [answer] })
    return true
  }

  /** Takes a frame of one of these; null when it cannot be read. */
  fromInterpreter(channel: number, payload: Buffer): 'taken' | null {
    const named = this.#byChannel.get(channel)
    if (named === undefined) return 'taken'
    const messages = parseFromNamed(named.interpreter, payload)
    if (messages === null) return null
    const { interpreter } = named
    for (const message of messages) {
      switch (message.type) {
        case 'performed':
          this.#report({ type: 'interpreter_performed', interpreter, task: message.task, performed: message.performed })
          break
        case 'output':
          this.#report({ type: 'interpreter_output', interpreter, task: message.task, lines: message.lines })
          break
        case 'dying':
          named.why ??= message.why
          break
        case 'sample':
          this.#gauges.taken(channel, message.sample)
          break
        default:
          this.#report(message)
      }
    }
    return 'taken'
  }

  breakChannel(channel: number): void {
    const named = this.#byChannel.get(channel)
    if (named === undefined) return
    named.isBroken = true
    this.#link.send({ type: 'kill', channel })
  }

  fromSupervisor(message: FromChannel): void {
    const named = this.#byChannel.get(message.channel)
    if (named === undefined) return
    const { interpreter } = named
    switch (message.type) {
      case 'launched':
        this.#gauges.started(message.channel, message.pid)
        this.#report({ type: 'interpreter_started', interpreter, pid: message.pid })
        return
      case 'lines':
        this.#report({ type: 'interpreter_output', interpreter, task: null, lines: message.lines })
        return
      case 'passed':
        named.why ??= limitInWords(message.passed)
        return
      case 'muted':
        this.breakChannel(message.channel)
        return
      case 'unlaunchable':
        this.#end(named, `could not be started: ${message.message}`)
        return
      case 'gone':
        this.#end(named, whyGone(named, message))
        return
      default:
        message satisfies never
    }
  }

  /** The supervisor died: nothing more will be heard of these. */
  interrupt(why: string): void {
    for (const named of [...this.#byNumber.values()]) this.#end(named, `ended: ${why}`)
  }

  #launch({ interpreter, name, memoryMb }: Extract<Instruction, { do: 'launch' }>, channel: number): void {
    const named: Named = { interpreter, channel, why: null, isKilled: false, isBroken: false }
    this.#byNumber.set(interpreter, named)
    this.#byChannel.set(channel, named)
    this.#gauges.launched(channel, { kind: 'named', interpreter, name, memoryMb })
    const settings: NamedSettings = { ...this.#folders, interpreter, name, memoryMb }
    const launch: Launch = {
      file: process.execPath,
      args: [entryPath('named-process'), JSON.stringify(settings)],
      cwd: this.#folders.scriptsFolder,
      env: interpreterEnv(this.#folders.cacheFolder),
      stdin: null,
      label: `interpreter-${interpreter}`,
      hasChannel: true,
      limits: launchLimits(noResourceLimits),
    }
    this.#link.send({ type: 'launch', channel, launch })
  }

  #tell(named: Named, message: ToNamed): void {
    this.#link.sendTo(named.channel, JSON.stringify(message))
  }

  #end(named: Named, why: string): void {
    this.#byNumber.delete(named.interpreter)
    this.#byChannel.delete(named.channel)
    this.#link.forget(named.channel)
    this.#gauges.ended(named.channel)
    this.#report({ type: 'interpreter_gone', interpreter: named.interpreter, why })
  }
}

function whyGone({ why, isKilled, isBroken }: Named, { code, signal }: Extract<FromChannel, { type: 'gone' }>): string {
  if (isBroken) return 'was ended: something else than its reports came from descriptor 3, which carries them'
  if (why !== null) return why
  if (isKilled) return 'was ended by force'
  if (code === 0) return 'was closed'
  return `died (${signal ?? `exit code ${code}`})`
}
