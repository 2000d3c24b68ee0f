/** Which run this is. */
export type RunInfo = {
  readonly id: number
  /** Null for a run without a job. */
  readonly job: string | null
  readonly name: string
  /** 1 for the first try. */
  readonly attempt: number
  /** The same for every attempt of the run: hand it to services that can recognise a repeated request. */
  readonly idempotencyKey: string
}

export type LogFields = Record<string, unknown>
type Say = (message: unknown, fields?: LogFields) => void

/** `log(…)` is `log.info(…)`. */
export type Log = Say & { readonly debug: Say; readonly info: Say; readonly warn: Say; readonly error: Say }

export type SetProgress = (done: number, total?: number | null, note?: string | null) => void

/** The second argument of a script's default export. */
export type RunContext = {
  /** Aborts when the run is asked to stop; its reason is a CancelledError. */
  readonly signal: AbortSignal
  readonly run: RunInfo
  readonly log: Log
  readonly progress: SetProgress
}

/**
 * The script's SDK and the interpreter that runs it find each other through this global, because they need not be
 * instances of the same bundle.
 */
const linkKey = Symbol.for('signalbox.current-run')
type Linked = { [key: symbol]: (() => RunContext | undefined) | undefined }

/** Called once by an interpreter: `current` tells which run the calling code belongs to. */
export function linkCurrentRun(current: () => RunContext | undefined): void {
  Object.defineProperty(globalThis, linkKey, { value: current })
}

/** The run that the calling code belongs to; undefined where there is none, for example in a finaliser. */
export const findCurrentRun = (): RunContext | undefined => (globalThis as unknown as Linked)[linkKey]?.()

/** The run that the calling code belongs to. Throws outside of one. */
export function currentRun(): RunContext {
  const context = findCurrentRun()
  if (context === undefined) {
    throw new Error(
      "'signalbox' works inside a run only: start this file with `signalbox run FILE`, or from the window.",
    )
  }
  return context
}
