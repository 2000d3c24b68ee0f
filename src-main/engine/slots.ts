import { implement } from '@orpc/server'
import * as v from 'valibot'
import type { Executor } from '../../src-preload/definition.ts'
import { slotLimits } from '../../src-preload/limits.ts'
import { slotContract } from '../../src-preload/slots.ts'
import type { ExecutorSlots, Slots } from '../../src-preload/slots.ts'
import { executors } from '../core/executors.ts'
import type { Store } from '../store/store.ts'
import type { Engine } from './engine.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/** Where the number of slots comes from, what counts most last: the machine, what a person has set, the start of the host. */
export type SlotChoice = {
  readonly standard: Record<Executor, number>
  saved: Slots
  atStart: Slots
  /** The life of the host. What is set in it counts more than its start, also when another engine has begun since. */
  readonly life: string | null
  /** The executors whose number was set in this life. */
  readonly setInLife: Set<Executor>
}

const SETTING = 'slots'
const count = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)))
const savedSchema = v.object({
  async: count,
  thread: count,
  process: count,
  setIn: v.optional(v.object({ life: v.string(), executors: v.array(v.picklist(executors)) })),
})

export function loadSlots(
  store: Store,
  standard: Record<Executor, number>,
  atStart: Slots,
  life: string | null,
): SlotChoice {
  const text = store.settings.get.get(SETTING)
  const { setIn, ...slots } = text === undefined ? {} : v.parse(savedSchema, JSON.parse(text))
  const setInLife = new Set(setIn !== undefined && setIn.life === life ? setIn.executors : [])
  const left = executors.filter((executor) => !setInLife.has(executor))
  return {
    standard,
    saved: without(slots),
    atStart: without(Object.fromEntries(left.map((executor) => [executor, atStart[executor]]))),
    life,
    setInLife,
  }
}

export const chosenSlots = ({ standard, saved, atStart }: SlotChoice): Record<Executor, number> => ({
  ...standard,
  ...saved,
  ...atStart,
})

/** Null takes back what was set. Call inside the transaction; the turn's admission goes by it. */
export function setSlots(
  state: EngineState,
  tick: Tick,
  wanted: { [E in Executor]?: number | null | undefined },
): void {
  const { slotChoice: choice } = state
  const changed = executors.filter((executor) => wanted[executor] !== undefined)
  choice.saved = without({ ...choice.saved, ...wanted })
  choice.atStart = without({ ...choice.atStart, ...Object.fromEntries(changed.map((executor) => [executor, null])) })
  for (const executor of changed) choice.setInLife.add(executor)
  const setIn = choice.life === null ? {} : { setIn: { life: choice.life, executors: [...choice.setInLife] } }
  state.store.settings.set.run(SETTING, JSON.stringify({ ...choice.saved, ...setIn }))
  // Whoever looks at the slots has this object.
  Object.assign(state.slots, chosenSlots(choice))
  tick.changes.status = true
}

export const slotRows = ({ slots, inUse, slotChoice: { standard, saved, atStart } }: EngineState): ExecutorSlots[] =>
  executors.map((executor) => ({
    executor,
    inUse: inUse[executor],
    total: slots[executor],
    standard: standard[executor],
    saved: saved[executor] ?? null,
    atStart: atStart[executor] ?? null,
    most: slotLimits[executor],
  }))

/** Answers the calls about slots. */
export function createSlotRouter(engine: Engine) {
  const on = implement(slotContract)
  return on.router({
    slots: {
      list: on.slots.list.handler(() => engine.read(slotRows)),
      set: on.slots.set.handler(async ({ input }) => {
        await engine.command((state, tick) => setSlots(state, tick, input))
        return engine.read(slotRows)
      }),
    },
  })
}

const without = (slots: { [E in Executor]?: number | null | undefined }): Slots =>
  Object.fromEntries(Object.entries(slots).filter(([, number]) => number !== null && number !== undefined))
