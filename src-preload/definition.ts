import * as v from 'valibot'
import { conditionsSchema } from './conditions.ts'
import { keyPattern, limits, namePattern, nameRule, objectLimits } from './limits.ts'
import { neededSecretsSchema } from './secrets.ts'
import { noResourceLimits, resourceLimitsSchema } from './resource-limits.ts'
import { httpRequestSchema } from './http-request.ts'
import { retrySchema, spanMs, statuses } from './retry-policy.ts'

export { limits }

export const executors = ['async', 'thread', 'process'] as const
export type Executor = (typeof executors)[number]
/** What a script can ask for. `auto`: the executor that fits what the job's runs have done; a process until that is known. */
export const executorChoices = [...executors, 'auto'] as const
export type ExecutorChoice = (typeof executorChoices)[number]

/** What follows when a run's attempt was cut off by no fault of its own. */
export const interruptionRules = ['requeue', 'abandon'] as const
export type InterruptionRule = (typeof interruptionRules)[number]

const utf8Bytes = (text: string) => new TextEncoder().encode(text).length
const boundedText = (maxBytes: number, what: string) =>
  v.pipe(
    v.string(),
    v.check((text) => utf8Bytes(text) <= maxBytes, `${what} is larger than ${maxBytes} bytes`),
  )

export const nameSchema = v.pipe(v.string(), v.trim(), v.regex(namePattern, nameRule), v.maxLength(limits.name))

const permits = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(objectLimits.permits))

/** Taken before an attempt starts and given back when it ends. One that does not exist yet gets one permit. */
const neededSemaphores = v.pipe(
  v.array(v.strictObject({ name: nameSchema, amount: v.optional(permits, 1) })),
  v.maxLength(limits.neededSemaphores, `at most ${limits.neededSemaphores} semaphores`),
  v.check((needed) => new Set(needed.map(({ name }) => name)).size === needed.length, 'names a semaphore twice'),
)

const keyPath = v.pipe(
  v.string(),
  v.maxLength(limits.keyPath),
  v.regex(keyPattern, 'a key is input, or a way into it such as input.host'),
)

/** At most `limit` runs of the job at a time that have the same value at `key`. */
const concurrency = v.strictObject({
  /** Null, or '': all runs of the job count together. A way that is not in the input leads to null. */
  key: v.optional(
    v.pipe(
      v.nullable(v.string()),
      v.transform((key) => (key === '' ? null : key)),
      v.nullable(keyPath),
    ),
    null,
  ),
  limit: permits,
})

/** Rules that hold for every kind. All spans in ms; null means no limit. */
const policy = {
  /** Longest time one attempt may run. */
  timeoutMs: v.optional(v.nullable(spanMs), null),
  /** Longest time a run may stay in the queue before its first attempt. */
  queueTimeoutMs: v.optional(v.nullable(spanMs), null),
  /** Longest time from the first queueing to the end, over all attempts and the time between them. */
  totalTimeoutMs: v.optional(v.nullable(spanMs), null),
  /** Longest time an attempt may give no sign of life: no progress, no log line, no call. */
  idleTimeoutMs: v.optional(v.nullable(spanMs), null),
  /** Null: a failure is the end. */
  retry: v.optional(v.nullable(retrySchema), null),
  /**
   * Of an attempt that was cut off (its host, supervisor or interpreter died, or the host stopped). `requeue`: the run goes back
   * to its place in line. `abandon`: it never begins again by itself; unless it is certain that it had not begun, it ends as
   * `abandoned`, for nobody knows whether its work was done.
   */
  onInterrupted: v.optional(v.picklist(interruptionRules), 'requeue'),
  /** Between the stop signal and SIGKILL. */
  graceMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000)), 5_000),
  semaphores: v.optional(neededSemaphores, []),
  /** Null: no limit. An ad hoc run counts with those of the same definition. */
  concurrency: v.optional(v.nullable(concurrency), null),
  limits: v.optional(resourceLimitsSchema, {}),
  /** Null: none. */
  conditions: v.optional(v.nullable(conditionsSchema), null),
  /** A job that has not succeeded for so long raises an alert; null: silence is no matter. Has no meaning for ad hoc runs. */
  expectSuccessEveryMs: v.optional(v.nullable(v.pipe(spanMs, v.minValue(1_000))), null),
  /** Working folder, absolute; null: the script's own folder, or the user's home for commands. */
  cwd: v.optional(v.nullable(v.string()), null),
  /** Added to the environment, or where that is shared, for `secret(…)` of the SDK; kept out of logs and results. */
  secrets: v.optional(neededSecretsSchema, []),
  /** Added to the allow-listed environment. */
  env: v.optional(v.record(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)), v.string()), {}),
}

