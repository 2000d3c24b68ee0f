import { randomUUID } from 'node:crypto'
import type { Answer } from './calls.ts'
import type { AttemptStart, Ending, Report, StopStep } from './interpreters.ts'
import { parseFromInterpreter } from './parse-from-interpreter.ts'
import { ProcessAttempts } from './process-attempts.ts'
import type { Folders } from './process-attempts.ts'
import { SupervisorLink } from './supervisor-link.ts'
import type { LinkFolders } from './supervisor-link.ts'
import { sweepLife } from './tagged-processes.ts'
import type { Gauges } from './telemetry/gauges.ts'

/** A supervisor takes the memory of a small process; more suspects than this wait for each other. */
const MAX_APART = 8

type Apart = { start: AttemptStart; link: SupervisorLink; processes: ProcessAttempts; isOver: boolean }

type Options = Folders &
  LinkFolders & {
    tag: string
    gauges: Gauges
    nextChannel: () => number
    report: (report: Report) => void
    /** Everything that one read brought was reported. */
    readEnded: () => void
    /** One of these has died, and its processes with it. */
    lifeEnded: (life: string) => void
  }

/**
 * Attempts that have a supervisor to themselves, because one has died under their run before. When this one dies as well, it is
 * known whose doing that is: the attempt has failed, and nobody else has noticed.
 */
export class SupervisorsApart {
  readonly #options: Options
  readonly #byRun = new Map<number, Apart>()
  #waiting: AttemptStart[] = []
  #whenEmpty: (() => void) | null = null

  constructor(options: Options) {
    this.#options = options
  }

  /** The lives of these supervisors: what they have started is not left over from anybody. */
  get lives(): string[] {
    return [...this.#byRun.values()].map(({ link }) => link.life)
  }

  start(start: AttemptStart): void {
    if (this.#byRun.size >= MAX_APART) {
      this.#waiting.push(start)
      return
    }
    const apart = this.#begin(start)
    this.#byRun.set(start.run, apart)
    apart.processes.start(start, this.#options.nextChannel())
  }

  /** False when the attempt is not one of these. */
  stop(step: StopStep): boolean {
    const waits = ({ run, attempt }: AttemptStart) => run === step.run && attempt === step.attempt
    const waiting = this.#waiting.find(waits)
    if (waiting === undefined) return this.#byRun.get(step.run)?.processes.stop(step) ?? false
    this.#waiting = this.#waiting.filter((start) => !waits(start))
    this.#end(waiting, { how: 'interrupted', why: step.reason, isUnbegun: true })
    return true
  }

  /** False when the attempt is not one of these. */
  answer(answer: Answer): boolean {
    return this.#byRun.get(answer.run)?.processes.answer(answer) ?? false
  }

  /** Kills everything and sees it dead. */
  async close(): Promise<void> {
    this.#waiting = []
    if (this.#byRun.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenEmpty = resolve
    for (const { link } of this.#byRun.values()) link.end()
    await promise
  }

  #begin(start: AttemptStart): Apart {
    const { tag, cacheFolder, tempFolder, scriptsFolder, gauges, report, readEnded } = this.#options
    const link: SupervisorLink = new SupervisorLink(
      tag,
      randomUUID(),
      { cacheFolder, tempFolder },
      {
        message: (message) => processes.fromSupervisor(message),
        frame: (channel, frame) => {
          const messages = parseFromInterpreter(frame.payload)
          if (messages === null) {
            link.stopReading(channel)
            processes.breakChannel(channel)
          } else for (const message of messages) processes.fromInterpreter(channel, message)
        },
        broken: (channel) => processes.breakChannel(channel),
        readEnded,
        exited: () => void this.#afterExit(apart),
      },
    )
    const processes = new ProcessAttempts(link, { cacheFolder, scriptsFolder }, gauges, (one) => {
      if (one.type === 'ended' && !apart.isOver) {
        apart.isOver = true
        link.end()
      }
      report(one)
    })
    const apart: Apart = { start, link, processes, isOver: false }
    return apart
  }

  /** Its children may outlive a supervisor that was killed: the attempt is over when they were seen dead. */
  async #afterExit({ start, link, processes, isOver }: Apart): Promise<void> {
    await sweepLife(this.#options.tag, link.life)
    this.#options.lifeEnded(link.life)
    this.#byRun.delete(start.run)
    if (!isOver && this.#whenEmpty === null) processes.endAll(hasKilledItsSupervisor)
    const [next] = this.#waiting.splice(0, 1)
    if (next !== undefined) this.start(next)
    else if (this.#byRun.size === 0) this.#whenEmpty?.()
  }

  #end({ run, attempt }: AttemptStart, ending: Ending): void {
    this.#options.report({ type: 'ended', run, attempt, ending, cpuMs: null })
  }
}

const hasKilledItsSupervisor: Ending = {
  how: 'threw',
  cancelled: false,
  error: {
    name: 'SupervisorDied',
    message: 'the process that supervised it, and nothing else, was killed while it ran; so was the one before',
    stack: null,
    hint: 'Look for a kill of the parent process, or of all processes, in it or in what it starts.',
  },
}
