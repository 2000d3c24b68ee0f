import type {
  BarrierDetail,
  BarrierRow,
  ConditionRow,
  EventDetail,
  EventRow,
  Page,
} from '../../../src-preload/object-contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { EngineState } from '../state.ts'
import type { Barrier } from './barriers.ts'
import type { Flag } from './flags.ts'
import { pageOf } from './page.ts'
import { firstOf, partyOf } from './parties.ts'

export function eventPage(state: EngineState, after: string, limit: number): Page<EventRow> {
  const names = state.store.flags.names.all(after, limit + 1)
  return pageOf(names, limit, state.objects.flags.size, (name) => eventRow(flagNamed(state, name)))
}

export function eventDetail(state: EngineState, name: string, limit: number): EventDetail {
  const flag = flagNamed(state, name)
  return {
    ...eventRow(flag),
    createdAt: state.store.flags.createdAt.get(name) ?? 0,
    waiters: firstOf(flag.waiting, limit).map((asker) => partyOf(state, asker)),
  }
}

export function barrierPage(state: EngineState, after: string, limit: number): Page<BarrierRow> {
  const names = state.store.barriers.names.all(after, limit + 1)
  return pageOf(names, limit, state.objects.barriers.size, (name) => barrierRow(barrierNamed(state, name)))
}

export function barrierDetail(state: EngineState, name: string, limit: number): BarrierDetail {
  const barrier = barrierNamed(state, name)
  return {
    ...barrierRow(barrier),
    createdAt: state.store.barriers.createdAt.get(name) ?? 0,
    waiters: firstOf(barrier.waiting, limit).map((arrival) => partyOf(state, arrival)),
  }
}

/** How many of those who wait at a condition a list says. */
const SHOWN_AT_CONDITION = 20

/** Conditions are few, and in memory only. */
export function conditionPage(state: EngineState, after: string, limit: number): Page<ConditionRow> {
  const all = [...state.objects.conditions.values()]
  const found = all.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1))
  const rows = found.slice(0, limit).map(({ name, lock, waiting }) => ({
    name,
    lock,
    waiting: waiting.size,
    waiters: firstOf(waiting, SHOWN_AT_CONDITION).map((asker) => partyOf(state, asker)),
  }))
  return { rows, more: found.length > limit, total: all.length }
}

const eventRow = ({ name, isSet, waiting }: Flag): EventRow => ({ name, isSet, waiting: waiting.size })

const barrierRow = ({ name, parties, waiting, isBroken }: Barrier): BarrierRow => ({
  name,
  parties,
  waiting: waiting.size,
  isBroken,
})

function flagNamed({ objects }: EngineState, name: string): Flag {
  const flag = objects.flags.get(name)
  if (flag === undefined) throw problem('EVENT_NOT_FOUND', { name })
  return flag
}

function barrierNamed({ objects }: EngineState, name: string): Barrier {
  const barrier = objects.barriers.get(name)
  if (barrier === undefined) throw problem('BARRIER_NOT_FOUND', { name })
  return barrier
}
