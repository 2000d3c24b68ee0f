import { assertVirtual, currentAttempt, goOn } from './virtual-timers.ts'
import type { Attempt } from './virtual-timers.ts'
import type { Clock } from '../../../src-main/engine/clock.ts'
import type { Answer } from '../../../src-main/interpreters/calls.ts'
import type { AttemptStart, OnReports, Report, StopStep } from '../../../src-main/interpreters/interpreters.ts'
import { scriptStart } from '../../../src-main/interpreters/process-attempts.ts'
import { setTimeout as sdkSetTimeout } from '../../../src-main/interpreters/own-builtins.ts'
import { ReportBatch } from '../../../src-main/interpreters/report-batch.ts'
import { RunScope } from '../../../src-main/interpreters/run-scope.ts'
import { threw } from '../../../src-main/interpreters/run-script.ts'
import { linkCurrentRun } from '../../../src-main/interpreters/sdk/run-link.ts'

/** What a run does in each of its attempts; a process that has died begins anew. */
export type Script = (me: Self) => unknown
export type Self = {
  /** 1, and one more each time its process died. */
  readonly attempt: number
  /** Waits until the test says that word to this run. A cancel ends this wait, too. */
  told(word: string): Promise<void>
}

type Process = Attempt & {
  readonly run: number
  readonly reports: ReportBatch
  /** Answers that are on their way; null: they arrive as they come. */
  held: Answer[] | null
  readonly told: Set<string>
  readonly listening: Map<string, () => void>
}

/** Runs the scripts of a test in this thread, as the threads of a pool do: each in its own scope, and mortal. */
export class ScriptMachine {
  readonly #scripts: Script[] = []
  readonly #processes = new Map<number, Process>()

  constructor() {
    assertVirtual(sdkSetTimeout)
    linkCurrentRun(() => currentAttempt.getStore()?.scope)
  }

  /** The input with which a run of that script is to be submitted. */
  add(script: Script): number {
    return this.#scripts.push(script) - 1
  }

  /** The interpreters of one life of the engine. */
  connect(clock: Clock, onReports: OnReports) {
    return {
      start: (attempts: AttemptStart[]) =>
        attempts.forEach((start) => clock.soon(() => this.#begin(clock, onReports, start))),
      stop: (steps: StopStep[]) => steps.forEach((step) => clock.soon(() => this.#stop(step))),
      answer: (answers: Answer[]) => answers.forEach((answer) => clock.soon(() => this.#answer(answer))),
    }
  }

  isAlive(run: number): boolean {
    return this.#processes.has(run)
  }

  tell(run: number, word: string): void {
    const process = this.#of(run)
    process.told.add(word)
    goOn(process, process.listening.get(word) ?? (() => undefined))
  }

  /** The process of a run dies between two lines of its code; the engine hears of it. */
  kill(run: number): void {
    const process = this.#of(run)
    currentAttempt.run(process, () => {
      process.scope.end({ how: 'interrupted', why: 'its process died' }, null)
      process.reports.flush()
    })
    process.isDead = true
    this.#processes.delete(run)
  }

  /** The machine goes down with all that runs on it; nobody hears anything. */
  killAll(): void {
    for (const process of this.#processes.values()) process.isDead = true
    this.#processes.clear()
  }

  /** Answers to this run stay on their way until `letIn`: what it was granted is stored, and it does not know. */
  hold(run: number): void {
    this.#of(run).held ??= []
  }

  letIn(run: number): void {
    const process = this.#of(run)
    const held = process.held ?? []
    process.held = null
    held.forEach((answer) => this.#answer(answer))
  }

  #begin(clock: Clock, onReports: OnReports, start: AttemptStart): void {
    const batch = new ReportBatch((json) => onReports(JSON.parse(json) as Report[]))
    const scope = new RunScope(scriptStart(start), batch, null)
    const { run } = start
    const process: Process = {
      run,
      reports: batch,
      scope,
      clock,
      isDead: false,
      held: null,
      told: new Set(),
      listening: new Map(),
    }
    this.#processes.set(run, process)
    const script = this.#scripts[Number(start.input)]
    if (script === undefined) throw new Error(`run ${run} has no script`)
    void currentAttempt.run(process, () => this.#execute(process, script))
  }

  async #execute(process: Process, script: Script): Promise<void> {
    const { scope } = process
    const end = (ending: Parameters<RunScope['end']>[0]) => {
      if (this.#processes.get(process.run) === process) this.#processes.delete(process.run)
      scope.end(ending, null)
    }
    let ending: Parameters<RunScope['end']>[0]
    try {
      const value = await script({ attempt: scope.start.attempt, told: (word) => told(process, word) })
      ending = { how: 'returned', result: JSON.stringify(value ?? null) }
    } catch (error) {
      ending = threw(error, scope)
    }
    await scope.runtime?.end()
    end(ending)
  }

  #stop({ run, step, reason }: StopStep): void {
    const process = this.#processes.get(run)
    if (process === undefined) return
    if (step === 'kill') this.kill(run)
    else goOn(process, () => process.scope.abort(reason))
  }

  #answer(answer: Answer): void {
    const process = this.#processes.get(answer.run)
    if (process?.scope.start.attempt !== answer.attempt) return
    if (process.held === null) goOn(process, () => process.scope.runtime?.answer(answer))
    else process.held.push(answer)
  }

  #of(run: number): Process {
    const process = this.#processes.get(run)
    if (process === undefined) throw new Error(`run ${run} has no process`)
    return process
  }
}

function told(process: Process, word: string): Promise<void> {
  if (process.told.has(word)) return Promise.resolve()
  const { signal } = process.scope
  return new Promise((resolve, reject) => {
    process.listening.set(word, resolve)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
