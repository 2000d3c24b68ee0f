import { findKnots } from '../../core/wait-graph.ts'
import type { Knot } from '../../core/wait-graph.ts'
import type { DeadlockLink } from '../../../src-preload/contract.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { cycleInWords, cycleOf } from './cycle.ts'
import { buildWaitGraph, isWaiting } from './graph.ts'
import type { WaitGraph } from './graph.ts'
import { suggestVictim } from './victim.ts'
import type { Victim } from './victim.ts'

export type Member = {
  readonly run: number
  /** Null: the run is queued. */
  readonly task: number | null
  /** Epoch ms of the latest of its waits. */
  readonly since: number
  /** Tells these waits from earlier or later ones of the same task. */
  readonly mark: string
}

/** A deadlock that stands. */
export type StandingDeadlock = {
  readonly id: number
  readonly since: number
  readonly foundAt: number
  members: readonly Member[]
  cycle: readonly DeadlockLink[]
  summary: string
  victim: Victim
  /** The keys of what its members wait for. */
  resources: ReadonlySet<string>
}

export type Deadlocks = {
  readonly standing: Map<number, StandingDeadlock>
  /** Which one a run is in. */
  readonly ofRun: Map<number, number>
  isLookPlanned: boolean
  /** In monotonic ms: no look before. */
  nextLookAt: number
}

export const noDeadlocks = (): Deadlocks => ({
  standing: new Map(),
  ofRun: new Map(),
  isLookPlanned: false,
  nextLookAt: 0,
})

/** Most waits are over before this, and cost no look; calls are not young any more. */
const SETTLE_MS = 300
const LOOK_EVERY_MS = 300
/** However many wait: looking takes at most a twentieth of the time. */
const REST_PER_LOOK = 19
/** Runs that one event names. */
const RUNS_TOLD = 20

/** Call when a turn has changed something: who waits may now wait for ever, and who did may go on. */
export function planLook({ deadlocks, live, timers }: EngineState, tick: Tick): void {
  if (deadlocks.isLookPlanned) return
  if (deadlocks.standing.size === 0 && !live.values().some(isWaiting)) return
  deadlocks.isLookPlanned = true
  timers.set('deadlocks', Math.max(tick.mono + SETTLE_MS, deadlocks.nextLookAt))
}

/** Call after each look: what it took, and whether it has to be taken again although nothing has changed. */
export function lookTaken(state: EngineState, tick: Tick, tookMs: number, isAgain: boolean): void {
  state.deadlocks.isLookPlanned = false
  state.deadlocks.nextLookAt = tick.mono + Math.max(LOOK_EVERY_MS, tookMs * REST_PER_LOOK)
  if (isAgain) planLook(state, tick)
}

/**
 * Records the deadlocks that have formed and those that are gone, each once, as events of their runs. Nothing is done about
 * them: which run is worth less than the others is for a person to say. True when some waits were too young to be judged.
 */
export function lookForDeadlocks(state: EngineState, tick: Tick): boolean {
  const graph = buildWaitGraph(state, tick.now)
  // All of them: one that is left out would be said to be gone.
  const knots = findKnots(graph.nodes, graph.resources, graph.nodes.length)
  const { standing, ofRun } = state.deadlocks
  const gone = new Map(standing)
  const byMark = new Map(standing.values().flatMap((each) => each.members.map(({ mark }) => [mark, each.id] as const)))
  for (const knot of knots) {
    const members = membersOf(graph, knot)
    // It is the same one as long as one of its waits goes on.
    const known = members.flatMap(({ mark }) => gone.get(byMark.get(mark) ?? 0) ?? [])[0]
    if (known === undefined) form(state, tick, graph, knot, members)
    else {
      gone.delete(known.id)
      reshape(state, tick, graph, knot, known, members)
    }
  }
  for (const deadlock of gone.values()) {
    standing.delete(deadlock.id)
    tellRuns(tick, deadlock.members, 'deadlock_resolved', { deadlock: deadlock.id })
  }
  ofRun.clear()
  for (const { id, members } of standing.values()) for (const { run } of members) ofRun.set(run, id)
  return graph.hasYoung
}

function form(state: EngineState, tick: Tick, graph: WaitGraph, knot: Knot, members: Member[]): void {
  const id = state.counters.add('last_deadlock', 1)
  const since = members.reduce((latest, member) => Math.max(latest, member.since), 0)
  const deadlock: StandingDeadlock = { id, since, foundAt: tick.now, members, ...shapeOf(state, graph, knot) }
  state.deadlocks.standing.set(id, deadlock)
  tell(tick, deadlock, members)
}

/** Others may have come in, and some have got out. */
function reshape(
  state: EngineState,
  tick: Tick,
  graph: WaitGraph,
  knot: Knot,
  known: StandingDeadlock,
  members: Member[],
): void {
  const marks = new Set(known.members.map(({ mark }) => mark))
  if (members.length === marks.size && members.every(({ mark }) => marks.has(mark))) return
  const before = known.members
  Object.assign(known, { members, ...shapeOf(state, graph, knot) })
  tell(tick, known, withoutRunsOf(before, members))
  tellRuns(tick, withoutRunsOf(members, before), 'deadlock_resolved', { deadlock: known.id })
}

/** Those of `members` whose runs are none of `others`. */
function withoutRunsOf(others: readonly Member[], members: readonly Member[]): Member[] {
  const runs = new Set(others.map(({ run }) => run))
  return members.filter(({ run }) => !runs.has(run))
}

function shapeOf(
  state: EngineState,
  graph: WaitGraph,
  knot: Knot,
): Pick<StandingDeadlock, 'cycle' | 'summary' | 'victim' | 'resources'> {
  const cycle = cycleOf(graph, knot)
  const inKnot = new Set(knot.nodes)
  const needs = graph.nodes.filter(({ id }) => inKnot.has(id)).flatMap(({ ways }) => ways.flat())
  return {
    cycle,
    summary: cycleInWords(state, cycle),
    victim: suggestVictim(state, graph, knot.nodes),
    resources: new Set(needs.flatMap((need) => (need.for === 'permits' ? [need.of] : []))),
  }
}

/** The ends of live runs are no members beside their tasks. */
function membersOf(graph: WaitGraph, { nodes }: Knot): Member[] {
  const parties = nodes.flatMap((id) => graph.parties.get(id) ?? [])
  return parties
    .filter(({ attempt, task }) => attempt === null || task !== null)
    .map(({ run, attempt, task, since, calls }) => ({
      run,
      task,
      since: calls.reduce((latest, { asker }) => Math.max(latest, asker.since), since),
      mark: [run, attempt ?? since, task, ...calls.map(({ asker }) => asker.call)].join('.'),
    }))
}

function tell(tick: Tick, { id, members, summary, victim }: StandingDeadlock, news: readonly Member[]): void {
  const runs = [...new Set(members.map(({ run }) => run))]
  tellRuns(tick, news, 'deadlock', {
    deadlock: id,
    cycle: summary,
    runs: runs.slice(0, RUNS_TOLD),
    ...(runs.length > RUNS_TOLD ? { more: runs.length - RUNS_TOLD } : {}),
    victim: victim.run,
    why: victim.why,
  })
}

function tellRuns(tick: Tick, parties: readonly Member[], type: string, data: Parameters<Tick['event']>[2]): void {
  for (const run of new Set(parties.map((party) => party.run))) {
    tick.event(run, type, data)
    tick.changes.runs.add(run)
  }
}
