import type { Use } from '../core/advisor.ts'
import { dirname } from 'node:path'
import { resourceDefaults } from '../../src-preload/limits.ts'
import { problem } from '../../src-preload/problem.ts'
import type { ResourceLimits } from '../../src-preload/resource-limits.ts'
import { bytesInWords, limitError } from '../core/resource-limit.ts'
import type { LimitEffect, LimitPassed } from '../core/resource-limit.ts'
import { entryPath } from '../entry.ts'
import { commandLine } from '../jobs/command.ts'
import type { Answer } from './calls.ts'
import type { FromInterpreter, InterpreterSettings, ScriptStart, ToInterpreter } from './interpreter-protocol.ts'
import type { AttemptStart, Ending, Report, StopStep } from './interpreters.ts'
import { heapFlags, launchLimits } from './launch-limits.ts'
import { OutputTotal } from './output-total.ts'
import { toRunError } from './run-error.ts'
import { compileCache } from './supervisor-link.ts'
import type { SupervisorLink } from './supervisor-link.ts'
import type { FromChannel, Launch } from './supervisor-protocol.ts'
import type { Gauges } from './telemetry/gauges.ts'

export type Folders = { cacheFolder: string; scriptsFolder: string }

/** How long an interpreter may take to leave after it has reported its ending: exit handlers run in that time. */
const LEAVE_MS = 5_000

type ProcessAttempt = {
  start: AttemptStart
  channel: number
  /** What the script said before its process left; the process's exit does not change it any more. */
  ending: { ending: Ending; cpuMs: number | null; use?: Use | null } | null
  leaveTimer: NodeJS.Timeout | null
  output: OutputTotal
  /** V8 has said that its heap is full; what it does then is to abort. */
  isHeapFull: boolean
}

/** Attempts with a process of their own: scripts of the executor `process`, and commands. */
export class ProcessAttempts {
  readonly #link: SupervisorLink
  readonly #folders: Folders
  readonly #gauges: Gauges
  readonly #report: (report: Report) => void
  readonly #byRun = new Map<number, ProcessAttempt>()
  readonly #byChannel = new Map<number, ProcessAttempt>()

  constructor(link: SupervisorLink, folders: Folders, gauges: Gauges, report: (report: Report) => void) {
    this.#link = link
    this.#folders = folders
    this.#gauges = gauges
    this.#report = report
  }

