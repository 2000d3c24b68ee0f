import { openCall } from './open-call.ts'
import type { Ask } from './open-call.ts'
import { setCanceller } from './tasks/scope.ts'
import type { GiveUp } from './tasks/scope.ts'

/** Asks the engine and resolves with its answer. */
export function ask(what: Ask): Promise<unknown> {
  let giveUp: GiveUp = () => false
  const promise = new Promise((resolve, reject) => ({ giveUp } = openCall(what, { resolve, reject })))
  setCanceller(promise, giveUp)
  return promise
}
