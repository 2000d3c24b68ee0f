import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import type { Connection } from '../../src-main/cli/connection.ts'
import { homePaths } from '../../src-main/home.ts'
import { openStore } from '../../src-main/store/open.ts'
import { endWithTest, startSignalbox } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

/** A machine that has to prove it has to have the tools. */
const isNeeded = process.env['CI'] !== undefined
const has = (tool: string) => spawnSync(tool, ['-V']).status === 0
const signalbox = join(import.meta.dirname, '../../bin/signalbox')

const SLOW_START_MS = 90_000

/** A store with a job whose runs wait, closed well. */
async function quietHome(): Promise<string> {
  const home = tempFolder()
  const host = startSignalbox(['serve'], { home })
  endWithTest(host.child)
  await until('the host is ready', () => host.said.stdout.includes('#token='), SLOW_START_MS)
  const { client, close } = await connectToHost(home)
  await client.jobs.save({ name: 'held', definition: { kind: 'command', command: { as: 'shell', line: 'true' } } })
  await client.jobs.pause({ name: 'held' })
  close()
  host.child.kill('SIGTERM')
  await host.whenEnded
  return home
}

/** A host behind a tool that makes its disk fail. */
async function serveBehind(tool: string, words: string[], home: string) {
  const child = spawn(tool, [...words, process.execPath, signalbox, 'serve', '--home', home], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  endWithTest(child)
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  await until('the host is ready', () => said.stdout.includes('#token=') || isOver(), SLOW_START_MS)
  // `prlimit` becomes the host; `strace` has it for a child, which would outlive it.
  const signal = (name: NodeJS.Signals) => {
    if (isOver()) return
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
    process.kill(tool === 'strace' ? Number(children[0]) : (child.pid ?? 0), name)
  }
  onTestFinished(() => signal('SIGKILL'))
  return { child, said, isOver, signal }
}

const tryConnect = (home: string): Promise<Connection | null> => connectToHost(home).catch(() => null)

/** A run that was acknowledged, and its input, which no other has: the id of one that was lost is given again. */
type Accepted = { id: number; input: string }

/** Hands runs in until the host is gone, or `enough` were accepted after it failed once. Whoever is refused connects again. */
async function submitThroughFaults(home: string, isOver: () => boolean, enough: number): Promise<Accepted[]> {
  const accepted: Accepted[] = []
  let connection: Connection | null = null
  let [tries, faults, after] = [0, 0, 0]
  const deadline = performance.now() + 120_000
  while (!isOver() && after < enough && performance.now() < deadline) {
    connection ??= await tryConnect(home)
    try {
      tries += 1
      const input = `${tries} ${'x'.repeat(3_000)}`
      const run = await connection?.client.runs.submit({ what: 'job', job: 'held', input })
      if (run !== undefined) {
        accepted.push({ id: run.id, input })
        if (faults > 0) after += 1
      }
    } catch {
      faults += 1
      connection?.close()
      connection = null
    }
    // An engine that starts again needs the processor that asking without a pause would take.
    if (connection === null) await delay(20)
  }
  connection?.close()
  expect(faults).toBeGreaterThan(0)
  return accepted
}

/** What a start without faults finds afterwards: all that was accepted, in a whole store. */
function expectKept(home: string, accepted: Accepted[]): void {
  const { db, close } = openStore(home, 'test')
  const rows = db.prepare<[], { id: number; input: string }>('SELECT id, input FROM runs').all()
  const kept = new Map(rows.map(({ id, input }) => [id, JSON.parse(input) as unknown]))
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  close()
  expect(accepted.length).toBeGreaterThan(5)
  const lost = accepted.filter(({ id, input }) => kept.get(id) !== input)
  expect(lost.map(({ id, input }) => `${id}: ${input.slice(0, 10)}`)).toEqual([])
}

/** Words for a person, and no trace of where in the code it was. */
function expectWords(stderr: string, words: RegExp): void {
  expect(stderr).toMatch(words)
  expect(stderr).not.toMatch(/^\s+at .*\(?\S+:\d+:\d+\)?$/m)
}

/** `strace` for the files of the store alone: its host fails at these calls, counted over each thread. */
function failing(home: string, injection: string): string[] {
  const { database } = homePaths(home)
  const paths = ['-P', database, '-P', `${database}-wal`]
  return [
    '-f',
    '--seccomp-bpf',
    ...paths,
    '-e',
    'trace=pwrite64,fsync,fdatasync',
    '-e',
    `inject=${injection}`,
    '-o',
    '/dev/null',
  ]
}

test.skipIf(!has('strace') && !isNeeded).each([
  ['an fsync', 'fsync,fdatasync:error=EIO:when=25'],
  ['a write', 'pwrite64:error=EIO:when=60'],
  ['a write without room', 'pwrite64:error=ENOSPC:when=60'],
])(
  '%s that fails once ends the engine in words; it comes back by itself, and nothing acknowledged is lost (needs strace)',
  async (_what, injection) => {
    const home = await quietHome()
    const { said, isOver, signal } = await serveBehind('strace', failing(home, injection), home)
    const accepted = await submitThroughFaults(home, isOver, 10)
    expect(isOver()).toBe(false)
    expectWords(said.stderr, /The engine stopped and is started again: (disk I\/O error|database or disk is full)/)
    signal('SIGTERM')
    await until('the host has ended', isOver, 60_000)
    expectKept(home, accepted)
  },
  300_000,
)

test.skipIf(!has('strace') && !isNeeded)(
  'a start on a disk that fails is refused in words, and the store is as it was (needs strace)',
  async () => {
    const home = await quietHome()
    const read = () => {
      const { db, close } = openStore(home, 'test')
      const job = db.prepare('SELECT name, paused_at IS NOT NULL AS isPaused FROM jobs').all()
      close()
      return job
    }
    const before = read()
    const { child, said } = await serveBehind('strace', failing(home, 'fsync,fdatasync:error=EIO'), home)
    await until('the host has ended', () => child.exitCode !== null, 60_000)
    expect([child.exitCode, said.stdout]).toEqual([1, ''])
    expect(said.stderr).toMatch(/^signalbox: The data folder .* cannot be used: disk I\/O error\. [^\n]+\n$/)
    expect(read()).toEqual(before)
  },
  300_000,
)

test.skipIf(!has('prlimit') && !isNeeded)(
  'files that may not grow any more end the host in words, and nothing acknowledged is lost (needs prlimit)',
  async () => {
    const home = await quietHome()
    const { child, said, isOver } = await serveBehind('prlimit', ['--fsize=800000'], home)
    const accepted = await submitThroughFaults(home, isOver, Infinity)
    await until('the host has ended', isOver, 60_000)
    expect([child.exitCode, child.signalCode]).toEqual([1, null])
    expectWords(said.stderr, /The engine stopped and is started again: (disk I\/O error|database or disk is full)/)
    expectKept(home, accepted)
  },
  300_000,
)
