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
