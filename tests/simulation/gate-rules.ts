import { isBefore } from '../../src-main/core/admission.ts'
import type { Lane, Need } from '../../src-main/core/admission.ts'
import { roomIn } from '../../src-main/engine/gates.ts'
import { findSemaphore } from '../../src-main/engine/objects/semaphores.ts'
import type { EngineState } from '../../src-main/engine/state.ts'
import type { Tick } from '../../src-main/engine/tick.ts'

const permitsOf = { s: 3, t: 1 }

/** What the simulated jobs need before they start. */
export const gates = {
  one: [{ name: 's' }],
  several: [{ name: 't' }, { name: 's', amount: 2 }],
  perHost: { key: 'input.host', limit: 2 },
}

export function makeSemaphores(state: EngineState, tick: Tick): void {
  for (const [name, permits] of Object.entries(permitsOf))
    findSemaphore(state, tick, 'semaphore', name, { permits, bounded: false, perMs: null })
}

/** No more is held than there is, by live runs only; and no lane waits for what has room for it. */
export const gateViolations = (state: EngineState): string[] => [...miscounts(state), ...forgottenLanes(state)]

function* miscounts(state: EngineState): Generator<string> {
  const live = [...state.live.values()]
  for (const [name, permits] of Object.entries(permitsOf)) {
    const needed = live.flatMap(({ definition }) => definition.semaphores.filter((each) => each.name === name))
    const held = needed.reduce((sum, { amount }) => sum + amount, 0)
    const counted = state.objects.semaphores.semaphore.get(name)?.inUse ?? 0
    if (held > permits) yield `${held} of ${permits} permits of ${name} are held`
    if (counted !== held) yield `${name} counts ${counted}, not ${held}`
  }
  const keys = live.flatMap(({ key }) => (key === null ? [] : [key]))
  for (const key of new Set(keys)) {
    const held = keys.filter((each) => each === key).length
    if (held > gates.perHost.limit) yield `${held} runs of ${key} go on at a time`
    if (held !== state.keys.heldOf(key)) yield `the runs of ${key} are miscounted`
  }
}

function* forgottenLanes(state: EngineState): Generator<string> {
  const roomFor = roomIn(state.objects.semaphores, state.keys)
  const lanes = [...state.lanes.nonEmpty('async'), ...state.lanes.nonEmpty('process')]
  for (const lane of lanes) {
    if (lane.isPaused || state.inUse[lane.executor] >= state.slots[lane.executor]) continue
    const isObstructed = lane.needs.some((need) => roomFor(need) < 1)
    const isBehind = lanes.some((other) => isAhead(other, lane, roomFor))
    if (!isObstructed && !isBehind) yield `lane ${lane.id} waits although there is room for it`
  }
}

/** Whether `other` comes before `lane` where both stand, and has too little there. */
function isAhead(other: Lane, lane: Lane, roomFor: (need: Need) => number): boolean {
  if (other.heldUpAt === null || other.heldUpAt.resource !== lane.heldUpAt?.resource) return false
  if (other.head === null || other.head === 'unknown' || lane.head === null || lane.head === 'unknown') return false
  return roomFor(other.heldUpAt) < 1 && isBefore(other.head, lane.head)
}
