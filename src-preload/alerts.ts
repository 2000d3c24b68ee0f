/** What is expected of a job whose definition has `expectSuccessEveryMs`. */
export type Heartbeat = {
  everyMs: number
  /** The last success; before the first, when it was asked for or the job was resumed. Silence counts from here. */
  quietSince: number
  lastSuccess: number | null
  /** Since when an alert stands; null: none does. */
  alertRaisedAt: number | null
}

/** A job did not succeed in the time in which it was expected to. Kept after it is over. */
export type Alert = {
  id: number
  job: string
  everyMs: number
  quietSince: number
  raisedAt: number
  /** Null: it stands. */
  clearedAt: number | null
  /** The run whose success ended it; null: the job was paused, changed or removed. */
  clearedBy: number | null
}
