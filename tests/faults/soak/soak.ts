import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { homePaths } from '../../../src-main/home.ts'
import { seededRandom } from '../../support/random.ts'
import { serveTree } from '../../support/served-tree.ts'
import type { ServedTree } from '../../support/served-tree.ts'
import { pickJob, saveWork } from './work.ts'

type SoakOptions = {
  root: string
  seed: number
  /** As many as a week has; they come as fast as they are done. */
  runs: number
  /** The limit of what is kept of them. */
  keepRuns: number
  /** Told of each look. */
  onLook?: (words: string) => void
}

type Look = {
  ended: number
  residentMb: number
  descriptors: number
  threads: number
  databaseMb: number
  walMb: number
  kept: number
}
type SoakReport = {
  seed: number
  runs: number
  ms: number
  removed: number
  /** Of those that are kept. */ outcomes: Record<string, number>
  /** Medians of the second and of the last quarter of all looks; in the first one everything is new. */
  before: Look
  after: Look
  most: Look
  violations: { rule: 'soak'; what: string }[]
}

const UNDER_WAY = 60
const AT_ONCE = 20
const LOOKS = 80
const MB = 1024 * 1024
const IDLE_MS = 120_000
/** Retention looks every 10 s. */
const PRUNED_MS = 20_000
/** What one quarter may differ from another without anything that grows: garbage that was not collected yet, a file that is open. */
const SLACK = { residentMb: 20, descriptors: 10, threads: 2, databaseMb: 3 }
const SHARE = 1.15
/** Its steps let others go first. */
const LATE_SHARE = 1.5
const LATE_RUNS = 1_500
const LARGEST_WAL_MB = 64

/** A week of mixed work on one host, as fast as it can: what it holds must not grow with what it has done. */
export async function runSoak({ root, seed, runs, keepRuns, onLook }: SoakOptions): Promise<SoakReport> {
  const began = performance.now()
  const served = await serveTree(root, ['--slots', 'async=20,thread=2,process=2'])
  const violations: SoakReport['violations'] = []
  try {
    const { client } = served
    await client.history.setRetention({ maxRuns: keepRuns })
    await saveWork(client)
    const looks = await work(served, seed, runs, onLook)
    await client.schedules.remove({ name: 'ticks' })
    await untilIdle(served)
    const quarter = Math.floor(looks.length / 4)
    const before = medianOf(looks.slice(quarter, 2 * quarter))
    const after = medianOf(looks.slice(-quarter))
    const most = mostOf(looks.slice(quarter))
    const say = (what: string) => violations.push({ rule: 'soak', what })
    for (const key of ['residentMb', 'descriptors', 'threads', 'databaseMb'] as const) {
      if (after[key] > before[key] * SHARE + SLACK[key]) say(`${key} grew from ${before[key]} to ${after[key]}`)
    }
    if (most.walMb > LARGEST_WAL_MB) say(`the write-ahead log had ${most.walMb} MB`)
    if (most.kept > keepRuns * LATE_SHARE + LATE_RUNS) say(`${most.kept} runs were kept, the limit is ${keepRuns}`)
    const left = await untilPruned(served, keepRuns)
    if (left > keepRuns) say(`${left} runs are kept in the end, the limit is ${keepRuns}`)
    // What retention has removed is in no total of outcomes any more.
    const { finished } = await client.engine.status()
    const { removed } = await client.history.storage()
    const ended = Object.values(finished).reduce((sum, count) => sum + count, 0) + removed.runs
    if (ended < runs) say(`${runs} runs were accepted, ${ended} have ended`)
    const ms = Math.round(performance.now() - began)
    return { seed, runs, ms, removed: removed.runs, outcomes: finished, before, after, most, violations }
  } finally {
    await served.stop()
  }
}

async function work(served: ServedTree, seed: number, runs: number, onLook: SoakOptions['onLook']): Promise<Look[]> {
  const { client } = served
  const random = seededRandom(seed)
  const looks: Look[] = []
  for (let accepted = 0; accepted < runs;) {
    const { counts } = await client.engine.status()
    if (counts.queued + counts.running + counts.scheduled >= UNDER_WAY) {
      await delay(10)
      continue
    }
    const inputs = Array.from({ length: Math.min(AT_ONCE, runs - accepted) }, (_, n) => ({ n: accepted + n }))
    await client.runs.submitMany({ job: pickJob(random), inputs })
    accepted += inputs.length
    if (accepted < ((looks.length + 1) * runs) / LOOKS) continue
    const seen = await look(served)
    looks.push(seen)
    onLook?.(`${accepted} accepted: ${JSON.stringify(seen)}`)
  }
  return looks
}

async function look({ home, child, client }: ServedTree): Promise<Look> {
  const { database } = homePaths(home)
  const status = readFileSync(`/proc/${child.pid}/status`, 'latin1')
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  const megabytes = (bytes: number) => Math.round((bytes / MB) * 10) / 10
  const { finished } = await client.engine.status()
  const { fileBytes, finishedRuns } = await client.history.storage()
  return {
    ended: Object.values(finished).reduce((sum, count) => sum + count, 0),
    residentMb: megabytes(field('VmRSS') * 1024),
    descriptors: readdirSync(`/proc/${child.pid}/fd`).length,
    threads: field('Threads'),
    databaseMb: megabytes(fileBytes),
    walMb: megabytes(statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0),
    kept: finishedRuns,
  }
}

async function untilIdle({ client }: ServedTree): Promise<void> {
  const deadline = performance.now() + IDLE_MS
  for (;;) {
    const { queued, running, scheduled, stopping } = (await client.engine.status()).counts
    if (queued + running + scheduled + stopping === 0) return
    if (performance.now() > deadline) throw new Error(`runs are left after ${IDLE_MS} ms without new ones`)
    await delay(50)
  }
}

/** How many are kept once the limit had its time. */
async function untilPruned({ client }: ServedTree, limit: number): Promise<number> {
  const deadline = performance.now() + PRUNED_MS
  for (;;) {
    const { finishedRuns } = await client.history.storage()
    if (finishedRuns <= limit || performance.now() > deadline) return finishedRuns
    await delay(250)
  }
}

const keys = ['ended', 'residentMb', 'descriptors', 'threads', 'databaseMb', 'walMb', 'kept'] as const

function medianOf(looks: Look[]): Look {
  return fromEach(looks, (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0)
}

const mostOf = (looks: Look[]): Look => fromEach(looks, (values) => Math.max(...values))

function fromEach(looks: Look[], pick: (values: number[]) => number): Look {
  return Object.fromEntries(keys.map((key) => [key, pick(looks.map((each) => each[key]))])) as Look
}
