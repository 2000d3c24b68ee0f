import { Line } from '../../core/line.ts'
import type { CallOn } from '../../interpreters/calls.ts'
import type { Store } from '../../store/store.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { checkRoom } from './room.ts'
import { answer, refuse } from './script-side.ts'
import type { Asker } from './script-side.ts'

type Arrival = Asker & { readonly index: number }

/** A barrier of scripts, as asyncio.Barrier; but each arrival has an index of its own, also after one has left again. */
export type Barrier = {
  readonly name: string
  readonly parties: number
  isBroken: boolean
  readonly waiting: Line<Arrival>
}

/** Those of the last life; nobody waits. */
export function loadBarriers(store: Store): Map<string, Barrier> {
  return new Map(
    store.barriers.all
      .all()
      .map(({ name, parties, is_broken }) => [name, { name, parties, isBroken: is_broken === 1, waiting: new Line() }]),
  )
}

/** Call inside the transaction. */
export function applyToBarrier(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'barrier'>): void {
  const barrier = state.objects.barriers.get(call.name) ?? create(state, tick, call)
  if (barrier === null) {
    const message = `barrier "${call.name}": nobody has said yet how many parties it has`
    refuse(state.live, tick, asker, 'RangeError', message, `Write: barrier('${call.name}', { parties: 3 })`)
    return
  }
  switch (call.do) {
    case 'wait':
      arrive(state, tick, barrier, asker)
      return
    case 'reset':
      breakWaits(state, tick, barrier)
      setBroken(state, tick, barrier, false)
      answer(state.live, tick, asker, null)
      return
    case 'abort':
      setBroken(state, tick, barrier, true)
      breakWaits(state, tick, barrier)
      answer(state.live, tick, asker, null)
      return
    case 'look': {
      const { parties, isBroken, waiting } = barrier
      answer(state.live, tick, asker, { parties, waiting: waiting.size, isBroken })
      return
    }
    default:
      call satisfies never
  }
}

export function withdrawFromBarrier(state: EngineState, asker: Asker, { name }: CallOn<'barrier'>): void {
  state.objects.barriers.get(name)?.waiting.leave(asker)
}

function arrive(state: EngineState, tick: Tick, barrier: Barrier, asker: Asker): void {
  if (barrier.isBroken) {
    refuseBroken(state, tick, barrier, asker)
    return
  }
  barrier.waiting.join({ ...asker, index: lowestFree(barrier) })
  if (barrier.waiting.size < barrier.parties) return
  for (const arrival of barrier.waiting.takeAll()) answer(state.live, tick, arrival, arrival.index)
}

function lowestFree({ waiting }: Barrier): number {
  const used = new Set([...waiting].map(({ index }) => index))
  let index = 0
  while (used.has(index)) index += 1
  return index
}

function breakWaits(state: EngineState, tick: Tick, barrier: Barrier): void {
  for (const arrival of barrier.waiting.takeAll()) refuseBroken(state, tick, barrier, arrival)
}

function refuseBroken(state: EngineState, tick: Tick, { name }: Barrier, asker: Asker): void {
  refuse(state.live, tick, asker, 'BrokenBarrierError', `barrier "${name}" is broken`)
}

function setBroken(state: EngineState, tick: Tick, barrier: Barrier, isBroken: boolean): void {
  if (barrier.isBroken === isBroken) return
  state.store.barriers.setBroken.run(isBroken ? 1 : 0, barrier.name)
  barrier.isBroken = isBroken
  tick.changes.status = true
}

function create(state: EngineState, tick: Tick, { name, spec }: CallOn<'barrier'>): Barrier | null {
  if (spec === null) return null
  checkRoom(state.objects, 'barrier')
  const barrier: Barrier = { name, parties: spec.parties, isBroken: false, waiting: new Line() }
  state.store.barriers.insert.run(name, spec.parties, tick.now)
  state.objects.barriers.set(name, barrier)
  tick.changes.status = true
  return barrier
}
