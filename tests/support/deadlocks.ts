import type { Json } from '../../src-preload/contract.ts'
import { deadlocksOf } from '../../src-main/engine/waits/deadlock-views.ts'
import type { Call } from '../../src-main/interpreters/calls.ts'
import type { openFamily } from './family.ts'

export type World = Awaited<ReturnType<typeof openFamily>>

export const lock = (name: string): Call => ({ on: 'lock', name, do: 'acquire' })
export const unlock = (name: string): Call => ({ on: 'lock', name, do: 'release', permit: null })

export const deadlocks = (world: World) => world.engine.read((state) => deadlocksOf(state, 100))
/** The runs of each deadlock that stands. */
export const inDeadlock = (world: World) => deadlocks(world).map(({ members }) => members.map(({ run }) => run))
/** What the history of a run says of deadlocks. */
export const eventsOf = (world: World, run: number): [string, Json][] =>
  world.detail(run).events.flatMap(({ type, data }) => (type.startsWith('deadlock') ? [[type, data] as const] : []))
