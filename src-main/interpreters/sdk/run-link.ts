import type { Answer, ScriptReport } from '../calls.ts'
import type { RunContext } from './run-context.ts'

type WithoutName<Report> = Report extends ScriptReport ? Omit<Report, 'run' | 'attempt'> : never
/** What the SDK says of the run it is in. */
export type FromScript = WithoutName<ScriptReport>

/** What the interpreter tells the SDK of one run, once the script has used it. */
export type ScriptRuntime = {
  answer(answer: Answer): void
  /** The run was asked to stop; its signal aborts in the same turn. */
  cancel(message: string): void
  /** The run's function has ended. Resolves when its tasks have too; then the ending is reported. */
  end(): Promise<void>
  /** Ends its threads. For a run that is over without having come to `end`. */
  release(): Promise<void>
}

/** The interpreter's side of one run, as its SDK sees it. They need not be instances of the same bundle. */
export type RunLink = {
  readonly context: RunContext
  /** Values by the names that the job was given them under; left out where there are none. */
  readonly secrets?: Readonly<Record<string, string>> | undefined
  /** The named interpreter that the code is in; left out: it is in the run's own, which is `main`. */
  readonly interpreter?: { readonly id: number; readonly name: string }
  /** Set by the SDK at its first use in the run. */
  runtime: ScriptRuntime | null
  send(message: FromScript): void
  /** A shielded section begins; the result ends it. Left out where nobody asks to stop. */
  readonly enterShield?: () => () => void
  /**
   * Blocks until something has come for this run, and hands it over; or until `withinMs` are over. Null where that would block
   * other runs.
   */
  readonly receive: ((withinMs: number) => void) | null
}

const linkKey = Symbol.for('signalbox.current-run')
type Linked = { [key: symbol]: (() => RunLink | undefined) | undefined }

/** Called once by an interpreter: `current` tells which run the calling code belongs to. */
export function linkCurrentRun(current: () => RunLink | undefined): void {
  Object.defineProperty(globalThis, linkKey, { value: current, configurable: true })
}

/** The run that the calling code belongs to; undefined where there is none, for example in a finaliser. */
export const findCurrentLink = (): RunLink | undefined => (globalThis as unknown as Linked)[linkKey]?.()

/** The run that the calling code belongs to. Throws outside of one. */
export function currentLink(): RunLink {
  const link = findCurrentLink()
  if (link === undefined) {
    throw new Error(
      "'signalbox' works inside a run only: start this file with `signalbox run FILE`, or from the window.",
    )
  }
  return link
}

export const currentRun = (): RunContext => currentLink().context
