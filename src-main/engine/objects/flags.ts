import { Line } from '../../core/line.ts'
import type { CallOn } from '../../interpreters/calls.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { checkRoom } from './room.ts'
import { answer } from './script-side.ts'
import type { Asker } from './script-side.ts'

/** An event of scripts, as asyncio.Event: once set, every wait passes until it is cleared. */
export type Flag = { readonly name: string; isSet: boolean; readonly waiting: Line<Asker> }

/** Call inside the transaction. */
export function applyToFlag(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'event'>): void {
  const flag = find(state, tick, call.name)
  switch (call.do) {
    case 'wait':
      if (flag.isSet) answer(state.live, tick, asker, true)
      else flag.waiting.join(asker)
      return
    case 'set':
      store(state, tick, flag, true)
      for (const waiter of flag.waiting.takeAll()) answer(state.live, tick, waiter, true)
      answer(state.live, tick, asker, null)
      return
    case 'clear':
      store(state, tick, flag, false)
      answer(state.live, tick, asker, null)
      return
    case 'look':
      answer(state.live, tick, asker, { isSet: flag.isSet, waiting: flag.waiting.size })
      return
    default:
      call satisfies never
  }
}

export function withdrawFromFlag(state: EngineState, asker: Asker, { name }: CallOn<'event'>): void {
  state.objects.flags.get(name)?.waiting.leave(asker)
}

/** Those of the last life, nobody waiting. */
export function loadFlags(store: EngineState['store']): Map<string, Flag> {
  return new Map(
    store.flags.all.all().map(({ name, is_set }) => [name, { name, isSet: is_set === 1, waiting: new Line() }]),
  )
}

function find(state: EngineState, tick: Tick, name: string): Flag {
  const known = state.objects.flags.get(name)
  if (known !== undefined) return known
  checkRoom(state.objects, 'event')
  const flag: Flag = { name, isSet: false, waiting: new Line() }
  state.store.flags.insert.run(name, tick.now)
  state.objects.flags.set(name, flag)
  tick.changes.status = true
  return flag
}

function store(state: EngineState, tick: Tick, flag: Flag, isSet: boolean): void {
  if (flag.isSet === isSet) return
  state.store.flags.set.run(isSet ? 1 : 0, flag.name)
  flag.isSet = isSet
  tick.changes.status = true
}
