import type { Deadlock, DeadlockMember, Held } from '../../../src-preload/contract.ts'
import type { EngineState, LiveRun } from '../state.ts'
import type { Member, StandingDeadlock } from './deadlocks.ts'
import { taskName } from './holders.ts'
import { waitsOfTask } from './script-waits.ts'
import { waitsOfUnstarted } from './unstarted-waits.ts'
import { inLists } from './waits.ts'

const MEMBERS_SHOWN = 20
const HOLDS_SHOWN = 20

/** The deadlocks that stand, the oldest first. */
export const deadlocksOf = (state: EngineState, limit: number): Deadlock[] =>
  state.deadlocks.standing
    .values()
    .take(limit)
    .map((deadlock) => deadlockView(state, deadlock))
    .toArray()

function deadlockView(state: EngineState, deadlock: StandingDeadlock): Deadlock {
  const { id, since, foundAt, members, cycle, summary, victim } = deadlock
  return {
    id,
    since,
    foundAt,
    members: members.slice(0, MEMBERS_SHOWN).flatMap((party) => memberView(state, deadlock, party)),
    memberCount: members.length,
    cycle: [...cycle],
    summary,
    victim: { ...victim },
  }
}

/** Nothing for one that has ended since the last look. */
function memberView(state: EngineState, deadlock: StandingDeadlock, party: Member): DeadlockMember[] {
  const live = state.live.get(party.run)
  if (live !== undefined && party.task !== null) {
    const {
      id: run,
      name,
      state: { attempt },
    } = live
    const waits = waitsOfTask(state, live, party.task, inLists)
    return [{ run, name, attempt, task: taskName(live, party.task), holds: holdsOf(live, deadlock, party.task), waits }]
  }
  const row = state.store.runs.get.get(party.run)
  if (row === undefined) return []
  const waits = waitsOfUnstarted(state, row, inLists)
  return [{ run: row.id, name: row.name, attempt: null, task: null, holds: [], waits }]
}

/** What its run has of all that the members wait for. What another member of the same run took is that one's. */
function holdsOf(run: LiveRun, { resources, members }: StandingDeadlock, task: number): Held[] {
  const tasks = members.flatMap((party) => (party.run === run.id && party.task !== null ? [party.task] : []))
  const isOwn = (taker: number | null) =>
    taker === task || (task === tasks[0] && (taker === null || !tasks.includes(taker)))
  const permits = [...(run.script?.permits.values() ?? [])]
    .filter(({ kind, name, task: taker }) => resources.has(`${kind}:${name}`) && isOwn(taker))
    .map(({ kind, name, amount, since, place }) => ({ kind, resource: name, amount, since, place }))
  const slot: Held[] =
    resources.has(`slot:${run.executor}`) && task === tasks[0]
      ? [{ kind: 'slot', resource: run.executor, amount: 1, since: run.state.startedAt, place: null }]
      : []
  return [...permits, ...slot].slice(0, HOLDS_SHOWN)
}
