import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { homePaths } from '../../src-main/home.ts'
import { endWithTest } from '../support/command-line.ts'
import { copyTree, ownTree } from '../support/mutants.ts'
import { seededRandom } from '../support/random.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

/** Few enough that no checkpoint begins: all that was committed is in the write-ahead log. */
const RUNS = 40
const hasStrace = spawnSync('strace', ['-V']).status === 0
/** A machine that has to prove it has to have the tool. */
const isNeeded = process.env['CI'] !== undefined

/** An acknowledged run, and how many bytes of what the host had done were in the trace by then. */
type Acknowledged = { id: number; traceBytes: number }
type Traced = { home: string; trace: string; acknowledged: Acknowledged[] }

/** Submits runs one by one to a host whose writes and fsyncs are written down, and kills it. */
async function traceHost(root: string): Promise<Traced> {
  const home = tempFolder()
  const tracePath = join(tempFolder(), 'trace')
  const filter = 'trace=pwrite64,fsync,fdatasync'
  const words = ['-f', '--seccomp-bpf', '-y', '-s', '0', '-e', filter, '-o', tracePath]
  const host = [process.execPath, join(root, 'bin/signalbox'), 'serve', '--home', home]
  const child = spawn('strace', [...words, ...host], { stdio: ['ignore', 'pipe', 'inherit'] })
  endWithTest(child)
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await until('the host is ready', () => said.includes('#token='), 60_000)
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0])
  const { client, close } = await connectToHost(home)
  await client.jobs.save({ name: 'held', definition: { kind: 'command', command: { as: 'shell', line: 'true' } } })
  await client.jobs.pause({ name: 'held' })
  const acknowledged: Acknowledged[] = []
  for (let n = 0; n < RUNS; n += 1) {
    const { id } = await client.runs.submit({ what: 'job', job: 'held', input: n })
    acknowledged.push({ id, traceBytes: statSync(tracePath).size })
  }
  const ended = new Promise((resolve) => child.once('exit', resolve))
  process.kill(pid, 'SIGKILL')
  await ended
  close()
  return { home, trace: readFileSync(tracePath, 'utf8'), acknowledged }
}

/** How much of the log would be there if the power had gone off at this point of the trace: what an fsync has covered. */
function coveredBytes(trace: string): number {
  let written = 0
  let covered = 0
  for (const line of trace.split('\n')) {
    if (!line.includes('signalbox.db-wal>')) continue
    const write = /pwrite64\(.*, (\d+), (\d+)\) = (\d+)$/.exec(line)
    if (write !== null) written = Math.max(written, Number(write[2]) + Number(write[3]))
    else if (/f(?:data)?sync\(.*\) = 0$/.test(line)) covered = written
  }
  return covered
}

/** The ids of the runs in a store whose write-ahead log ends after so many bytes; null when it is damaged. */
function runsWithin(home: string, walBytes: number, folder: string): number[] | null {
  const { database } = homePaths(home)
  const path = join(folder, 'cut.db')
  copyFileSync(database, path)
  copyFileSync(`${database}-wal`, `${path}-wal`)
  writeFileSync(`${path}-shm`, '')
  truncateSync(`${path}-wal`, walBytes)
  const db = new Database(path)
  try {
    if (db.pragma('quick_check', { simple: true }) !== 'ok') return null
    const hasRuns = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'runs'`).get() !== undefined
    return hasRuns ? db.prepare<[], number>('SELECT id FROM runs ORDER BY id').pluck().all() : []
  } finally {
    db.close()
  }
}

/** The acknowledged runs that a power cut at the moment of their acknowledgement would have lost. */
function lostIn({ home, trace, acknowledged }: Traced): number[] {
  const folder = tempFolder()
  return acknowledged
    .filter(({ id, traceBytes }) => {
      const kept = runsWithin(home, coveredBytes(trace.slice(0, traceBytes)), folder)
      return kept?.includes(id) !== true
    })
    .map(({ id }) => id)
}

test.skipIf(!hasStrace && !isNeeded)(
  'what was acknowledged is on the disk, whenever the power is cut (needs strace)',
  async () => {
    const traced = await traceHost(ownTree.root)
    expect(traced.acknowledged).toHaveLength(RUNS)
    expect(lostIn(traced)).toEqual([])

    // Wherever the log is cut, in the middle of a page or between two: a beginning of what was committed, and whole.
    const size = statSync(`${homePaths(traced.home).database}-wal`).size
    const random = seededRandom(7)
    const frame = 4096 + 24
    const frames = Array.from({ length: Math.floor((size - 32) / frame) + 1 }, (_, n) => 32 + n * frame)
    const cuts = [...frames, ...Array.from({ length: 100 }, () => random.int(0, size))].sort((a, b) => a - b)
    const folder = tempFolder()
    let before = 0
    for (const cut of cuts) {
      const kept = runsWithin(traced.home, cut, folder)
      expect(kept, `cut at ${cut} of ${size}`).toEqual(Array.from({ length: kept?.length ?? -1 }, (_, n) => n + 1))
      expect(kept?.length).toBeGreaterThanOrEqual(before)
      before = kept?.length ?? 0
    }
    expect(before).toBe(RUNS)
  },
  300_000,
)

test.skipIf(!hasStrace && !isNeeded)(
  'a store that does not wait for the disk is found out (needs strace)',
  async () => {
    const tree = copyTree([
      { file: 'src-main/store/open.ts', find: `['synchronous', 'FULL', 2]`, replace: `['synchronous', 'NORMAL', 1]` },
    ])
    onTestFinished(tree.remove)
    expect(lostIn(await traceHost(tree.root))).not.toEqual([])
  },
  300_000,
)
