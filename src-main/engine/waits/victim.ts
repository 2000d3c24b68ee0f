import { findKnots } from '../../core/wait-graph.ts'
import type { StoredRun } from '../../store/queries/runs.ts'
import type { EngineState } from '../state.ts'
import type { WaitGraph } from './graph.ts'

export type Victim = { readonly run: number; readonly name: string; readonly why: string }

/** Each try is a look at the graph of the knot. */
const TRIED = 8

/**
 * The run whose cancel undoes the knot: of the lowest priority; among equals one that has not begun, then the one that began
 * last. Where no single one undoes it, the first in that order.
 */
export function suggestVictim(state: EngineState, graph: WaitGraph, knot: readonly string[]): Victim {
  const parties = knot.flatMap((id) => graph.parties.get(id) ?? [])
  const runs = [...new Set(parties.map(({ run }) => run))]
    .flatMap((id) => state.store.runs.get.get(id) ?? [])
    .sort(byLoss)
  const [first] = runs
  if (first === undefined) throw new Error('a knot without runs')
  const victim = runs.slice(0, TRIED).find(({ id }) => isUndoneBy(id, graph, knot)) ?? first
  return { run: victim.id, name: victim.name, why: whyOf(victim, runs) }
}

function byLoss(a: StoredRun, b: StoredRun): number {
  if (a.priority !== b.priority) return a.priority - b.priority
  return startOf(b) - startOf(a) || b.id - a.id
}

/** Nothing outside keeps a knot, so its own nodes are all that matters. */
function isUndoneBy(victim: number, graph: WaitGraph, knot: readonly string[]): boolean {
  const members = new Set(knot)
  const nodes = graph.nodes
    .filter(({ id }) => members.has(id))
    .map((node) => (graph.parties.get(node.id)?.run === victim ? { ...node, ways: [] } : node))
  return findKnots(nodes, graph.resources, 1).length === 0
}

function whyOf(victim: StoredRun, runs: readonly StoredRun[]): string {
  if (runs.length === 1) return 'it is the only run in it'
  if (runs.some(({ priority }) => priority > victim.priority)) return `its priority of ${victim.priority} is the lowest`
  if (victim.lifecycle === 'queued') return 'it has not begun, so no work is lost'
  if (runs.every((run) => run.id === victim.id || startOf(run) <= startOf(victim)))
    return 'it began last, so the least work is lost'
  return 'its end lets all others go on'
}

/** Later is less to lose. */
const startOf = ({ lifecycle, started_at }: StoredRun): number =>
  lifecycle === 'queued' || started_at === null ? Number.MAX_SAFE_INTEGER : started_at
