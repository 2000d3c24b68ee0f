import type { Json, RunEvent } from '../../src-preload/contract.ts'
import type { StoredRun } from '../store/queries/runs.ts'
import type { EngineState } from './state.ts'
import type { Tick } from './tick.ts'

/*
 * What the row of a run says is not stored a second time as an event: its creation, and, as long as nothing else happens to
 * its first attempt, that this has started and that it has succeeded. When something does happen, the start is stored
 * before it; so a start that is missing comes after all that is stored. Most runs have no event at all.
 */

/** Stores what is only in the row of a run that is not live any more: something comes too late for it. */
export function tellWhatRowSays(state: EngineState, tick: Tick, run: StoredRun): void {
  if (tick.startsTold.has(run.id) || state.store.events.hasStart.get(run.id) !== undefined) return
  for (const { type, at, data } of whatRowSays(run)) tick.event(run.id, type, data, at)
  tick.startsTold.add(run.id)
}

/** All events of a run, oldest first: the newest `limit` of those that are stored, and what its row says. */
export function eventsOf(state: EngineState, run: StoredRun, limit: number): RunEvent[] {
  const data: Json = {
    origin: run.origin,
    ...(run.retry_of === null ? {} : { retryOf: run.retry_of }),
    ...(run.parent_run === null ? {} : { parent: run.parent_run }),
    ...(run.group_id === null ? {} : { group: run.group_id }),
    ...(run.slot_at === null ? {} : { slot: run.slot_at, backfilled: run.is_backfill === 1 }),
  }
  const stored = state.store.events.ofRun.all(run.id, limit)
  const events: RunEvent[] = [
    { id: 0, at: run.created_at, type: 'created', data },
    ...stored.map(({ id, at, type, data: text }) => ({ id, at, type, data: JSON.parse(text) as Json })),
  ]
  if (stored.length >= limit || stored.some(({ type }) => type === 'started')) return events
  for (const event of whatRowSays(run)) events.push({ id: (events.at(-1)?.id ?? 0) + 1, ...event })
  return events
}

function whatRowSays({ attempt, outcome, started_at: startedAt, finished_at: finishedAt }: StoredRun) {
  if (attempt !== 1 || startedAt === null) return []
  const started = { type: 'started', at: startedAt, data: { attempt } }
  if (outcome === null || finishedAt === null) return [started]
  return [started, { type: 'finished', at: finishedAt, data: { outcome, attempt } }]
}
