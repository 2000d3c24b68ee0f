import type { Canceller, Outcome, Stop } from '../../../src-preload/contract.ts'
import type { StoredGroup } from '../../store/queries/groups.ts'
import type { EngineState } from '../state.ts'

/**
 * A cancel on its way to runs that hang together: the children of an attempt that has ended or must end, or the runs of
 * an aborted group. It goes through them in the order of their ids, in bounded steps (`cascade-turn.ts`). It is not
 * stored: whom it has yet to reach follows from the store, where the next life finds it.
 */
export type Cascade = {
  readonly to: 'children' | 'group'
  /** The parent's id, or the group's. */
  readonly of: number
  readonly reason: string
  readonly by: Canceller
  /** How far it has come, and the last run it concerns: later ones may be spawned for the cleanup. */
  after: number
  readonly upTo: number
}

/**
 * Begins to cancel the children that are bound to `run`, of which `what` is said ("has failed"). A run that is cancelled
 * because its own parent was, passes on whose end it began with (`by`).
 */
export function cancelChildrenOf(state: EngineState, run: number, what: string, by?: Canceller): void {
  if (!state.objects.childCounts.has(run)) return
  const passed = by?.cause === 'parent' ? by : null
  begin(state, {
    to: 'children',
    of: run,
    reason: `run ${run}, which spawned it, ${passed === null ? what : `was cancelled, because ${passed.because}`}`,
    by: {
      cause: 'parent',
      parent: run,
      chain: [run, ...(passed?.chain ?? [])],
      because: passed?.because ?? `run ${run} ${what}`,
    },
  })
}

/** Begins to cancel the runs of a group that has been aborted. */
export function cancelRunsOf(state: EngineState, group: StoredGroup): void {
  if (group.aborted_by === null || group.abort_reason === null) throw new Error(`group ${group.id} is not aborted`)
  begin(state, {
    to: 'group',
    of: group.id,
    reason: group.abort_reason,
    by: {
      cause: 'group',
      group: group.id,
      ...(group.name === null ? {} : { name: group.name }),
      run: group.aborted_by,
    },
  })
}

/**
 * At the start of a life: no attempt is alive, so every child that is bound to one and unfinished is still to be
 * cancelled, and so is what runs in aborted groups. Call after the attempts of the last life were settled.
 */
export function resumeCascades(state: EngineState): void {
  const begun = new Set([...state.objects.cascades].map(({ to, of }) => `${to} ${of}`))
  for (const { parent, hasBound } of state.store.children.unfinished.all()) {
    if (hasBound === 0 || begun.has(`children ${parent}`)) continue
    const row = state.store.runs.get.get(parent)
    if (row === undefined) cancelChildrenOf(state, parent, 'is gone')
    else if (row.outcome === null) cancelChildrenOf(state, parent, 'was interrupted')
    else
      cancelChildrenOf(
        state,
        parent,
        ...endInWords(row.outcome, row.stop === null ? null : (JSON.parse(row.stop) as Stop)),
      )
  }
  for (const group of state.store.groups.abortedWithRuns.all()) {
    if (!begun.has(`group ${group.id}`)) cancelRunsOf(state, group)
  }
}

/** What is said of a run that has ended, and who brought that about. */
export function endInWords(outcome: Outcome, stop: Stop | null): [what: string, by?: Canceller] {
  if (outcome === 'abandoned') return ['was abandoned']
  if (outcome !== 'cancelled') return [`has ${outcome.replace('_', ' ')}`]
  const what = cancelInWords(stop?.reason ?? null)
  return stop?.by === undefined ? [what] : [what, stop.by]
}

export const cancelInWords = (reason: string | null): string =>
  reason === null ? 'was cancelled' : `was cancelled: ${reason}`

export const loadChildCounts = (store: EngineState['store']): Map<number, number> =>
  new Map(store.children.unfinished.all().map(({ parent, count }) => [parent, count]))

function begin(state: EngineState, what: Pick<Cascade, 'to' | 'of' | 'reason' | 'by'>): void {
  state.objects.cascades.add({ ...what, after: 0, upTo: state.counters.get('last_run') })
}
