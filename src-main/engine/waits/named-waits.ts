import type { Wait } from '../../../src-preload/contract.ts'
import type { CallOn } from '../../interpreters/calls.ts'
import { living, main } from '../named/state.ts'
import type { EngineState } from '../state.ts'

type Part = Wait extends infer One
  ? One extends Wait
    ? Omit<One, 'by' | 'since' | keyof typeof nobody>
    : never
  : never
const nobody = { ahead: null, holders: [], holderCount: 0, expectedAt: null }

/** What one waits for who has asked something of an interpreter, or of a queue between interpreters. */
export function namedWait(
  state: EngineState,
  what: CallOn<'interpreter'> | CallOn<'interpreter_queue'>,
): (Part & typeof nobody)[] {
  if (what.on === 'interpreter') {
    if (!('interpreter' in what) || what.interpreter === main.id) return []
    const interpreter = living(state, what.interpreter)
    if (interpreter === undefined) return []
    return [{ ...nobody, kind: 'interpreter', resource: interpreter.name, interpreter: interpreter.id }]
  }
  const channel = 'queue' in what ? state.named.channels.get(what.queue) : undefined
  if (channel === undefined) return []
  const resource = `${channel.id} between interpreters`
  if (what.do === 'receive') return [{ ...nobody, kind: 'queue_get', resource, isPaused: false }]
  if (what.do !== 'send') return []
  return [{ ...nobody, kind: 'queue_put', resource, size: channel.items.size, maxsize: channel.maxsize }]
}
