/**
 * Limits of what may be sent in, and what a name looks like. Apart from the schemas, for the SDK checks by them too and
 * every script's process would load valibot with it.
 */

/** A larger value is refused with the limit in the message. Bytes of UTF-8. */
export const limits = {
  name: 120,
  inputBytes: 512 * 1024,
  sourceBytes: 512 * 1024,
  stdinBytes: 512 * 1024,
  bulkRuns: 5_000,
  pageRows: 500,
  /** Semaphores that a run takes when it is admitted. */
  neededSemaphores: 20,
  keyPath: 200,
  /** Longest span of time that a policy names: 400 days. */
  spanMs: 400 * 86_400_000,
  /** Attempts of one run that count. */
  attempts: 1_000,
  /** Delays of a backoff that lists them. */
  retryDelays: 100,
  /** Names of errors that are, or are not, tried again. */
  retryReasons: 50,
  secretsOfJob: 50,
  /** Of a job; the oldest go. */
  jobVersions: 100,
  /** The least and the most characters of a secret. */
  secretUnits: [4, 32_768],
  httpHeaders: 100,
  /** Of a URL, or of one header. */
  httpUnits: 8_192,
} as const

/** The most runs of an executor at the same time; one of `thread` can take a thread to itself. */
export const slotLimits = { async: 10_000, thread: 256, process: 10_000 } as const

const KB = 1024
const MB = 1024 * KB

/** The least and the most that a job's limit of a resource may be. */
export const resourceBounds = {
  memoryBytes: [32 * MB, 1024 * 1024 * MB],
  cpuMs: [100, 400 * 86_400_000],
  outputBytes: [KB, 1024 * MB],
  resultBytes: [16, 16 * MB],
  openFiles: [32, 1_000_000],
  tempBytes: [MB, 1024 * 1024 * MB],
} as const

/** What holds of a job that says nothing else. */
export const resourceDefaults = { outputBytes: 50 * MB, resultBytes: MB } as const

/** Limits of durable objects; what is beyond is refused with the limit in the message. */
export const objectLimits = {
  /** Objects of one kind. */
  objects: 100_000,
  permits: 1_000_000,
  parties: 10_000,
  /** Bytes of UTF-8 of one queue item, and of a future's value. */
  valueBytes: 512 * 1024,
  /** Items that one request of a person moves or removes; a turn of the engine does not take long. */
  bulkItems: 10_000,
  /** Calls of one attempt that have no answer yet. */
  openCalls: 10_000,
  /** Tasks of one attempt that the engine is told of. */
  tasks: 1_000,
  /** Ancestors of a run: parent, parent's parent, and so on. */
  ancestors: 100,
  /** Children of one run that have not finished. */
  children: 100_000,
  /** Longest period of a rate, in ms: 400 days. */
  periodMs: 400 * 86_400_000,
} as const

/** The name of a secret; it can be that of a variable, too. */
export const secretNamePattern = /^[A-Za-z_][\w.-]*$/

/** An HTTP status, or all of a kind: `503`, `5xx`. */
export const statusPattern = /^[1-5](\d\d|xx)$/
/** A token of RFC 9110: the name of a header, or a method. */
export const httpTokenPattern = /^[!#$%&'*+.^_`|~\w-]+$/
/** Limits of named interpreters and of the queues between them. */
export const interpreterLimits = {
  /** At the same time; each is a process of some 60 MB. */
  interpreters: 64,
  memoryMb: 256,
  leastMemoryMb: 16,
  mostMemoryMb: 65_536,
  /** Bytes of one value that is handed over, and units of the text that it travels as. */
  valueBytes: 1024 * 1024,
  valueUnits: 1_500_000,
  /** What a person is shown of a value or an error. */
  shownUnits: 70_000,
  /** Lines of output that an exec by hand is answered with: the last ones. */
  lines: 1_000,
  queues: 10_000,
  /** Units of all items together in the queues between interpreters; they are in memory. */
  queuedUnits: 64 * 1024 * 1024,
} as const

/** `input`, or a way into it, such as `input.host` or `input.urls.0`. */
export const keyPattern = /^input(\.[\p{L}\p{N}_$-]+)*$/u

/** Of a name without spaces around it. */
export const namePattern = /^[\p{L}\p{N}][\p{L}\p{N} ._/:@+-]*$/u
export const nameRule = 'a name starts with a letter or digit, then letters, digits, spaces and . _ / : @ + -'

/** The name of an error, as its class gives it. */
export const errorNamePattern = /^[\p{L}_$][\p{L}\p{N}_$.-]{0,119}$/u

/**
 * What a policy of retries says where it is silent. No delay is longer than `maxDelayMs`, also not one that a script
 * asks for.
 */
export const retryDefaults = {
  backoff: { kind: 'exponential', delayMs: 1_000, factor: 2 },
  maxDelayMs: 3_600_000,
  jitter: 0,
} as const
