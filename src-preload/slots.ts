/** The part of the contract about how many runs go on at the same time. */
import { oc, type } from '@orpc/contract'
import * as v from 'valibot'
import type { Executor } from './definition.ts'
import { slotLimits } from './limits.ts'

/** Parallel runs per executor; what is left out is as it was. */
export type Slots = Partial<Record<Executor, number>>

/** The slots of one executor. */
export type ExecutorSlots = {
  executor: Executor
  inUse: number
  /** Those that there are now. After they became fewer, more can be in use until runs end. */
  total: number
  /** What this machine has where nothing else was chosen. */
  standard: number
  /** What was set and is kept with the store; null: nothing was. */
  saved: number | null
  /** What `--slots` said at the start of the host, which holds until it is set; null: it said nothing, or it was. */
  atStart: number | null
  most: number
}

const slotsOf = (executor: Executor) =>
  v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(slotLimits[executor]))))

export const slotContract = {
  slots: {
    list: oc.output(type<ExecutorSlots[]>()),
    /** Holds from now on and over restarts; null: what is usual on this machine. Runs that go on are left alone. */
    set: oc
      .input(v.strictObject({ async: slotsOf('async'), thread: slotsOf('thread'), process: slotsOf('process') }))
      .output(type<ExecutorSlots[]>()),
  },
}
