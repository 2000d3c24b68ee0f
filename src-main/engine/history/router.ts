import { implement } from '@orpc/server'
import { historyContract, historyFeeds } from '../../../src-preload/history-contract.ts'
import type { BulkAction } from '../../../src-preload/history-contract.ts'
import { problem } from '../../../src-preload/problem.ts'
import type { Engine } from '../engine.ts'
import type { Feeds, View } from '../feeds.ts'
import { bulkAction, bulkNamed, startBulk, stopBulk, undoBulk } from './bulk.ts'
import { countRuns, facetsOf } from './facets.ts'
import { seeFailures } from './failures.ts'
import { findInLog } from './log-find.ts'
import { countOverdue, prune, setRetention, storageOf } from './retention.ts'

const ACTIONS_SHOWN = 50

/** Answers the calls about what has finished. */
export function createHistoryRouter(engine: Engine) {
  const on = implement(historyContract)
  const storage = () => engine.read((state) => storageOf(state, engine.now))

  return on.router({
    history: {
      facets: on.history.facets.handler(({ input: { bars, ...conditions } }) =>
        engine.read((state) => facetsOf(state, conditions, bars)),
      ),
      count: on.history.count.handler(({ input }) => engine.read((state) => ({ runs: countRuns(state, input) }))),
      storage: on.history.storage.handler(storage),
      setRetention: on.history.setRetention.handler(async ({ input }) => {
        await engine.command((state, tick) => setRetention(state, tick, input))
        return storage()
      }),
      previewRetention: on.history.previewRetention.handler(({ input }) =>
        engine.read((state) => ({ runs: countOverdue(state, engine.now, input) })),
      ),
      prune: on.history.prune.handler(async ({ input }) => {
        await engine.command((state) => prune(state, input))
        return storage()
      }),
      seeFailures: on.history.seeFailures.handler(async () => {
        await engine.command(seeFailures)
        return null
      }),
    },
    bulk: {
      start: on.bulk.start.handler(({ input }) => engine.command((state, tick) => startBulk(state, tick, input))),
      get: on.bulk.get.handler(({ input }) => engine.read((state) => bulkNamed(state, input.id))),
      list: on.bulk.list.handler(() =>
        engine.read((state) => state.store.bulk.newest.all(ACTIONS_SHOWN).map(bulkAction)),
      ),
      stop: on.bulk.stop.handler(({ input }) => engine.command((state, tick) => stopBulk(state, tick, input.id))),
      undo: on.bulk.undo.handler(({ input }) => engine.command((state, tick) => undoBulk(state, tick, input.id))),
    },
    logs: {
      find: on.logs.find.handler(({ input }) =>
        engine.read((state) => {
          if (state.store.runs.get.get(input.id) === undefined) throw problem('RUN_NOT_FOUND', { id: input.id })
          return findInLog(state, input)
        }),
      ),
    },
  })
}

export function createHistoryFeeds(engine: Engine, feeds: Feeds) {
  const on = implement(historyFeeds)
  const never = new AbortController().signal
  return on.router({
    bulk: on.bulk.handler(({ input: { id }, signal }) => {
      engine.read((state) => bulkNamed(state, id))
      return feeds.table(bulkView(engine, id), signal ?? never)
    }),
  })
}

function bulkView(engine: Engine, id: number): View<BulkAction, null> {
  return {
    isTouchedBy: (changes) => changes.bulk,
    rows: () => [{ key: String(id), row: engine.read((state) => bulkNamed(state, id)) }],
    meta: () => null,
  }
}
