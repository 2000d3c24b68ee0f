import { secretsNeed } from '../gates.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'

/** Call after `secrets.unlock`, which may have opened them: then runs that waited for that go on in this turn. */
export function setSecret({ secrets, gatekeeper }: EngineState, tick: Tick, name: string, value: string): void {
  secrets.set(name, value, tick.now)
  gatekeeper.wake(secretsNeed.resource)
  tick.changes.status = true
}
