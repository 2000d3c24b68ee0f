import { setRetention } from '../src-main/engine/history/retention.ts'
import type { Engine } from '../src-main/engine/engine.ts'
import { submitInBulk } from './engine-here.ts'

/** Written as the engine does; the others are copies of them. */
const FIRST = 100_000
const TIMES = new Set(['created_at', 'queued_at', 'started_at', 'finished_at'])
const APART_MS = 259

/**
 * Gives the store `count` runs that have succeeded, in the index already. They are written past the engine: draining as
 * many takes a quarter of an hour, and ends in the same rows.
 */
export async function writeFinished(engine: Engine, count: number): Promise<void> {
  await engine.command((state, tick) => setRetention(state, tick, { maxAgeMs: null, maxRuns: null, maxBytes: null }))
  await submitInBulk(engine, 'no-op async', FIRST)
  await engine.command((state) => {
    const { changes } = state.store.db
      .prepare(
        `UPDATE runs SET lifecycle = 'finished', outcome = 'succeeded', attempt = 1, started_at = created_at,
           finished_at = created_at, result = 'null'`,
      )
      .run()
    state.counters.add('is_queued', -changes)
    for (const lane of [...state.lanes.nonEmpty('async')]) state.lanes.left(lane, lane.queued)
  })
  for (let written = FIRST; written < count; written += FIRST) {
    await engine.command(({ store: { db } }) => {
      const columns = db.prepare<[], string>(`SELECT name FROM pragma_table_info('runs') WHERE name <> 'id'`).pluck()
      const names = columns.all()
      // Each ended at a time of its own: a month of them.
      const earlier = `- (${written} + id) * ${APART_MS}`
      const values = names.map((name) => (TIMES.has(name) ? `${name} ${earlier}` : name))
      db.prepare(`INSERT INTO runs (${names.join(', ')}) SELECT ${values.join(', ')} FROM runs WHERE id <= ?`).run(
        Math.min(FIRST, count - written),
      )
    })
  }
  await engine.command((state, tick) => {
    for (const name of ['is_finished', 'was_succeeded'] as const) state.counters.add(name, count)
    const last = state.store.db.prepare<[], number>('SELECT max(id) FROM runs').pluck().get()
    state.counters.set('indexed_at', tick.now)
    state.counters.set('indexed_run', last ?? 0)
    state.counters.set('last_run', last ?? 0)
  })
  // What was written here is not to be carried into the database's file while something is measured.
  engine.read(({ store }) => store.db.pragma('wal_checkpoint(TRUNCATE)'))
}
