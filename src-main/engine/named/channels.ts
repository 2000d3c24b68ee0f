/** Queues between interpreters: in memory, first in first out, each item a copy. Call everything inside the transaction. */
import { interpreterLimits } from '../../../src-preload/limits.ts'
import { problem } from '../../../src-preload/problem.ts'
import { Line } from '../../core/line.ts'
import type { CallOn } from '../../interpreters/calls.ts'
import type { ChannelLook } from '../../interpreters/named/calls.ts'
import { interpreterOfParty } from '../../interpreters/named/party.ts'
import type { Asker } from '../objects/script-side.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { tell } from './answers.ts'
import { ownerOf } from './interpreters.ts'
import type { Channel } from './state.ts'

export function applyToChannel(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'interpreter_queue'>): void {
  const answer = (value: unknown) => tell(state, tick, asker, { ok: true, value })
  if (call.do === 'create') {
    answer({ queue: create(state, asker, call.maxsize) })
    return
  }
  const channel = state.named.channels.get(call.queue)
  if (channel === undefined) throw problem('INTERPRETER_QUEUE_NOT_FOUND', { id: call.queue })
  switch (call.do) {
    case 'look':
      answer({ size: channel.items.size, maxsize: channel.maxsize } satisfies ChannelLook)
      return
    case 'send':
    case 'try_send':
      refuseTooMuch(state, call.values)
      if (hasRoom(channel) && channel.sending.size === 0) {
        store(state, channel, call.values)
        answer(null)
      } else if (call.do === 'send') channel.sending.join({ ...asker, values: call.values })
      else refuse('QueueFull', `the queue ${channel.id} is full: it holds ${channel.items.size} items`)
      break
    case 'receive':
    case 'try_receive':
      if (channel.items.size > 0 && channel.receiving.size === 0) answer({ values: take(state, channel) })
      else if (call.do === 'receive') channel.receiving.join(asker)
      else refuse('QueueEmpty', `the queue ${channel.id} has no item`)
      break
    default:
      call satisfies never
  }
  settle(state, tick, channel)

  function refuse(name: string, message: string): void {
    tell(state, tick, asker, { ok: false, error: { name, message } })
  }
}

/** Those that end with a run's attempt, or with an interpreter that has no owner. Who waits at them is told. */
export function endChannels(state: EngineState, tick: Tick, owner: { run: number } | { interpreter: number }): void {
  for (const channel of state.named.channels.values()) {
    const isOwned =
      'run' in owner
        ? channel.owner?.run === owner.run
        : channel.owner === null && channel.interpreter === owner.interpreter
    if (!isOwned) continue
    state.named.channels.delete(channel.id)
    for (const values of channel.items.values()) state.named.queuedUnits -= values.length
    const { message, hint } = problem('INTERPRETER_QUEUE_NOT_FOUND', { id: channel.id })
    for (const waiting of [...channel.receiving.takeAll(), ...channel.sending.takeAll()])
      tell(state, tick, waiting, { ok: false, error: { name: 'QueueNotFoundError', message, hint } })
  }
}

function create(state: EngineState, asker: Asker, maxsize: number): number {
  const { channels } = state.named
  if (channels.size >= interpreterLimits.queues)
    throw problem('TOO_MANY_OBJECTS', { kind: 'queue between interpreter', limit: interpreterLimits.queues })
  const id = state.counters.add('last_interpreter_queue', 1)
  channels.set(id, {
    id,
    maxsize,
    owner: ownerOf(state, asker),
    interpreter: asker.run < 0 ? interpreterOfParty(asker.run) : null,
    items: new Map(),
    receiving: new Line(),
    sending: new Line(),
  })
  return id
}

/** Items to those who wait for one, and room to those who wait to send. */
function settle(state: EngineState, tick: Tick, channel: Channel): void {
  for (;;) {
    const receiver = channel.items.size > 0 ? channel.receiving.takeFirst() : undefined
    if (receiver !== undefined) {
      tell(state, tick, receiver, { ok: true, value: { values: take(state, channel) } })
      continue
    }
    const sender = hasRoom(channel) ? channel.sending.takeFirst() : undefined
    if (sender === undefined) return
    store(state, channel, sender.values)
    tell(state, tick, sender, { ok: true, value: null })
  }
}

const hasRoom = ({ maxsize, items }: Channel): boolean => maxsize === 0 || items.size < maxsize

function refuseTooMuch({ named }: EngineState, values: string): void {
  if (named.queuedUnits + values.length <= interpreterLimits.queuedUnits) return
  const details = `the queues between interpreters hold ${named.queuedUnits} bytes, and at most ${interpreterLimits.queuedUnits}`
  throw problem('BAD_INPUT', { details })
}

function store(state: EngineState, channel: Channel, values: string): void {
  state.named.lastItem += 1
  channel.items.set(state.named.lastItem, values)
  state.named.queuedUnits += values.length
}

function take(state: EngineState, channel: Channel): string {
  const [first] = channel.items
  if (first === undefined) throw new Error(`the queue ${channel.id} has no item`)
  const [item, values] = first
  channel.items.delete(item)
  state.named.queuedUnits -= values.length
  return values
}
