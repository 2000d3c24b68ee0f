import type { BulkAction, BulkWhat } from '../../../src-preload/history-contract.ts'
import { Problem, problem } from '../../../src-preload/problem.ts'
import type { RunConditions } from '../../../src-preload/run-filter.ts'
import type { StoredBulk } from '../../store/queries/bulk.ts'
import { cancelUnfinished } from '../commands/cancel.ts'
import { retry } from '../commands/submit.ts'
import type { EngineState } from '../state.ts'
import type { Tick } from '../tick.ts'
import { countRuns } from './facets.ts'
import { findRuns } from './find.ts'
import { isNeeded, removeRun } from './retention.ts'

/** Runs that one step looks at. */
const STEP_RUNS = { cancel: 200, retry: 100, delete: 50 } as const
/** Ids among which one step looks: fits may be far apart, and a step is short. */
const STEP_IDS = 20_000
/** A deletion begins after this, so that it can be called off while nothing is gone. */
const SECOND_THOUGHTS_MS = 10_000

type What = { filter: RunConditions } | { ids: number[] } | { madeBy: number }

export type BulkRequest = {
  action: StoredBulk['action']
  what: BulkWhat
  reason: string | null
  expected: number | null
}

/**
 * Begins one action on many runs: on those that fit now. What it has come to is stored with every step, so it goes on
 * after a restart where it was.
 */
export function startBulk(state: EngineState, tick: Tick, { action, what, reason, expected }: BulkRequest): BulkAction {
  const wanted: What =
    what.by === 'ids' ? { ids: [...new Set(what.ids)].sort((a, b) => b - a) } : { filter: what.filter }
  const total = 'ids' in wanted ? wanted.ids.length : countRuns(state, conditionsOf(action, wanted.filter))
  if (expected !== null && expected !== total) throw problem('BULK_CHANGED', { expected, found: total })
  if ('filter' in wanted && isUnnarrowed(wanted.filter) && expected === null)
    throw problem('BULK_UNNARROWED', { total })
  return begin(state, tick, action, wanted, reason, total)
}

/** Leaves what is done; the rest stays as it is. */
export function stopBulk(state: EngineState, tick: Tick, id: number): BulkAction {
  const found = storedBulk(state, id)
  if (!isOpen(found)) throw problem('BULK_ENDED', { id })
  end(state, tick, id, 'stopped')
  return bulkAction(storedBulk(state, id))
}

/** Cancels the runs that a retry has made. */
export function undoBulk(state: EngineState, tick: Tick, id: number): BulkAction {
  const found = storedBulk(state, id)
  if (!bulkAction(found).canUndo) throw problem('BULK_CANNOT_UNDO', { id, action: found.action })
  if (isOpen(found)) end(state, tick, id, 'stopped')
  const total = state.store.bulk.countMade.get(id) ?? 0
  const undoing = begin(state, tick, 'cancel', { madeBy: id }, `undoes action ${id}`, total)
  state.store.bulk.setUndone.run(undoing.id, id)
  return undoing
}

/** The next runs of the oldest open action. Call in a transaction of its own. */
export function bulkStep(state: EngineState, tick: Tick): void {
  const { store } = state
  const open = store.bulk.open.all().find(({ starts_at }) => starts_at <= tick.now)
  if (open !== undefined) {
    const limit = STEP_RUNS[open.action]
    const { ids, lookedTo } = nextIds(state, open, limit)
    let [done, failed, cursor] = [0, 0, open.cursor]
    let error: string | null = null
    let isHeldUp = false
    for (const id of ids) {
      const result = apply(state, tick, open, id)
      if (result === 'not yet') {
        isHeldUp = true
        break
      }
      cursor = id
      if (result === 'done') done += 1
      else {
        failed += 1
        error ??= `run ${id}: ${result.whyNot}`
      }
    }
    if (!isHeldUp && ids.length < limit) cursor = lookedTo
    store.bulk.step.run(done, failed, error, cursor, open.id)
    if (cursor <= 1) end(state, tick, open.id, 'done')
    tick.changes.bulk = true
  }
  planNext(state)
}

export const bulkNamed = (state: EngineState, id: number): BulkAction => bulkAction(storedBulk(state, id))

