import { limits } from '../../../src-preload/definition.ts'
import { objectLimits } from '../../../src-preload/objects.ts'
import { problem } from '../../../src-preload/problem.ts'
import { Line } from '../../core/line.ts'
import type { CallError, CallOn, RunEnded } from '../../interpreters/calls.ts'
import { cancelUnfinished } from '../commands/cancel.ts'
import { orderOfDefinition, orderOfJob, refuseWhenDraining, store } from '../commands/submit.ts'
import type { Order } from '../commands/submit.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Tick } from '../tick.ts'
import { checkChild, definitionOfFile, overridden } from './child-definition.ts'
import { checkGroup } from './groups.ts'
import { depthInWords, faultOfJson } from './json-text.ts'
import { answer, refuse } from './script-side.ts'
import type { Asker } from './script-side.ts'

type Spawn = Extract<CallOn<'run'>, { do: 'spawn' }>

/** Runs that scripts spawn, wait for and cancel. Call inside the transaction. */
export function applyToRun(state: EngineState, tick: Tick, asker: Asker, call: CallOn<'run'>): void {
  switch (call.do) {
    case 'spawn':
      spawn(state, tick, asker, call)
      return
    case 'watch':
      watch(state, tick, asker, call.run)
      return
    case 'cancel': {
      const by = { cause: 'run', run: asker.run } as const
      answer(state.live, tick, asker, cancelUnfinished(state, tick, call.run, call.message, by))
      return
    }
    default:
      call satisfies never
  }
}

export function withdrawFromRun(state: EngineState, asker: Asker, call: CallOn<'run'>): void {
  if (call.do !== 'watch') return
  const watching = state.objects.watches.get(call.run)
  watching?.leave(asker)
  if (watching?.size === 0) state.objects.watches.delete(call.run)
}

function spawn(state: EngineState, tick: Tick, asker: Asker, call: Spawn): void {
  const parent = state.live.get(asker.run)
  if (parent === undefined) throw new Error(`run ${asker.run} spawns but is not live`)
  const id = store(state, tick, orderOfChild(state, tick, parent, call), [call.input])
  const { childCounts } = state.objects
  childCounts.set(parent.id, (childCounts.get(parent.id) ?? 0) + 1)
  tick.changes.runs.add(parent.id)
  answer(state.live, tick, asker, { run: id })
}

/** Everything is checked here, before the first write. */
function orderOfChild(state: EngineState, tick: Tick, parent: LiveRun, call: Spawn): Order {
  refuseWhenDraining(state)
  checkInput(call.input)
  if (call.group !== null) checkGroup(state, call.group, parent.id)
  checkFamily(state, parent.id)
  const order = orderOf(state, tick, parent, call)
  return {
    ...order,
    name: call.name ?? order.name,
    origin: 'child',
    slot: null,
    parentage: { run: parent.id, attempt: parent.state.attempt, onEnd: call.onParentEnd, group: call.group },
  }
}

function orderOf(state: EngineState, tick: Tick, parent: LiveRun, call: Spawn): Order {
  const { what } = call
  const { priority, delayMs, at, retries } = call
  const retry = retries === null ? undefined : { maxAttempts: retries + 1 }
  const when = { priority: priority ?? parent.priority, delayMs, at, retry }
  if (what.what === 'job') {
    const order = orderOfJob(state, tick, what.job, when)
    const definition = overridden(order.definition, call)
    if (definition === order.definition) return order
    checkChild(definition)
    return { ...order, definition, definitionId: state.definitions.idOf(definition) }
  }
  const given = what.what === 'file' ? definitionOfFile(state, parent.definition, what.path) : what.definition
  const definition = overridden(given, call)
  checkChild(definition)
  return orderOfDefinition(state, tick, definition, undefined, when)
}

function checkFamily(state: EngineState, parent: number): void {
  const { ancestors, children } = objectLimits
  const depth = state.store.children.depth.get(parent, ancestors + 1) ?? 1
  if (depth > ancestors) throw problem('FAMILY_TOO_DEEP', { limit: ancestors })
  const unfinished = state.objects.childCounts.get(parent) ?? 0
  if (unfinished >= children) throw problem('TOO_MANY_CHILDREN', { run: parent, limit: children })
}

function checkInput(input: string): void {
  const fault = faultOfJson(input, limits.inputBytes)
  if (fault === 'larger') throw problem('TOO_LARGE', { what: 'The input', limitBytes: limits.inputBytes })
  if (fault === 'deeper') throw problem('BAD_INPUT', { details: `the input is ${depthInWords}` })
  if (fault !== null) throw problem('BAD_INPUT', { details: 'the input is not JSON' })
}

function watch(state: EngineState, tick: Tick, asker: Asker, id: number): void {
  if (id === asker.run) {
    refuse(state.live, tick, asker, 'RuntimeError', `run ${id} cannot wait for its own end`)
    return
  }
  const run = state.store.runs.get.get(id)
  if (run === undefined) {
    const { message, hint } = problem('RUN_NOT_FOUND', { id })
    refuse(state.live, tick, asker, 'RuntimeError', message, hint)
    return
  }
  if (run.outcome !== null) {
    const ended: RunEnded = {
      outcome: run.outcome,
      result: state.store.runs.values.get(id)?.result ?? null,
      error: run.error === null ? null : (JSON.parse(run.error) as CallError),
    }
    answer(state.live, tick, asker, ended)
    return
  }
  const { watches } = state.objects
  const watching = watches.get(id) ?? new Line<Asker>()
  watches.set(id, watching)
  watching.join(asker)
}
