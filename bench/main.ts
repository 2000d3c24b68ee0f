/** `npm run bench [name …]`: runs the named measurements, or all, each in a process of its own; one JSON line each. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build, isBuildStale } from '../bin/build-state.js'

const names = [
  'submit',
  'drain',
  'queue',
  'latency',
  'tick-at-scale',
  'admission',
  'restart',
  'memory',
  'window',
  'deadlocks',
  'schedules',
  'history',
  'interpreters',
  'advisor',
  'peers',
] as const

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !names.some((known) => known === name))
if (unknown.length > 0) {
  console.error(`There is no measurement ${unknown.join(', ')}. Known: ${names.join(', ')}.`)
  process.exit(2)
}
// Some measure the host as it is built.
const root = fileURLToPath(new URL('..', import.meta.url))
if (isBuildStale(root)) await build(root)
for (const name of asked.length > 0 ? asked : names) {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.ts`, import.meta.url))], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
