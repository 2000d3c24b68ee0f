import { isBefore } from '../../src-main/core/admission.ts'
import type { Lane, Need } from '../../src-main/core/admission.ts'
import { executors } from '../../src-main/core/executors.ts'
import { roomIn } from '../../src-main/engine/gates.ts'
import type { EngineState } from '../../src-main/engine/state.ts'

/** Lanes that could start a run, and which nobody before them keeps from it: there must be none after a turn. */
export function forgottenLanes(state: EngineState): Lane[] {
  const roomFor = roomIn(state.objects.semaphores, state.keys, state.surroundings, state.secrets)
  const lanes = executors.flatMap((executor) => [...state.lanes.nonEmpty(executor)])
  return lanes.filter((lane) => {
    if (lane.isPaused || state.inUse[lane.executor] >= state.slots[lane.executor]) return false
    const isObstructed = lane.needs.some((need) => roomFor(need) < 1)
    return !isObstructed && !lanes.some((other) => isAhead(other, lane, roomFor))
  })
}

/** Whether `other` comes before `lane` where both stand, and has too little there. */
function isAhead(other: Lane, lane: Lane, roomFor: (need: Need) => number): boolean {
  if (other.heldUpAt === null || other.heldUpAt.resource !== lane.heldUpAt?.resource) return false
  if (other.head === null || other.head === 'unknown' || lane.head === null || lane.head === 'unknown') return false
  return roomFor(other.heldUpAt) < 1 && isBefore(other.head, lane.head)
}
