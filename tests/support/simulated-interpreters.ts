import type { Executor } from '../../src-preload/contract.ts'
import { executorOf } from '../../src-preload/definition.ts'
import type { Clock } from '../../src-main/engine/clock.ts'
import type {
  AttemptStart,
  Ending,
  Interpreters,
  OnReports,
  Report,
  StopStep,
} from '../../src-main/interpreters/interpreters.ts'
import type { Random } from './random.ts'

const LONGEST_MS = 4_000

type SimulatedProcess = {
  key: string
  run: number
  attempt: number
  executor: Executor
  /** Told to stop and willing to. */
  reactsToSignal: boolean
  isKilled: boolean
  end: (ending: Ending) => void
}

/** A way in which the machine breaks its promise; a simulation that does not notice it is blind. */
export type MachineFault = 'orphans survive the sweep' | 'ended is said before death'

/**
 * The machine on which simulated attempts run. It outlives the engine: after a crash its processes are orphans until a
 * sweep. Two live processes of one run are an overlap, which is recorded at once.
 */
export class SimulatedMachine {
  readonly processes = new Map<string, SimulatedProcess>()
  readonly overlaps: string[] = []
  /** In order of start. */
  readonly started: { run: number; attempt: number }[] = []
  /** How many attempts of a run have begun; those of which it is said that they have not are not among them. */
  readonly begun = new Map<number, number>()
  readonly #random: Random
  readonly #fault: MachineFault | null

  constructor(random: Random, fault: MachineFault | null = null) {
    this.#random = random
    this.#fault = fault
  }

  isRunAlive(run: number): boolean {
    return [...this.processes.values()].some((process) => process.run === run)
  }

  /** The interpreters of one life of the engine; `clock` dies with it. `machineClock` does not. */
  connect(clock: Clock, machineClock: Clock, onReports: OnReports): Interpreters {
    const random = this.#random
    const report = (...reports: Report[]) => clock.soon(() => onReports(reports))

    const start = (attempt: AttemptStart) => {
      for (const other of this.processes.values()) {
        if (other.run === attempt.run) this.overlaps.push(`${other.key} lives while attempt ${attempt.attempt} starts`)
      }
      const key = `${attempt.run}.${attempt.attempt}`
      this.started.push({ run: attempt.run, attempt: attempt.attempt })
      const countBegun = (more: number) => this.begun.set(attempt.run, (this.begun.get(attempt.run) ?? 0) + more)
      countBegun(1)
      const end = (ending: Ending) => {
        if (!this.processes.has(key)) return
        if (ending.how === 'interrupted' && ending.isUnbegun === true) countBegun(-1)
        if (this.#fault === 'ended is said before death') machineClock.after(200, () => this.processes.delete(key))
        else this.processes.delete(key)
        const name = { run: attempt.run, attempt: attempt.attempt }
        if (random.chance(0.3)) {
          report({ type: 'log', ...name, lines: [[clock.wallMs(), 'info', 'last words']] })
        }
        report({ type: 'ended', ...name, ending, cpuMs: 1 })
        // The same report once more, perhaps when the next attempt runs: it must be ignored.
        if (random.chance(ending.how === 'interrupted' ? 0.5 : 0.05)) {
          clock.after(random.int(0, 1_500), () => onReports([{ type: 'ended', ...name, ending, cpuMs: 1 }]))
        }
      }
      this.processes.set(key, {
        key,
        run: attempt.run,
        attempt: attempt.attempt,
        executor: executorOf(attempt.definition),
        reactsToSignal: random.chance(0.7),
        isKilled: false,
        end,
      })
      report({ type: 'started', run: attempt.run, attempt: attempt.attempt, pid: 1_000 + attempt.run })
      if (random.chance(0.2)) {
        report({ type: 'progress', run: attempt.run, attempt: attempt.attempt, done: 1, total: 2, note: null })
      }
      const isRetried = attempt.definition.retry !== null
      // Some never end by themselves.
      if (random.chance(isRetried ? 0.15 : 0.03) && attempt.definition.timeoutMs !== null) return
      const ending = randomEnding(random, isRetried)
      machineClock.after(random.chance(0.3) ? 0 : random.int(0, LONGEST_MS), () => end(ending))
    }

    const stop = (step: StopStep) => {
      const process = this.processes.get(`${step.run}.${step.attempt}`)
      if (process === undefined) return
      if (step.step === 'kill') {
        machineClock.after(random.int(0, 50), () => process.end({ how: 'exited', code: null, signal: 'SIGKILL' }))
      } else if (process.reactsToSignal) {
        const error = { name: 'CancelledError', message: step.reason, stack: null, hint: null }
        machineClock.after(random.int(0, 500), () => process.end({ how: 'threw', error, cancelled: true }))
      }
    }

    return {
      sweep: async () => {
        const orphans = [...this.processes.values()]
        await new Promise<void>((resolve) => void clock.after(random.int(0, 100), resolve))
        if (this.#fault !== 'orphans survive the sweep') this.processes.clear()
        return { killed: orphans.length }
      },
      start: (attempts) => attempts.forEach(start),
      stop: (steps) => steps.forEach(stop),
      answer: () => undefined,
      instruct: () => undefined,
      readGauges: () => [],
      recycle: () => false,
      close: () => {
        this.processes.clear()
        return Promise.resolve()
      },
    }
  }
}

/** What is tried again fails more often than not. */
function randomEnding(random: Random, isRetried: boolean): Ending {
  const dice = isRetried ? 0.5 + random.next() / 2 : random.next()
  if (dice < 0.75) return { how: 'returned', result: '{"ok":true}' }
  if (dice < 0.9)
    return { how: 'threw', error: { name: 'Error', message: 'no', stack: null, hint: null }, cancelled: false }
  if (dice < 0.95) return { how: 'exited', code: 1, signal: null }
  return { how: 'interrupted', why: 'the interpreter process died', isSuspect: dice > 0.98, isUnbegun: dice < 0.965 }
}