/** Absolute: where packages are looked for, and what text runs in; left out: the script's own folder. */
const project = v.optional(v.pipe(v.string(), v.minLength(1)))

/** A script: the default export of a JavaScript or TypeScript module, from a file or from text kept in the store. */
export const scriptDefinitionSchema = v.strictObject({
  kind: v.literal('script'),
  code: v.variant('from', [
    /** An absolute path; read anew at every attempt. */
    v.strictObject({ from: v.literal('file'), path: v.pipe(v.string(), v.minLength(1)), project }),
    /** Text; runs as if it were the file `name` in the project, or the scripts folder, so that imports beside it resolve. */
    v.strictObject({
      from: v.literal('text'),
      name: v.pipe(
        v.string(),
        v.regex(/^[\w.-]+\.(ts|mts|js|mjs)$/, 'a file name that ends in .ts, .mts, .js or .mjs'),
      ),
      text: boundedText(limits.sourceBytes, 'the script'),
      project,
    }),
  ]),
  executor: v.optional(v.picklist(executorChoices), 'process'),
  ...policy,
})

/** A command: an argument list started as it is, or a line given to the shell. */
export const commandDefinitionSchema = v.strictObject({
  kind: v.literal('command'),
  command: v.variant('as', [
    v.strictObject({ as: v.literal('argv'), argv: v.pipe(v.array(v.string()), v.minLength(1)) }),
    v.strictObject({ as: v.literal('shell'), line: v.pipe(v.string(), v.trim(), v.minLength(1)) }),
  ]),
  /** Text written to the command's standard input, which is then closed. */
  stdin: v.optional(v.nullable(boundedText(limits.stdinBytes, 'stdin')), null),
  /** Exit codes that mean success. */
  successCodes: v.optional(
    v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))), v.minLength(1)),
    [0],
  ),
  ...policy,
})

/** An HTTP request. Its answer is the result: status, headers and body. */
export const httpDefinitionSchema = v.strictObject({
  kind: v.literal('http'),
  request: httpRequestSchema,
  /** Statuses that mean success. */
  expect: v.optional(v.pipe(statuses, v.minLength(1)), ['2xx']),
  /** `manual`: the redirection itself is the answer. `error`: it is a failure. */
  redirects: v.optional(v.picklist(['follow', 'manual', 'error']), 'follow'),
  /** Of an answer that is larger than a result may be. */
  oversize: v.optional(v.picklist(['fail', 'cut']), 'fail'),
  executor: v.optional(v.picklist(executors), 'async'),
  ...policy,
})

export const definitionSchema = v.variant('kind', [
  scriptDefinitionSchema,
  commandDefinitionSchema,
  httpDefinitionSchema,
])

/** What to run, and by which rules. Stored once per distinct content; runs keep the one they were submitted with. */
export type Definition = v.InferOutput<typeof definitionSchema>
export type ScriptDefinition = v.InferOutput<typeof scriptDefinitionSchema>
export type CommandDefinition = v.InferOutput<typeof commandDefinitionSchema>
export type HttpDefinition = v.InferOutput<typeof httpDefinitionSchema>

/** What definitions that were stored before a rule existed say of it. */
export const rulesOfOld = {
  semaphores: [],
  concurrency: null,
  conditions: null,
  expectSuccessEveryMs: null,
  totalTimeoutMs: null,
  idleTimeoutMs: null,
  retry: null,
  limits: noResourceLimits,
  secrets: [],
  onInterrupted: 'requeue',
} satisfies Partial<Definition>

/** The executor whose slots a run of this definition takes. Commands are processes, and so is what nothing is known of. */
export const executorOf = (definition: Definition): Executor =>
  definition.kind === 'command' || definition.executor === 'auto' ? 'process' : definition.executor
