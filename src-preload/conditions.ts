import * as v from 'valibot'
import { limits } from './limits.ts'

/** What the machine must be like for a run to start. Checked again before each attempt, and not while one runs. */
export const conditionsSchema = v.strictObject({
  /** Not on battery. */
  acPower: v.optional(v.boolean(), false),
  /** Nobody has used keyboard or mouse for so long; null: no matter. */
  idleMs: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(60_000), v.maxValue(86_400_000))), null),
  network: v.optional(v.picklist(['any', 'up', 'unmetered']), 'any'),
  /** So long a run waits for them in the queue; then it is skipped. 0: at once. Null: no limit. */
  waitMs: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.spanMs))), null),
})
export type Conditions = v.InferOutput<typeof conditionsSchema>

/** One of them, as a run waits for it. */
export const conditionKinds = ['ac_power', 'idle', 'network', 'unmetered'] as const
export type ConditionKind = (typeof conditionKinds)[number]

/** "AC power", "the machine to be idle for 10 min": what follows on "waits for". */
export function conditionInWords(kind: ConditionKind, idleMs: number | null): string {
  switch (kind) {
    case 'ac_power':
      return 'AC power'
    case 'idle':
      return `the machine to be idle for ${Math.round((idleMs ?? 0) / 60_000)} min`
    case 'network':
      return 'the network'
    case 'unmetered':
      return 'an unmetered network'
  }
}
