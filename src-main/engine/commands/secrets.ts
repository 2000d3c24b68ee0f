import { secretsNeed } from '../gates.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** Call after `secrets.unlock`, which may have opened them: then runs that waited for that go on in this turn. */
export function setSecret(state: EngineState, tick: Tick, name: string, value: string): void {
  state.secrets.set(name, value, tick.now)
  goOnWithSecrets(state, tick)
}

/** One that was given up was perhaps the last that had to be set anew. */
export function removeSecret(state: EngineState, tick: Tick, name: string): void {
  state.secrets.remove(name)
  goOnWithSecrets(state, tick)
}

/** Gives up those whose key is lost, so that they can be set anew. What needs them goes on waiting. */
export function resetSecrets(state: EngineState, tick: Tick, key: Uint8Array): void {
  state.secrets.giveUp(key)
  tick.changes.status = true
}

/** They are open: runs that waited for that go on in this turn. */
export function goOnWithSecrets({ gatekeeper }: Pick<EngineState, 'gatekeeper'>, tick: Tick): void {
  gatekeeper.wake(secretsNeed.resource)
  tick.changes.status = true
}
