import { findSemaphore } from '../../src-main/engine/objects/semaphores.ts'
import type { EngineState } from '../../src-main/engine/state.ts'
import type { Tick } from '../../src-main/engine/tick.ts'
import { forgottenLanes } from '../support/forgotten-lanes.ts'

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
export const gateViolations = (state: EngineState): string[] => [
  ...miscounts(state),
  ...forgottenLanes(state).map(({ id }) => `lane ${id} waits although there is room for it`),
]

function* miscounts(state: EngineState): Generator<string> {
  const live = [...state.live.values()]
  for (const [name, permits] of Object.entries(permitsOf)) {
    const needed = live.flatMap(({ definition }) => definition.semaphores.filter((each) => each.name === name))
    const held = needed.reduce((sum, { amount }) => sum + amount, 0)
    const semaphore = state.objects.semaphores.semaphore.get(name)
    const counted = semaphore === undefined ? 0 : semaphore.settings.permits + semaphore.settings.extra - semaphore.free
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
