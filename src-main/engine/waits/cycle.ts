import type { DeadlockLink, ResourceName } from '../../../src-preload/contract.ts'
import { findKnots } from '../../core/wait-graph.ts'
import type { Knot } from '../../core/wait-graph.ts'
import type { EngineState } from '../state.ts'
import type { WaitGraph } from './graph.ts'
import { taskName } from './holders.ts'

/**
 * A cycle that shows why the members of a knot wait. A live run's end is left out: it waits for the run's own function,
 * which is in the cycle too.
 */
export function cycleOf(graph: WaitGraph, knot: Knot): DeadlockLink[] {
  const members = new Set(knot.nodes)
  const nodes = graph.nodes.filter(({ id }) => members.has(id))
  const [shown = knot] = findKnots(nodes, graph.byTaker, 1)
  return shown.cycle.flatMap((link): DeadlockLink[] => {
    const party = graph.parties.get(link.node)
    if (party === undefined) throw new Error(`the graph has no node ${link.node}`)
    const { run, attempt, task } = party
    if (attempt !== null && task === null) return []
    if (link.by === 'end') return [{ run, task, by: link.by }]
    const of = graph.names.get(link.of)
    if (of === undefined) throw new Error(`the graph has no resource ${link.of}`)
    return [{ run, task, by: link.by, of }]
  })
}

/** Each waits for the next: `run 1 (a) waits for the lock "B", which run 2 (b) holds`. */
export function cycleInWords(state: EngineState, cycle: readonly DeadlockLink[]): string {
  return cycle
    .map((link, index) => {
      const next = cycle[(index + 1) % cycle.length]
      if (next === undefined) throw new Error('a cycle is never empty')
      return linkInWords(link, partyInWords(state, link, cycle), partyInWords(state, next, cycle))
    })
    .join('; ')
}

function linkInWords(link: DeadlockLink, who: string, next: string): string {
  switch (link.by) {
    case 'end':
      return `${who} waits for the end of ${next}`
    case 'ahead':
      return `${who} waits for ${resourceInWords(link.of)}, for which ${next} is first in line`
    case 'holds':
      return link.of.kind === 'queue_join'
        ? `${who} waits for ${resourceInWords(link.of)}, of which ${next} has taken some`
        : `${who} waits for ${resourceInWords(link.of)}, which ${next} holds`
    default:
      return link satisfies never
  }
}

function resourceInWords({ kind, resource }: ResourceName): string {
  switch (kind) {
    case 'lock':
      return `the lock "${resource}"`
    case 'semaphore':
      return `a permit of the semaphore "${resource}"`
    case 'key':
      return `a place for ${resource}`
    case 'slot':
      return `a slot of "${resource}"`
    case 'queue_join':
      return `all items of the queue "${resource}" to be done`
    default:
      return kind satisfies never
  }
}

/** A run; and its task, where tasks of one run wait for each other. */
function partyInWords(state: EngineState, { run: id, task }: DeadlockLink, cycle: readonly DeadlockLink[]): string {
  const run = state.live.get(id)
  const name = run?.name ?? state.store.runs.get.get(id)?.name
  const who = `run ${id}${name === undefined ? '' : ` (${name})`}`
  const hasOthers = cycle.some((other) => other.run === id && other.task !== task)
  if (run === undefined || task === null || !hasOthers) return who
  return `task ${taskName(run, task).name ?? task} of ${who}`
}
