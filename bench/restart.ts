/**
 * From the start of the host's process to "ready", after a kill -9, on a store of about 1 GB of history and 100,000
 * pending runs. `ready` comes after the last life's processes were looked for and its runs settled.
 */
import { statSync } from 'node:fs'
import { saveJob } from '../src-main/engine/commands/jobs.ts'
import { homePaths } from '../src-main/home.ts'
import { idleInterpreters, startEngineHere, submitInBulk } from './engine-here.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { probeSqlite } from './probe.ts'
import { inRounds, print, round, spread } from './rounds.ts'

const HISTORY = 200_000
const LOG_BYTES = 5_000
const PENDING = 100_000
const RESTARTS = 7

const [figures] = await inRounds(1, async (folder) => {
  const { engine, stop } = await startEngineHere(folder, { async: 0, process: 0 }, idleInterpreters)
  await submitInBulk(engine, 'no-op async', HISTORY)
  // The history is written past the engine: draining it honestly would take minutes and end in the same rows.
  await engine.command((state) => {
    state.store.db
      .prepare(
        `UPDATE runs SET lifecycle = 'finished', outcome = 'succeeded', attempt = 1, started_at = created_at,
           finished_at = created_at + 5, result = '{"ok":true}', log_lines = 1`,
      )
      .run()
    state.store.db
      .prepare(
        `INSERT INTO log_chunks (run_id, attempt, first_line, lines, body)
         SELECT id, 1, 1, 1, created_at || char(9) || 'info' || char(9) || hex(zeroblob(?)) FROM runs`,
      )
      .run(LOG_BYTES / 2)
    for (const name of ['is_queued', 'is_finished', 'was_succeeded'] as const) {
      state.counters.add(name, name === 'is_queued' ? -HISTORY : HISTORY)
    }
    for (const lane of [...state.lanes.nonEmpty('async')]) state.lanes.left(lane, lane.queued)
  })
  await engine.command((state, tick) => {
    const jobs = state.store.jobs.all.all()
    const job = jobs.find(({ name }) => name === 'no-op process')
    if (job === undefined) throw new Error('the bench job is missing')
    // Sleepers hold the slots, so that the pending runs stay pending and there is something to recover.
    const definition = state.definitions.get(job.definition_id)
    if (definition.kind !== 'script') throw new Error('the bench job is not a script')
    const code = {
      from: 'text' as const,
      name: 'sleeper.ts',
      text: 'export default () => new Promise(() => setInterval(() => {}, 1e6))\n',
    }
    saveJob(state, tick, {
      name: 'sleeper',
      definition: { ...definition, code },
      description: null,
      priority: 0,
      replace: true,
    })
  })
  await submitInBulk(engine, 'sleeper', PENDING)
  const { insert1 } = probeSqlite(folder)
  await stop()

  const databaseMb = statSync(homePaths(folder).database).size / 1024 / 1024
  let host = await startHostProcess(folder)
  const readyMs: number[] = []
  for (let n = 0; n < RESTARTS; n += 1) {
    await endHost(host, 'SIGKILL')
    host = await startHostProcess(folder)
    readyMs.push(host.readyMs)
  }
  await endHost(host, 'SIGTERM')
  return { readyMs, databaseMb, insert1 }
})
if (figures === undefined) throw new Error('no round was measured')
print('restart', {
  readyMs: spread(figures.readyMs),
  databaseMb: round(figures.databaseMb),
  pending: PENDING,
  insert1: round(figures.insert1),
})
