import { executorOf } from '../../src-preload/definition.ts'
import type { TimelineMeta, TimelineRow } from '../../src-preload/overview-contract.ts'
import type { StoredSpan } from '../store/queries/overview.ts'
import type { Engine } from './engine.ts'
import type { View } from './feeds.ts'
import type { EngineState } from './state.ts'

const SHOWN = 2_000

/** What runs and what has ended in the last `spanMs`; where that is too much, what ended first is left out. */
export function timelineView(engine: Engine, spanMs: number): View<TimelineRow, TimelineMeta> {
  let completeFrom: number | null = null
  return {
    isTouchedBy: ({ runs, status }) => status || runs.size > 0,
    rows: () =>
      engine.read((state) => {
        const { overview } = state.store
        const live = overview.liveSpans.all(SHOWN)
        const room = SHOWN - live.length
        const ended = overview.endedSpans.all(engine.now - spanMs, room + 1)
        // The first that has no room: what ended with it or before it may be missing.
        completeFrom = ended[room]?.finished_at ?? null
        return [...live, ...ended.slice(0, room)].flatMap((run) => timelineRow(state, run))
      }),
    meta: () => ({ completeFrom, queuesFrom: engine.read(({ queueUses }) => queueUses.since) }),
  }
}

/** Nothing for what was cancelled or skipped before it began: it has no bar. */
function timelineRow(state: EngineState, run: StoredSpan): { key: string; row: TimelineRow }[] {
  if (run.started_at === null) return []
  const row = {
    id: run.id,
    name: run.name,
    job: run.job_name,
    executor: executorOf(state.definitions.get(run.definition_id)),
    lifecycle: run.lifecycle,
    outcome: run.outcome,
    attempt: run.attempt - run.interrupted,
    startedAt: run.started_at,
    finishedAt: run.finished_at,
    queue: state.queueUses.queueOf(run.id, state.live.get(run.id)),
  }
  return [{ key: String(run.id), row }]
}
