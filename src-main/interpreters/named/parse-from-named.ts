import * as v from 'valibot'
import { interpreterLimits } from '../../../src-preload/limits.ts'
import { logLevels } from '../../../src-preload/log-levels.ts'
import { scriptReportSchema } from '../calls.ts'
import { sampleSchema } from '../telemetry/sample-schema.ts'
import { partyOf } from './party.ts'
import type { FromNamed } from './protocol.ts'

const bounded = (most: number) => v.pipe(v.string(), v.maxLength(most))
const task = v.pipe(v.number(), v.integer(), v.minValue(1))
const values = bounded(interpreterLimits.valueUnits)
const text = bounded(interpreterLimits.shownUnits)

const ownReportSchema = v.variant('type', [
  v.strictObject({
    type: v.literal('performed'),
    task,
    performed: v.variant('how', [
      v.strictObject({
        how: v.literal('returned'),
        values: v.nullable(values),
        shown: v.nullable(text),
        json: v.nullable(text),
      }),
      v.strictObject({
        how: v.literal('failed'),
        error: v.strictObject({ type: text, message: text, display: text, hint: v.nullable(text) }),
      }),
      v.strictObject({
        how: v.literal('refused'),
        name: v.picklist(['NotShareableError', 'TypeError']),
        message: text,
      }),
    ]),
  }),
  v.strictObject({
    type: v.literal('output'),
    task: v.nullable(task),
    lines: v.array(v.strictTuple([v.number(), v.picklist(logLevels), v.string()])),
  }),
  v.strictObject({ type: v.literal('dying'), why: text }),
  v.strictObject({ type: v.literal('sample'), sample: sampleSchema }),
])

/** The messages of one frame of the interpreter of that number, or null: user code can write to the descriptor, too. */
export function parseFromNamed(interpreter: number, payload: Buffer): FromNamed[] | null {
  let messages: unknown
  try {
    messages = JSON.parse(payload.toString())
  } catch {
    return null
  }
  const isOne = (message: unknown): message is FromNamed =>
    v.is(ownReportSchema, message) ||
    (v.is(scriptReportSchema, message) && message.run === partyOf(interpreter) && message.attempt === 0)
  return Array.isArray(messages) && messages.every(isOne) ? messages : null
}
