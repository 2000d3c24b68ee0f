import { implement } from '@orpc/server'
import { executorOf } from '../../src-preload/definition.ts'
import { problem } from '../../src-preload/problem.ts'
import { overviewFeeds } from '../../src-preload/overview-contract.ts'
import type { Activity, FamilyRow } from '../../src-preload/overview-contract.ts'
import type { Wait } from '../../src-preload/contract.ts'
import { timelineView } from './timeline-view.ts'
import { attentionView } from './attention.ts'
import type { Engine } from './engine.ts'
import type { Feeds, View } from './feeds.ts'
import type { EngineState } from './state.ts'
import { groupOf } from './views.ts'
import { inLists, waitsOf } from './waits/waits.ts'

const FAMILY_SHOWN = 500
const ACTIVITY_REFRESH_MS = 1_000

/** Answers the feeds about the whole. */
export function createOverviewFeeds(engine: Engine, feeds: Feeds) {
  const on = implement(overviewFeeds)
  const never = new AbortController().signal
  return on.router({
    attention: on.attention.handler(({ signal }) => feeds.table(attentionView(engine), signal ?? never)),
    activity: on.activity.handler(({ signal }) => feeds.table(activityView(engine), signal ?? never)),
    family: on.family.handler(({ input: { id }, signal }) => {
      const isThere = engine.read(({ store }) => store.runs.get.get(id) !== undefined)
      if (!isThere) throw problem('RUN_NOT_FOUND', { id })
      return feeds.table(familyView(engine, id), signal ?? never)
    }),
    timeline: on.timeline.handler(({ input: { spanMs }, signal }) =>
      feeds.table(timelineView(engine, spanMs), signal ?? never),
    ),
  })
}

function activityView(engine: Engine): View<Activity, null> {
  return {
    isTouchedBy: ({ status }) => status,
    rows: () => [{ key: 'activity', row: engine.read(({ activity, clock }) => activity.read(clock.monoMs())) }],
    meta: () => null,
    refreshMs: ACTIVITY_REFRESH_MS,
  }
}

function familyView(engine: Engine, id: number): View<FamilyRow, { more: boolean }> {
  let more = false
  return {
    isTouchedBy: ({ runs, status }) => status || runs.size > 0,
    rows: () =>
      engine.read((state) => {
        const rows = descendants(state, id)
        more = rows.length > FAMILY_SHOWN
        return rows.slice(0, FAMILY_SHOWN).map((row) => ({ key: String(row.id), row }))
      }),
    meta: () => ({ more }),
  }
}

/** Children before grandchildren; one more than is shown when there are more. */
function descendants(state: EngineState, id: number): FamilyRow[] {
  const { store } = state
  const found: FamilyRow[] = []
  const parents = [id]
  for (const parent of parents) {
    const left = FAMILY_SHOWN + 1 - found.length
    if (left <= 0) break
    for (const child of store.children.spans.all(parent, left)) {
      found.push({
        id: child.id,
        parent,
        name: child.name,
        executor: executorOf(state.definitions.get(child.definition_id)),
        lifecycle: child.lifecycle,
        outcome: child.outcome,
        attempt: child.attempt - child.interrupted,
        createdAt: child.created_at,
        dueAt: child.due_at,
        queuedAt: child.queued_at,
        startedAt: child.started_at,
        finishedAt: child.finished_at,
        waits: child.lifecycle === 'finished' ? [] : waitsOfRun(state, child.id),
        group: child.group_id === null ? null : groupOf(state, child.group_id),
      })
      parents.push(child.id)
    }
  }
  return found
}

function waitsOfRun(state: EngineState, id: number): Wait[] {
  const run = state.store.runs.get.get(id)
  return run === undefined ? [] : waitsOf(state, run, inLists).waits
}
