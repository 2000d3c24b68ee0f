/** Which run this is. */
export type RunInfo = {
  /** The run's number, which the window and the command line show. */
  readonly id: number
  /** Null for a run without a job. */
  readonly job: string | null
  /** What the run is called; the job's or the file's name unless it was given one. */
  readonly name: string
  /** 1 for the first try; one that was interrupted has had its number too. */
  readonly attempt: number
  /** How often the run is tried at most; attempts that were interrupted are not counted in it. */
  readonly maxAttempts: number
  /** Whether nothing follows when this attempt fails. */
  readonly isLastAttempt: boolean
  /** The same for every attempt of the run: hand it to services that can recognise a repeated request. */
  readonly idempotencyKey: string
  /** Epoch ms of the instant that its schedule planned, however late it runs; null for a run that no schedule made. */
  readonly slot: number | null
  /** Made later by hand, for a slot of the past. */
  readonly backfilled: boolean
}

/** What a line of the log carries besides its message: any values, shown as JSON. */
export type LogFields = Record<string, unknown>
/** Writes one line: a message, and fields beside it. */
type Say = (message: unknown, fields?: LogFields) => void

/** `log(…)` is `log.info(…)`. */
export type Log = Say & {
  /** For who looks for a fault. */
  readonly debug: Say
  /** What happens. */
  readonly info: Say
  /** What may be wrong, and was got over. */
  readonly warn: Say
  /** What went wrong. */
  readonly error: Say
}

/** `done` of `total`, in any unit; without a total, or with null, only how much is done. `note` says at what. */
export type SetProgress = (done: number, total?: number | null, note?: string | null) => void

/** The second argument of a script's default export. */
export type RunContext = {
  /** Aborts when the run is asked to stop; its reason is a CancelledError. */
  readonly signal: AbortSignal
  /** Which run this is. */
  readonly run: RunInfo
  /** Writes to the run's log. */
  readonly log: Log
  /** Says how far the run has come. */
  readonly progress: SetProgress
}
