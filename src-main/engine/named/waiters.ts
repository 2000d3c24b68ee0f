import type { Call } from '../../interpreters/calls.ts'
import type { Asker } from '../objects/script-side.ts'
import type { EngineState } from '../state.ts'
import type { Waiter } from './state.ts'

/** Whoever asked does not wait any more; what was begun in an interpreter goes on. */
export function leaveNamed(state: EngineState, asker: Asker, what: Call): void {
  if (what.on === 'interpreter') forgetWaiter(state, asker)
  else if (what.on === 'interpreter_queue' && 'queue' in what) {
    const channel = state.named.channels.get(what.queue)
    channel?.receiving.leave(asker)
    channel?.sending.leave(asker)
  }
}

function forgetWaiter({ named }: EngineState, { run, attempt, call }: Asker): void {
  const isThat = (waiter: Waiter | null) =>
    waiter !== null && !('settle' in waiter) && waiter.run === run && waiter.attempt === attempt && waiter.call === call
  for (const interpreter of [...named.open.values(), ...named.leaving.values()]) {
    if (isThat(interpreter.creator)) interpreter.creator = null
    for (const work of interpreter.works.values()) if (isThat(work.waiter)) work.waiter = null
    const index = interpreter.closers.findIndex(isThat)
    if (index !== -1) interpreter.closers.splice(index, 1)
  }
}
