/**
 * `npm run bench [name …]` runs the named measurements, or all, each in a process of its own; one JSON line each.
 * `npm run bench -- report [name …]` also keeps their figures and writes `docs/performance.md` from all that are kept.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, isBuildStale } from '../bin/build-state.js'
import { describeMachine, othersPercent, readCpuTimes } from './machine.ts'
import type { Result } from './report.ts'
import { readResults, renderReport, writeResults } from './report.ts'

const names = [
  'submit',
  'drain',
  'queue',
  'latency',
  'tick-at-scale',
  'admission',
  'restart',
  'memory',
  'floods',
  'window',
  'peers',
  'deadlocks',
  'schedules',
  'history',
  'interpreters',
  'advisor',
] as const

const isReport = process.argv[2] === 'report'
const asked = process.argv.slice(isReport ? 3 : 2)
const unknown = asked.filter((name) => !names.some((known) => known === name))
if (unknown.length > 0) {
  console.error(`There is no measurement ${unknown.join(', ')}. Known: ${names.join(', ')}.`)
  process.exit(2)
}
// Some measure the host as it is built.
const root = fileURLToPath(new URL('..', import.meta.url))
if (isBuildStale(root)) await build(root)
for (const name of asked.length > 0 ? asked : names) {
  const figures = run(name)
  if (figures === null) process.exitCode = 1
  // After each one: the whole takes long, and what was measured is not to be lost.
  else if (isReport) keep(name, figures)
}

type Kept = Omit<Result, 'at' | 'machine'>

/** What the bench said, or null if it failed. */
function run(name: string): Kept | null {
  const cpu = readCpuTimes()
  const start = performance.now()
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.ts`, import.meta.url))], {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  process.stdout.write(stdout)
  if (status !== 0) return null
  const seconds = (performance.now() - start) / 1_000
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return {
    minutes: Number((seconds / 60).toFixed(1)),
    othersPercent: othersPercent(cpu, seconds),
    figures: lines.length === 1 ? (lines[0] ?? {}) : { lines },
  }
}

function keep(name: string, figures: Kept): void {
  const path = join(root, 'bench/results.json')
  const results = readResults(path)
  results[name] = {
    at: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: describeMachine(),
    ...figures,
  }
  writeResults(path, results)
  writeFileSync(join(root, 'docs/performance.md'), renderReport(results))
}
