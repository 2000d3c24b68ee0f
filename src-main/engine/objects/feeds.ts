import { implement } from '@orpc/server'
import { objectFeeds } from '../../../src-preload/object-contract.ts'
import type { Page } from '../../../src-preload/object-contract.ts'
import type { Engine } from '../engine.ts'
import type { Feeds, View } from '../feeds.ts'
import { futureDetail, futurePage } from './future-views.ts'
import { barrierDetail, barrierPage, conditionPage, eventDetail, eventPage } from './meeting-views.ts'
import { queueDetail, queuePage } from './queue-views.ts'
import { semaphoreDetail, semaphorePage } from './semaphore-views.ts'
import type { EngineState } from '../state.ts'
import type { Changes } from '../tick.ts'

/** How many rows of a list a window gets, and how many of everything in a detail; the rest is a number. */
const LISTED = 500
const SHOWN = 50
/** Rates and trends change while nothing happens. */
const REFRESH_MS = 1_000

/** Answers the feeds of durable objects. */
export function createObjectFeeds(engine: Engine, feeds: Feeds) {
  const on = implement(objectFeeds)
  const never = new AbortController().signal
  const list = <Row extends { name: string }>(
    page: (state: EngineState) => Page<Row>,
    signal = never,
    keyOf: (row: Row) => string = ({ name }) => name,
  ) => feeds.table({ ...listView(engine, page, keyOf), refreshMs: REFRESH_MS }, signal)
  const detail = <Row extends { name: string }>(
    read: (state: EngineState) => Row,
    exists: (state: EngineState) => boolean,
    signal = never,
  ) => {
    engine.read(read)
    return feeds.table({ ...detailView(engine, read, exists), refreshMs: REFRESH_MS }, signal)
  }

  return on.router({
    queues: on.queues.handler(({ signal }) => list((state) => queuePage(state, '', LISTED), signal)),
    queue: on.queue.handler(({ input: { name }, signal }) =>
      detail(
        (state) => queueDetail(state, name, SHOWN),
        ({ objects }) => objects.queues.has(name),
        signal,
      ),
    ),
    semaphores: on.semaphores.handler(({ input: { kind }, signal }) =>
      list((state) => semaphorePage(state, kind, '', LISTED), signal),
    ),
    semaphore: on.semaphore.handler(({ input: { kind, name }, signal }) =>
      detail(
        (state) => semaphoreDetail(state, kind, name, SHOWN),
        ({ objects }) => objects.semaphores[kind].has(name),
        signal,
      ),
    ),
    futures: on.futures.handler(({ signal }) => list((state) => futurePage(state, { limit: LISTED }), signal)),
    future: on.future.handler(({ input: { name }, signal }) =>
      detail(
        (state) => futureDetail(state, name, SHOWN),
        ({ store }) => store.futures.listed.get(name) !== undefined,
        signal,
      ),
    ),
    events: on.events.handler(({ signal }) => list((state) => eventPage(state, '', LISTED), signal)),
    event: on.event.handler(({ input: { name }, signal }) =>
      detail(
        (state) => eventDetail(state, name, SHOWN),
        ({ objects }) => objects.flags.has(name),
        signal,
      ),
    ),
    barriers: on.barriers.handler(({ signal }) => list((state) => barrierPage(state, '', LISTED), signal)),
    barrier: on.barrier.handler(({ input: { name }, signal }) =>
      detail(
        (state) => barrierDetail(state, name, SHOWN),
        ({ objects }) => objects.barriers.has(name),
        signal,
      ),
    ),
    conditions: on.conditions.handler(({ signal }) =>
      list(
        (state) => conditionPage(state, '', LISTED),
        signal,
        ({ name, lock }) => JSON.stringify([name, lock]),
      ),
    ),
  })
}

/** Whoever joins or leaves a line does so by a call of its run. */
const isTouchedBy = ({ status, runs }: Changes): boolean => status || runs.size > 0

function listView<Row extends { name: string }>(
  engine: Engine,
  page: (state: EngineState) => Page<Row>,
  keyOf: (row: Row) => string,
): View<Row, { total: number }> {
  let total = 0
  return {
    isTouchedBy,
    rows: () => {
      const { rows, total: all } = engine.read(page)
      total = all
      return rows.map((row) => ({ key: keyOf(row), row }))
    },
    meta: () => ({ total }),
  }
}

function detailView<Row extends { name: string }>(
  engine: Engine,
  read: (state: EngineState) => Row,
  exists: (state: EngineState) => boolean,
): View<Row, null> {
  return {
    isTouchedBy,
    rows: () => {
      if (!engine.read(exists)) return []
      const row = engine.read(read)
      return [{ key: row.name, row }]
    },
    meta: () => null,
  }
}
