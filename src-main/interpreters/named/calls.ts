/** What is asked of the engine about named interpreters and the queues between them: a part of `../calls.ts`. */
import * as v from 'valibot'
import { interpreterLimits, limits } from '../../../src-preload/limits.ts'
import { objectNameSchema } from '../../../src-preload/objects.ts'

const number = v.pipe(v.number(), v.integer(), v.minValue(0))
/** Any text that `values.ts` makes: nobody on the way reads it. */
const values = v.pipe(v.string(), v.maxLength(interpreterLimits.valueUnits))
const code = v.pipe(v.string(), v.maxLength(limits.sourceBytes))

/**
 * What is to be called: the text of a function, or an export of a module. `module` is an absolute path, a URL or the name of
 * a package.
 */
export const callableSchema = v.variant('by', [
  v.strictObject({ by: v.literal('text'), text: code }),
  v.strictObject({
    by: v.literal('export'),
    module: v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)),
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000)),
  }),
])
export type Callable = v.InferOutput<typeof callableSchema>

export const memorySchema = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(interpreterLimits.leastMemoryMb),
  v.maxValue(interpreterLimits.mostMemoryMb),
)

const interpreter = { on: v.literal('interpreter') }
const one = { ...interpreter, interpreter: number }
const channel = { on: v.literal('interpreter_queue') }
const oneChannel = { ...channel, queue: number }

/** Answered in the comment after each. */
export const interpreterCalls = [
  /** `isKept`: it does not end with the run that makes it. */
  v.strictObject({
    ...interpreter,
    do: v.literal('create'),
    name: v.nullable(objectNameSchema),
    memoryMb: memorySchema,
    isKept: v.boolean(),
  }), // InterpreterName, once its process exists
  v.strictObject({ ...interpreter, do: v.literal('list') }), // InterpreterName[], in order of creation, without main
  v.strictObject({ ...interpreter, do: v.literal('find'), which: v.union([number, objectNameSchema]) }), // InterpreterName
  v.strictObject({ ...one, do: v.literal('look') }), // { isRunning }
  v.strictObject({ ...one, do: v.literal('exec'), code }), // waits; Performed
  /** `isBackground`: it runs beside others, and what becomes of it is only written to the log. */
  v.strictObject({
    ...one,
    do: v.literal('call'),
    callable: callableSchema,
    values,
    isBackground: v.boolean(),
  }), // waits; Performed, of one in the background null
  v.strictObject({ ...one, do: v.literal('bind'), values }), // waits; Performed
  v.strictObject({ ...one, do: v.literal('close'), isForced: v.boolean() }), // waits; null, when its process was seen dead

  v.strictObject({ ...channel, do: v.literal('create'), maxsize: number }), // { queue }
  v.strictObject({ ...oneChannel, do: v.literal('look') }), // ChannelLook
  v.strictObject({ ...oneChannel, do: v.literal('send'), values }), // waits while full; null
  v.strictObject({ ...oneChannel, do: v.literal('try_send'), values }), // null or QueueFull
  v.strictObject({ ...oneChannel, do: v.literal('receive') }), // waits while empty; { values }
  v.strictObject({ ...oneChannel, do: v.literal('try_receive') }), // { values } or QueueEmpty
] as const

export type InterpreterName = { interpreter: number; name: string }
export type ChannelLook = { size: number; maxsize: number }

/** What went wrong inside an interpreter, as it says it itself. */
export type RemoteError = {
  /** The name of its class. */
  type: string
  message: string
  /** All of it as the interpreter would print it: with the stack and the causes. */
  display: string
  hint: string | null
}

/**
 * What became of an exec or a call. `refused`: nothing of it ran. `lost`: the process died under it; `why` is a sentence.
 * `shown` and `json` are made for persons only; null too where it is no JSON.
 */
export type Performed =
  | { how: 'returned'; values: string | null; shown: string | null; json: string | null }
  | { how: 'failed'; error: RemoteError }
  | { how: 'refused'; name: 'NotShareableError' | 'TypeError'; message: string }
  | { how: 'lost'; why: string }
