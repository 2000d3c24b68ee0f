/**
 * What a person waits for on a large history: 1,000,000 finished runs and a log of 1 GB. The first page of the history with
 * its facets, a search by words, a page by state and job, and the end of the log and the jump to its last error, each
 * as the window asks for it, over the local socket of the built host. The history is written past the engine; the index
 * is made by the engine itself, and how fast it is and how long its steps are is part of the figures.
 */
import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../src-preload/contract.ts'
import { connectToHost } from '../src-main/cli/connection.ts'
import { homePaths } from '../src-main/home.ts'
import { idleInterpreters, startEngineHere, submitInBulk } from './engine-here.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { inRounds, percentile, print, round } from './rounds.ts'

const RUNS = 1_000_000
const LOG_BYTES = 1_000_000_000
const CHUNK_LINES = 500
const ASKED = 40

type Figures = Record<string, { p50: number; p95: number }>

async function measure(ask: (n: number) => Promise<unknown>): Promise<{ p50: number; p95: number }> {
  const tookMs: number[] = []
  for (let n = 0; n < ASKED; n += 1) {
    const start = performance.now()
    await ask(n)
    tookMs.push(performance.now() - start)
  }
  return { p50: percentile(tookMs, 0.5), p95: percentile(tookMs, 0.95) }
}

/** A million runs over 30 days, one in twenty failed, and one run more with all of the log. */
async function writeHistory(folder: string): Promise<void> {
  const { engine, stop } = await startEngineHere(folder, { async: 0, process: 0 }, idleInterpreters)
  const inputOf = (n: number) => `{"order":${n},"city":"${['Lagos', 'Lima', 'Oslo', 'Pune'][n % 4] ?? ''}"}`
  await submitInBulk(engine, 'no-op async', RUNS + 1, { inputOf })
  await engine.command((state) => {
    const { db } = state.store
    db.exec(
      `UPDATE runs SET created_at = created_at - (${RUNS} - id) * 2592, queued_at = created_at - (${RUNS} - id) * 2592;
       UPDATE runs SET lifecycle = 'finished', attempt = 1, started_at = created_at, finished_at = created_at + 5,
         outcome = CASE id % 20 WHEN 0 THEN 'failed' ELSE 'succeeded' END,
         error = CASE id % 20 WHEN 0 THEN
           json_object('name', 'Error', 'message', CASE id % 3 WHEN 0 THEN 'connection refused' ELSE 'disk is full' END)
         END`,
    )
    const insert = db.prepare(
      'INSERT INTO log_chunks (run_id, attempt, first_line, lines, levels, body) VALUES (?, 1, ?, ?, ?, ?)',
    )
    let [line, bytes] = [1, 0]
    while (bytes < LOG_BYTES) {
      const texts: string[] = []
      // Errors are rare: one in a hundred chunks.
      const isLoud = (line / CHUNK_LINES) % 100 < 1
      for (let n = 0; n < CHUNK_LINES; n += 1) {
        const level = isLoud && n === 250 ? 'error' : 'out'
        texts.push(`1790000000000\t${level}\tworker fetched https://example.org/item/${line + n} in 17 ms`)
      }
      const body = texts.join('\n')
      insert.run(RUNS + 1, line, CHUNK_LINES, isLoud ? 24 : 16, body)
      line += CHUNK_LINES
      bytes += body.length
    }
    db.prepare('UPDATE runs SET log_lines = ? WHERE id = ?').run(line - 1, RUNS + 1)
    for (const name of ['is_queued', 'is_finished', 'was_succeeded'] as const) {
      state.counters.add(name, name === 'is_queued' ? -RUNS - 1 : RUNS + 1)
    }
    for (const lane of [...state.lanes.nonEmpty('async')]) state.lanes.left(lane, lane.queued)
    // Nothing of it counts as seen: the host begins with all of it.
    for (const name of ['indexed_at', 'indexed_run', 'indexing_line'] as const) state.counters.set(name, 0)
  })
  await stop()
}

async function untilIndexed(client: Client): Promise<{ runsPerSecond: number; loopDelayMs: number }> {
  const start = performance.now()
  let loopDelayMs = 0
  for (;;) {
    const { unindexed } = await client.history.facets({})
    const { loopDelayMs: now } = await client.engine.status()
    loopDelayMs = Math.max(loopDelayMs, now)
    if (unindexed === 0) return { runsPerSecond: round((RUNS / (performance.now() - start)) * 1_000), loopDelayMs }
    await delay(500)
  }
}

async function ask(client: Client): Promise<Figures> {
  const first = await client.runs.list({ lifecycle: ['finished'] })
  const oldest = first.rows.at(-1)?.id ?? 0
  const log = { id: RUNS + 1 }
  return {
    firstPage: await measure(() => client.runs.list({ lifecycle: ['finished'] })),
    facets: await measure(() => client.history.facets({})),
    deepPage: await measure((n) => client.runs.list({ lifecycle: ['finished'], before: oldest - n * 20_000 })),
    stateAndJob: await measure(() => client.runs.list({ outcome: ['failed'], job: 'no-op async' })),
    searchCommon: await measure(() => client.runs.list({ lifecycle: ['finished'], text: 'lagos' })),
    searchTwo: await measure(() => client.runs.list({ lifecycle: ['finished'], text: 'connection refused oslo' })),
    searchRare: await measure((n) => client.runs.list({ lifecycle: ['finished'], text: String(500_001 + n * 13) })),
    searchBeginning: await measure(() => client.runs.list({ lifecycle: ['finished'], text: 'conn*' })),
    searchNothing: await measure(() => client.runs.list({ lifecycle: ['finished'], text: 'nowhere at all' })),
    searchFacets: await measure(() => client.history.facets({ text: 'lagos' })),
    logEnd: await measure(() => client.runs.logs({ ...log, from: -1_000, limit: 1_000 })),
    logMiddle: await measure((n) => client.runs.logs({ ...log, from: 1_000_000 + n * 100_000, limit: 1_000 })),
    logLastError: await measure(() =>
      client.logs.find({ ...log, from: 1e9, direction: 'backward', levels: ['warn', 'error', 'err'] }),
    ),
  }
}

const [figures] = await inRounds(1, async (folder) => {
  await writeHistory(folder)
  const host = await startHostProcess(folder)
  const { client, close } = await connectToHost(folder)
  const indexing = await untilIndexed(client)
  const tookMs = await ask(client)
  close()
  await endHost(host, 'SIGTERM')
  return { tookMs, indexing, databaseMb: round(statSync(homePaths(folder).database).size / 1024 / 1024) }
})
if (figures === undefined) throw new Error('no round was measured')
print('history', { runs: RUNS, logBytes: LOG_BYTES, ...figures })
