import { createHash } from 'node:crypto'
import type { Definition, Json } from '../../src-preload/contract.ts'
import { executorOf } from '../../src-preload/definition.ts'
import type { Lane, Need } from '../core/admission.ts'
import { conditionsIn } from '../core/conditions.ts'
import type { Condition } from '../core/conditions.ts'
import type { RequeuedRun } from '../store/queries/runs.ts'
import type { KeyHolds } from './key-holds.ts'
import { semaphoreOfGate } from './objects/semaphores.ts'
import type { Semaphores } from './objects/semaphores.ts'
import type { Secrets } from './secrets.ts'
import type { EngineState } from './state.ts'
import type { SurroundingsSeen } from './surroundings.ts'
import type { Tick } from './tick.ts'

/** A key's value is compared by its JSON; what is longer, by the hash of it. */
const LONGEST_VALUE = 100

/** As it stands in `lanes.gate`, in the order of the needs. */
type StoredNeed =
  | ['key', key: string, limit: number]
  | ['semaphore', name: string, amount: number]
  | ['condition', kind: Condition['kind'], idleMs: number | null]
  | ['secrets', name: '', none: null]

type Queued = {
  definition: Definition
  definitionId: number
  jobId: number | null
  isPrivate: boolean
  /** JSON; asked for only when the gate depends on it. */
  input: () => string
}

/** Whether the lane of a run is known from its definition alone, so that the store's `lane_id` is the right one. */
const isGated = ({ semaphores, concurrency, conditions, secrets }: Definition): boolean =>
  semaphores.length > 0 || concurrency !== null || conditions !== null || secrets.length > 0

/** All secrets are opened by one key. */
export const secretsNeed: Need = { kind: 'secrets', resource: 'secrets' }

/**
 * The lane in which a run is queued: its gate is decided now, by its definition and its input. A semaphore it needs that
 * does not exist is made with one permit.
 */
export function laneOf(state: EngineState, tick: Tick, run: Queued): Lane {
  const { definition, jobId, isPrivate } = run
  for (const { name } of definition.semaphores) semaphoreOfGate(state, tick, name)
  return state.lanes.find({ executor: executorOf(definition), jobId, isPrivate, gate: gateOf(run) })
}

/** The lane of a run that has come into the queue from elsewhere. */
export function laneOfRequeued(state: EngineState, tick: Tick, row: RequeuedRun, isPrivate: boolean): Lane {
  const definition = state.definitions.get(row.definition_id)
  if (!isGated(definition)) return state.lanes.get(row.lane_id)
  const input = () => {
    const values = state.store.runs.values.get(row.id)
    if (values === undefined) throw new Error(`run ${row.id} has no input`)
    return values.input
  }
  const { definition_id: definitionId, job_id: jobId } = row
  const lane = laneOf(state, tick, { definition, definitionId, jobId, isPrivate, input })
  state.store.runs.setLane.run(lane.id, row.id)
  return lane
}

/** The needs of a run in one canonical form: the same ones are the same text. '' when it has none. */
function gateOf({ definition, definitionId, jobId, input }: Queued): string {
  if (!isGated(definition)) return ''
  const { semaphores, concurrency, conditions, secrets } = definition
  const needs: StoredNeed[] = semaphores
    .map(({ name, amount }): StoredNeed => ['semaphore', name, amount])
    .sort(([, a], [, b]) => (a < b ? -1 : 1))
  if (concurrency !== null) {
    const scope = jobId === null ? `definition ${definitionId}` : `job ${jobId}`
    const { key, limit } = concurrency
    const value = key === null ? '' : ` ${key}=${bounded(canonical(valueAt(key, JSON.parse(input()) as Json)))}`
    needs.unshift(['key', scope + value, limit])
  }
  if (secrets.length > 0) needs.unshift(['secrets', '', null])
  needs.unshift(...conditionsIn(conditions).map(({ kind, idleMs }): StoredNeed => ['condition', kind, idleMs]))
  return needs.length === 0 ? '' : JSON.stringify(needs)
}

/** `key job 3 input.host="a"` as a person reads it. */
export const keyInWords = (resource: string, job: string | null): string =>
  resource.replace(/^key (job|definition) \d+ ?/, '') || `job ${job ?? ''}`.trim()

export function needsOf(gate: string): Need[] {
  if (gate === '') return []
  return (JSON.parse(gate) as StoredNeed[]).map(([kind, name, number]) => {
    switch (kind) {
      case 'key':
        return { kind, resource: `key ${name}`, limit: number }
      case 'semaphore':
        return { kind, resource: `semaphore ${name}`, name, amount: number }
      case 'secrets':
        return secretsNeed
      case 'condition':
        return { kind, resource: `condition ${name} ${number ?? ''}`, condition: { kind: name, idleMs: number } }
    }
  })
}

/** Where a run stays until it is due: its gate is decided when it is queued. */
export const waitingRoomOf = (
  state: EngineState,
  { definition, jobId }: Pick<Queued, 'definition' | 'jobId'>,
  isPrivate = state.isPrivate,
): Lane => state.lanes.find({ executor: executorOf(definition), jobId, isPrivate, gate: '' })

/** How many runs with a need may be admitted now. One for a semaphore that is made anew at its next use. */
export const roomIn =
  (semaphores: Semaphores, keys: KeyHolds, surroundings: SurroundingsSeen, secrets: Pick<Secrets, 'isLocked'>) =>
  (need: Need): number => {
    if (need.kind === 'condition') return surroundings.isMet(need) ? Infinity : 0
    if (need.kind === 'secrets') return secrets.isLocked ? 0 : Infinity
    if (need.kind === 'key') return need.limit - keys.heldOf(need.resource)
    const semaphore = semaphores.semaphore.get(need.name)
    return semaphore === undefined ? Math.floor(1 / need.amount) : semaphore.roomForRuns(need.amount)
  }

/** What is not there counts as null. */
function valueAt(key: string, input: Json): Json {
  let value: Json = input
  for (const name of key.split('.').slice(1)) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return null
    value = (value as { [name: string]: Json })[name] ?? null
  }
  return value
}

/** The order of an object's members says nothing. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`)
  return `{${members.join(',')}}`
}

const bounded = (text: string): string =>
  text.length <= LONGEST_VALUE ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`
