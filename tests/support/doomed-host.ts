/**
 * A host that only waits to be killed: starts a supervisor on the folder of its first argument and runs one attempt of every
 * kind; prints a line for each that has said something.
 */
import { join } from 'node:path'
import type { AttemptStart } from '../../src-main/interpreters/interpreters.ts'
import { startSupervisor } from '../../src-main/interpreters/supervisor-client.ts'
import type { Definition } from '../../src-preload/definition.ts'
import { plainPolicy } from './plain-policy.ts'

const [home = '', tag = ''] = process.argv.slice(2)
const text = `import { log, sleep } from 'signalbox'
import { spawn } from 'node:child_process'
export default async () => {
  spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  log('up')
  await sleep('1h')
}`
const definitions: Definition[] = [
  { kind: 'script', executor: 'process', code: { from: 'text', name: 'a.ts', text }, ...plainPolicy },
  { kind: 'script', executor: 'async', code: { from: 'text', name: 'a.ts', text }, ...plainPolicy },
  {
    kind: 'command',
    command: { as: 'shell', line: `trap '' TERM HUP; setsid sleep 600 & echo up; sleep 600` },
    stdin: null,
    successCodes: [0],
    ...plainPolicy,
  },
]

const folders = {
  cacheFolder: join(home, 'cache'),
  scriptsFolder: join(home, 'scripts'),
  tempFolder: join(home, 'temp'),
}
const interpreters = startSupervisor({ tag, ...folders }, (reports) => {
  for (const report of reports) if (report.type === 'log') console.log(`up ${report.run}`)
})
interpreters.start(
  definitions.map((definition, i): AttemptStart => ({
    run: i + 1,
    attempt: 1,
    job: null,
    name: 'doomed',
    idempotencyKey: 'key',
    maxAttempts: 1,
    isLastAttempt: true,
    slot: null,
    backfilled: false,
    isSuspect: false,
    definition,
    input: 'null',
  })),
)