export function bulkAction(stored: StoredBulk): BulkAction {
  const what = JSON.parse(stored.what) as What
  return {
    id: stored.id,
    action: stored.action,
    what:
      'ids' in what
        ? { by: 'ids', ids: what.ids }
        : 'filter' in what
          ? { by: 'filter', filter: what.filter }
          : { by: 'undo', action: what.madeBy },
    reason: stored.reason,
    state: stored.state,
    total: stored.total,
    done: stored.done,
    failed: stored.failed,
    firstError: stored.first_error,
    startsAt: stored.starts_at,
    createdAt: stored.created_at,
    endedAt: stored.ended_at,
    canStop: isOpen(stored),
    canUndo: stored.action === 'retry' && stored.done > 0 && stored.undone_by === null,
    undoneBy: stored.undone_by,
  }
}

const isOpen = ({ state }: StoredBulk): boolean => state === 'waiting' || state === 'running'

function begin(
  state: EngineState,
  tick: Tick,
  action: StoredBulk['action'],
  what: What,
  reason: string | null,
  total: number,
): BulkAction {
  const startsAt = tick.now + (action === 'delete' ? SECOND_THOUGHTS_MS : 0)
  const beyond = Math.max(state.counters.get('last_run'), 'ids' in what ? (what.ids[0] ?? 0) : 0) + 1
  const { bulk } = state.store
  const stored = bulk.insert.get(action, JSON.stringify(what), reason, 'waiting', total, beyond, startsAt, tick.now)
  if (stored === undefined) throw new Error('the store gave the action no id')
  planNext(state)
  tick.changes.bulk = true
  return bulkAction(stored)
}

function end(state: EngineState, tick: Tick, id: number, how: 'done' | 'stopped'): void {
  state.store.bulk.end.run(how, tick.now, id)
  planNext(state)
  tick.changes.bulk = true
}

function planNext(state: EngineState): void {
  const starts = state.store.bulk.open.all().map(({ starts_at }) => starts_at)
  state.history.bulkDue = starts.length === 0 ? null : Math.min(...starts)
}

/** What became of one run: done, why not, or that a further step is needed. */
type Applied = 'done' | 'not yet' | { whyNot: string }

/** What the action does to one run. */
function apply(state: EngineState, tick: Tick, { id: bulk, action, reason }: StoredBulk, id: number): Applied {
  switch (action) {
    case 'cancel':
      return cancelUnfinished(state, tick, id, reason ?? `cancelled with others, by action ${bulk}`)
        ? 'done'
        : { whyNot: 'it has finished already' }
    case 'retry':
      try {
        const made = retry(state, tick, id, null)
        state.store.bulk.addMade.run(bulk, made.id)
        return 'done'
      } catch (error) {
        if (error instanceof Problem) return { whyNot: error.message }
        throw error
      }
    case 'delete': {
      const run = state.store.retention.one.get(id)
      if (run === undefined) return { whyNot: 'it has not finished, or is gone already' }
      if (isNeeded(state, run)) return { whyNot: 'a run that has not finished may still ask for it' }
      return removeRun(state, tick, run) ? 'done' : 'not yet'
    }
    default:
      return action satisfies never
  }
}

/** `lookedTo`: no more fit down to this id. */
function nextIds(
  state: EngineState,
  { action, what: text, cursor }: StoredBulk,
  limit: number,
): { ids: number[]; lookedTo: number } {
  const what = JSON.parse(text) as What
  if ('ids' in what) return { ids: what.ids.filter((id) => id < cursor).slice(0, limit), lookedTo: 1 }
  if ('madeBy' in what) return { ids: state.store.bulk.made.all(what.madeBy, cursor, limit), lookedTo: 1 }
  const lookedTo = Math.max(1, cursor - STEP_IDS)
  const range = { from: lookedTo, before: cursor }
  return { ids: findRuns(state, conditionsOf(action, what.filter), range, limit).found.map(({ id }) => id), lookedTo }
}

/** Where a filter names no state, those that the action is for. */
function conditionsOf(action: StoredBulk['action'], filter: RunConditions): RunConditions {
  if (filter.lifecycle !== undefined || filter.outcome !== undefined) return filter
  return { ...filter, lifecycle: action === 'cancel' ? ['scheduled', 'queued', 'running', 'stopping'] : ['finished'] }
}

const isUnnarrowed = ({ job, parent, text, since, until, outcome }: RunConditions): boolean =>
  [job, parent, text, since, until, outcome].every((condition) => condition === undefined)

function storedBulk(state: EngineState, id: number): StoredBulk {
  const found = state.store.bulk.get.get(id)
  if (found === undefined) throw problem('BULK_NOT_FOUND', { id })
  return found
}