  start(start: AttemptStart, channel: number): void {
    const { run, attempt, definition } = start
    let launch: Launch
    try {
      launch = this.#launchOf(start)
    } catch (error) {
      this.#report({
        type: 'ended',
        run,
        attempt,
        ending: { how: 'unstartable', error: toRunError(error) },
        cpuMs: null,
      })
      return
    }
    const running: ProcessAttempt = {
      start,
      channel,
      ending: null,
      leaveTimer: null,
      output: new OutputTotal(definition.limits.outputBytes ?? resourceDefaults.outputBytes),
      isHeapFull: false,
    }
    this.#byRun.set(run, running)
    this.#byChannel.set(channel, running)
    this.#link.send({ type: 'launch', channel, launch })
    if (definition.kind !== 'script') return
    this.#gauges.launched(channel, { kind: 'process', run, attempt })
    this.#tell(running, { type: 'start', start: scriptStart(start), code: definition.code })
  }

  /** False when the attempt is not one of these. */
  stop({ run, attempt, step, reason }: StopStep): boolean {
    const running = this.#byRun.get(run)
    if (running === undefined || running.start.attempt !== attempt) return false
    if (step === 'kill') this.#link.send({ type: 'kill', channel: running.channel })
    else if (step === 'terminate' || running.start.definition.kind === 'command')
      this.#link.send({ type: 'terminate', channel: running.channel })
    else this.#tell(running, { type: 'abort', run, attempt, reason })
    return true
  }

  /** False when the attempt is not one of these. */
  answer(answer: Answer): boolean {
    const running = this.#byRun.get(answer.run)
    if (running === undefined || running.start.attempt !== answer.attempt) return false
    this.#tell(running, { type: 'answers', answers: [answer] })
    return true
  }

  owns(channel: number): boolean {
    return this.#byChannel.has(channel)
  }

  fromInterpreter(channel: number, message: FromInterpreter): void {
    const running = this.#byChannel.get(channel)
    if (running === undefined || message.type === 'thread_lost' || message.type === 'contaminated') return
    if (message.type === 'sample') {
      this.#gauges.taken(channel, message.sample)
      return
    }
    // It speaks for itself only.
    if (message.run !== running.start.run || message.attempt !== running.start.attempt) return
    if (message.type === 'log') {
      this.#report({ ...message, lines: running.output.admit(message.lines) })
      return
    }
    if (message.type !== 'ended') {
      this.#report(message)
      // Told of a flood while the script goes on; when it told of its end as well, that has come first.
      const { type } = message
      if (type === 'limit' && message.passed.resource === 'output' && message.effect === 'failed') {
        running.ending ??= { ending: limitEnding(message.passed), cpuMs: null }
        this.#link.send({ type: 'kill', channel })
      }
      return
    }
    if (running.ending !== null) return
    // Held back until the process is seen dead.
    running.ending = { ending: message.ending, cpuMs: message.cpuMs, use: message.use ?? null }
    running.leaveTimer = setTimeout(() => this.#link.send({ type: 'kill', channel }), LEAVE_MS)
  }

  /** Something else than our frames came, or nothing will any more: the attempt is over, whatever it was going to say. */
  breakChannel(channel: number): void {
    const running = this.#byChannel.get(channel)
    if (running === undefined) return
    running.ending ??= { ending: brokenChannel, cpuMs: null }
    this.#link.send({ type: 'kill', channel })
  }

  fromSupervisor(message: FromChannel): void {
    const running = this.#byChannel.get(message.channel)
    if (running === undefined) return
    const { run, attempt } = running.start
    switch (message.type) {
      case 'launched':
        this.#gauges.started(message.channel, message.pid)
        this.#report({ type: 'started', run, attempt, pid: message.pid })
        return
      case 'lines':
        running.isHeapFull ||= message.lines.some(([, , text]) => HEAP_FULL.test(text))
        this.#report({ type: 'log', run, attempt, lines: running.output.admit(message.lines) })
        return
      case 'passed': {
        const effect: LimitEffect = message.isFatal ? 'killed' : 'cut'
        this.#report({ type: 'limit', run, attempt, passed: message.passed, effect })
        if (message.isFatal) running.ending ??= { ending: limitEnding(message.passed), cpuMs: null }
        return
      }
      case 'muted':
        this.breakChannel(message.channel)
        return
      case 'unlaunchable':
        this.#end(running, { how: 'unstartable', error: toRunError(refusal(running.start, message)) }, null)
        return
      case 'gone': {
        const { ending, cpuMs, use } = running.ending ?? { ending: exitOf(running, message), cpuMs: null }
        this.#end(running, ending, cpuMs, use)
        return
      }
      default:
        message satisfies never
    }
  }

  /** The supervisor died: nothing more will be heard of these. */
  endAll(ending: Ending): void {
    for (const running of [...this.#byRun.values()]) this.#end(running, ending, null)
  }

  #end(running: ProcessAttempt, ending: Ending, cpuMs: number | null, use: Use | null = null): void {
    if (running.leaveTimer !== null) clearTimeout(running.leaveTimer)
    this.#byRun.delete(running.start.run)
    this.#byChannel.delete(running.channel)
    this.#link.forget(running.channel)
    this.#gauges.ended(running.channel)
    const { run, attempt } = running.start
    this.#report({ type: 'ended', run, attempt, ending, cpuMs, use })
  }

  #tell(running: ProcessAttempt, message: ToInterpreter): void {
    this.#link.sendTo(running.channel, JSON.stringify(message))
  }

  #launchOf({ run, attempt, definition, input, secrets }: AttemptStart): Launch {
    const values = secrets !== undefined && 'values' in secrets ? secrets.values : {}
    const label = `${run}.${attempt}`
    if (definition.kind === 'command') {
      const limits = launchLimits(definition.limits)
      const line = commandLine(definition, input)
      return { ...line, env: { ...line.env, ...values }, label, hasChannel: false, limits }
    }
    if (definition.kind === 'http') throw new TypeError('a request is sent by a script')
    const ownFolder = definition.code.from === 'file' ? dirname(definition.code.path) : this.#folders.scriptsFolder
    return {
      ...interpreterLaunch('interpreter-process', this.#folders, label, definition.limits),
      cwd: definition.cwd ?? definition.code.project ?? ownFolder,
      env: { ...definition.env, ...values, ...interpreterEnv(this.#folders.cacheFolder) },
    }
  }
}

/** What V8 says before it aborts. */
const HEAP_FULL = /^FATAL ERROR: .*JavaScript heap out of memory/

/** The ending of an attempt whose process has left without a word. */
function exitOf(
  { start, isHeapFull }: ProcessAttempt,
  { code, signal }: Extract<FromChannel, { type: 'gone' }>,
): Ending {
  if (!isHeapFull || start.definition.kind !== 'script' || (signal === null && code === 0)) {
    return { how: 'exited', code, signal }
  }
  const { memoryBytes } = start.definition.limits
  const error = limitError({ resource: 'memory', used: null, allowed: memoryBytes ?? 0 })
  const message =
    memoryBytes === null
      ? 'its JavaScript heap is full: V8 gives it no more by itself'
      : `its JavaScript heap is full, may use ${bytesInWords(memoryBytes)} of memory in all`
  return { how: 'threw', error: { ...error, message }, cancelled: false }
}

export const limitEnding = (passed: LimitPassed): Ending => ({
  how: 'threw',
  error: limitError(passed),
  cancelled: false,
})

/** What the script's side is told of an attempt; the definition stays here. */
export function scriptStart({ definition, secrets, ...given }: AttemptStart): ScriptStart {
  const start = secrets !== undefined && 'values' in secrets ? { ...given, secrets: secrets.values } : given
  const { outputBytes, onOutput, resultBytes, openFiles } = definition.limits
  if (outputBytes === null && onOutput === 'cut' && resultBytes === null && openFiles === null) return start
  return { ...start, limits: { outputBytes, onOutput, resultBytes, openFiles } }
}

/** How an interpreter process of ours is started. */
export function interpreterLaunch(
  entry: 'interpreter-process' | 'interpreter-pool',
  settings: InterpreterSettings,
  label: string,
  limits: ResourceLimits,
): Launch {
  return {
    file: process.execPath,
    args: [...heapFlags(limits), entryPath(entry), JSON.stringify(settings)],
    cwd: settings.scriptsFolder,
    env: interpreterEnv(settings.cacheFolder),
    stdin: null,
    label,
    hasChannel: true,
    limits: launchLimits(limits),
  }
}

export const interpreterEnv = (cacheFolder: string) => ({
  ELECTRON_RUN_AS_NODE: '1',
  NODE_COMPILE_CACHE: compileCache(cacheFolder),
})

/** Why the system did not start a process, in words. */
function refusal(
  { definition, input }: AttemptStart,
  { code, message, isFolderMissing }: Extract<FromChannel, { type: 'unlaunchable' }>,
): Error {
  if (isFolderMissing) {
    if (definition.kind === 'script' && definition.cwd === null && definition.code.from === 'file') {
      return problem('FILE_NOT_FOUND', { path: definition.code.path })
    }
    return problem('FOLDER_NOT_FOUND', { path: definition.cwd ?? 'the working folder' })
  }
  const file = definition.kind === 'command' ? commandLine(definition, input).file : process.execPath
  const words: Record<string, [message: string, hint: string]> = {
    ENOENT: [`There is no program "${file}".`, 'Check the name, or write its whole path.'],
    EACCES: [`"${file}" may not be executed.`, 'Make it executable (chmod +x), or start it with its interpreter.'],
    E2BIG: [
      'The arguments and the environment are too long for this system.',
      'Pass large values by a file or by stdin.',
    ],
  }
  // What Node refuses before it asks the system: a null byte, an empty name.
  if (code === 'ERR_INVALID_ARG_VALUE') {
    words[code] = [`It cannot be started as it is written: ${message}.`, 'Mend its arguments, folder or environment.']
  }
  const [said, hint] = words[code] ?? [
    `The system did not start "${file}": ${message}.`,
    'Try again when the system is less busy.',
  ]
  return Object.assign(new Error(said), { name: code, hint, stack: '' })
}

/** The ending of an attempt whose process says what is no report. */
export const brokenChannel: Ending = {
  how: 'threw',
  cancelled: false,
  error: {
    name: 'ChannelError',
    message:
      'its process could not be heard or reached any more: a descriptor of ours was closed (3 carries its reports), or something else was written to it',
    stack: null,
    hint: "Write to stdout, stderr or a file of your own, and leave JavaScript's builtins as they are.",
  },
}
