/**
 * Whether the advisor is right: real workloads, each on every executor of the built host with its default slots. The fastest
 * is the one with the most runs per second that does not hold up others on a shared event loop; what is advised comes from the
 * measured attempts on each executor alone.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { executors } from '../src-preload/definition.ts'
import type { Client, Executor } from '../src-preload/contract.ts'
import type { Use } from '../src-main/core/advisor.ts'
import { openStore } from '../src-main/store/open.ts'
import { connectToHost } from '../src-main/cli/connection.ts'
import { endHost, startHostProcess } from './host-process.ts'
import { inRounds, print, round } from './rounds.ts'

const RUNS = 24
/** Runs one after the other, for an executor whose runs are measured only where they are alone. */
const ALONE = 5
const LATENCY_MS = 120
/** What a shared loop may be held at most before others are said to be held up. */
const HELD_MS = 250

/** What is advised may be slower than the fastest by what two rounds differ. */
const NEARLY = 0.75

const workloads: Record<string, string> = {
  fetch: `export default async ({ url }) => (await (await fetch(url)).text()).length`,
  hash: `import { createHash } from 'node:crypto'
    export default () => { const h = createHash('sha256'); const part = Buffer.alloc(1 << 20); for (let n = 0; n < 100; n += 1) h.update(part); return h.digest('hex') }`,
  gzip: `import { gzipSync } from 'node:zlib'
    export default () => gzipSync(Buffer.from(Array.from({ length: 2_000_000 }, (_, n) => (n * n) % 251))).length`,
  'gzip beside the loop': `import { promisify } from 'node:util'
    import { gzip } from 'node:zlib'
    const bytes = Buffer.alloc(6_000_000)
    for (let n = 0; n < bytes.length; n += 1) bytes[n] = (n * n) % 251
    export default async () => (await promisify(gzip)(bytes)).length`,
  sleep: `export default () => new Promise((resolve) => setTimeout(resolve, 250, 1))`,
  'sleep that blocks': `export default () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)`,
  json: `const text = JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ n, name: 'x' + n, list: [n, n + 1] })))
    export default () => { let rows = 0; for (let n = 0; n < 8; n += 1) rows += JSON.parse(text).length; return rows }`,
  'mixed long': `export default async () => { const until = performance.now() + 300; while (performance.now() < until); await new Promise((resolve) => setTimeout(resolve, 500)) }`,
  'mixed short': `export default async () => { const until = performance.now() + 10; while (performance.now() < until); await new Promise((resolve) => setTimeout(resolve, 15)) }`,
}

const holdMs = `export default async () => {
  console.log('up')
  let worst = 0
  const until = performance.now() + 60_000
  for (let last = performance.now(); last < until;) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const now = performance.now()
    worst = Math.max(worst, now - last - 5)
    last = now
    if (globalThis[Symbol.for('bench.stop')]) break
  }
  globalThis[Symbol.for('bench.stop')] = false
  return worst
}`
const stopHold = `export default () => { globalThis[Symbol.for('bench.stop')] = true }`

async function ended(client: Client, first: number, last = first): Promise<unknown> {
  let result: unknown = null
  for (let id = first; id <= last; id += 1) {
    for (;;) {
      const run = await client.runs.get({ id })
      if (run.lifecycle !== 'finished') await delay(5)
      else if (run.outcome !== 'succeeded') throw new Error(`run ${id}: ${run.outcome}, ${run.error?.message}`)
      else {
        result = run.result
        break
      }
    }
  }
  return result
}

async function save(client: Client, name: string, text: string, executor: Executor): Promise<void> {
  const code = { from: 'text' as const, name: 'bench.ts', text }
  await client.jobs.save({ name, definition: { kind: 'script', code, executor } })
}

const server = createServer((_, response) => void setTimeout(() => response.end('x'.repeat(10_000)), LATENCY_MS))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const input = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }

type Measured = Awaited<ReturnType<typeof measure>>

async function measure(client: Client, workload: string, text: string, executor: Executor) {
  const job = `${workload} on ${executor}`
  await save(client, job, text, executor)
  for (let n = 0; n < ALONE; n += 1) await ended(client, (await client.runs.submit({ what: 'job', job, input })).id)
  const hold = executor === 'async' ? (await client.runs.submit({ what: 'job', job: 'hold', input: null })).id : null
  while (hold !== null && (await client.runs.logs({ id: hold })).lines.length === 0) await delay(20)
  const began = performance.now()
  const { firstId, lastId } = await client.runs.submitMany({ job, inputs: Array.from({ length: RUNS }, () => input) })
  await ended(client, firstId, lastId)
  const perSecond = round((RUNS / (performance.now() - began)) * 1_000)
  let heldMs: number | null = null
  if (hold !== null) {
    await client.runs.submit({ what: 'job', job: 'stop hold', input: null })
    heldMs = round((await ended(client, hold)) as number)
  }
  const advice = await client.jobs.advice({ name: job })
  return { executor, perSecond, heldMs, advised: advice?.executor ?? null, reason: advice?.reason ?? null }
}

const [figures] = await inRounds(1, async (folder) => {
  const byWorkload: Record<string, { fastest: Executor; isRight: boolean; measured: Measured[] }> = {}
  const host = await startHostProcess(folder)
  const { client, close } = await connectToHost(folder)
  await save(client, 'hold', holdMs, 'async')
  await save(client, 'stop hold', stopHold, 'async')
  for (const [workload, text] of Object.entries(workloads)) {
    const measured: Measured[] = []
    for (const executor of executors) measured.push(await measure(client, workload, text, executor))
    const able = measured.filter(({ heldMs }) => heldMs === null || heldMs <= HELD_MS)
    const fastest = able.reduce((best, one) => (one.perSecond > best.perSecond ? one : best))
    const rates = new Map(able.map(({ executor, perSecond }) => [executor, perSecond]))
    const isRight = measured.every(
      ({ advised }) => advised === null || (rates.get(advised) ?? 0) >= NEARLY * fastest.perSecond,
    )
    byWorkload[workload] = { fastest: fastest.executor, isRight, measured }
  }
  close()
  await endHost(host, 'SIGTERM')
  // One attempt of each as it was measured: the advisor's test is fed with them.
  const { db, close: closeStore } = openStore(folder, 'bench')
  const last = db.prepare<[], { job: string; measured: string }>(
    `SELECT job_name AS job, measured FROM runs WHERE measured IS NOT NULL AND id IN (SELECT max(id) FROM runs WHERE measured IS NOT NULL GROUP BY job_name)`,
  )
  const recorded = last.all().map(({ job, measured }) => ({ job, ...(JSON.parse(measured) as Use) }))
  closeStore()
  const verdicts = Object.values(byWorkload)
  return { workloads: verdicts.length, right: verdicts.filter(({ isRight }) => isRight).length, byWorkload, recorded }
})
server.close()
if (figures === undefined) throw new Error('no round was measured')
print('advisor', figures)
