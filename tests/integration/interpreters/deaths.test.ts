import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findTagged, killTagged } from '../../../src-main/interpreters/tagged-processes.ts'
import { command, openSupervisor, script } from '../../support/supervised.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

const waiting = `import { log, sleep } from 'signalbox'\nexport default async () => { log('up'); await sleep('1h') }`

test('when the supervisor is killed its attempts are interrupted after they are dead, and work goes on', async () => {
  const { start, startMany, endingOf, untilSaid, alive, pid, interpreters, ended } = openSupervisor()
  const runs = [
    start(script(waiting)),
    ...startMany(script(waiting, 'async'), [1, 2]),
    start(command(`trap '' TERM; setsid sleep 600 & echo up; sleep 600`)),
  ]
  for (const run of runs) await untilSaid(run, 'up')
  const before = alive().map((found) => found.pid)
  const supervisor = alive().find(({ tag }) => tag.endsWith('/supervisor'))!
  process.kill(supervisor.pid, 'SIGKILL')
  await until('all are told', () => runs.every((run) => ended(run).length === 1))
  // A new supervisor may be up already; of the old life nobody is.
  const after = alive().map((found) => found.pid)
  expect(after.filter((found) => before.includes(found))).toEqual([])
  for (const run of runs) {
    expect(await endingOf(run)).toEqual({ how: 'interrupted', why: 'the supervisor process died', isSuspect: true })
  }
  const next = [start(script('export default () => 1')), start(script('export default () => 2', 'async'))]
  expect(await Promise.all(next.map((run) => endingOf(run)))).toEqual([
    { how: 'returned', result: '1' },
    { how: 'returned', result: '2' },
  ])
  expect(pid(next[0]!)).toBeGreaterThan(0)
  expect(await interpreters.sweep()).toEqual({ killed: 0 })
})

test('a supervisor that stands still counts as dead: its attempts are interrupted, and work goes on', async () => {
  const { start, endingOf, untilSaid, alive } = openSupervisor()
  const run = start(script(waiting))
  await untilSaid(run, 'up')
  process.kill(alive().find(({ tag }) => tag.endsWith('/supervisor'))!.pid, 'SIGSTOP')
  expect(await endingOf(run, 30_000)).toEqual({
    how: 'interrupted',
    why: 'the supervisor process died',
    isSuspect: true,
  })
  expect(await endingOf(start(script('export default () => 1')))).toEqual({ how: 'returned', result: '1' })
})

test('a supervisor that stands still does not hold up the end of its host', async () => {
  const { start, untilSaid, alive, interpreters } = openSupervisor()
  await untilSaid(start(script(waiting)), 'up')
  process.kill(alive().find(({ tag }) => tag.endsWith('/supervisor'))!.pid, 'SIGSTOP')
  await interpreters.close()
  expect(alive()).toEqual([])
})

test('when the host is killed, nothing of it is left within 2 s', async () => {
  const home = tempFolder()
  for (const name of ['cache', 'scripts']) mkdirSync(join(home, name))
  const tag = randomUUID()
  const host = spawn(process.execPath, [join(import.meta.dirname, '../../support/doomed-host.ts'), home, tag], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const alive = () => findTagged((candidate) => candidate.startsWith(`${tag}/`))
  onTestFinished(() => void killTagged(alive()))
  let said = ''
  host.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await until('all three attempts run', () => ['up 1', 'up 2', 'up 3'].every((line) => said.includes(line)))
  // The supervisor, two interpreters, the sleeps they started, the shell and its two sleeps.
  expect(alive().length).toBeGreaterThanOrEqual(8)
  host.kill('SIGKILL')
  await until('nothing of it is left', () => alive().length === 0, 2_000)
})

test('a sweep finds what an earlier life left, and leaves other stores and this life alone', async () => {
  const { tag, interpreters, start, untilSaid, endingOf, stop, alive } = openSupervisor()
  const own = start(command('echo up; sleep 600'))
  await untilSaid(own, 'up')
  const orphan = (label: string, store: string) =>
    spawn('sleep', ['600'], {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, SIGNALBOX_TAG: `${store}/${label}` },
    })
  const orphans = [orphan('old-life/supervisor', tag), orphan('old-life/1.1', tag), orphan('older-life/pool-1', tag)]
  const stranger = orphan('old-life/1.1', randomUUID())
  onTestFinished(() => void stranger.kill('SIGKILL'))
  await until('the orphans run', () => alive().filter((found) => found.tag.includes('old')).length === 3)
  expect(await interpreters.sweep()).toEqual({ killed: 3 })
  for (const { pid } of orphans) expect(alive().map((found) => found.pid)).not.toContain(pid)
  expect(stranger.exitCode).toBe(null)
  expect(process.kill(stranger.pid!, 0)).toBe(true)
  stop(own, 'kill')
  expect(await endingOf(own)).toEqual({ how: 'exited', code: null, signal: 'SIGKILL' })
})

test('a script process whose supervisor is killed ends by itself', async () => {
  const { start, untilSaid, pid, alive } = openSupervisor()
  const run = start(script(waiting))
  await untilSaid(run, 'up')
  const supervisor = alive().find(({ tag }) => tag.endsWith('/supervisor'))!
  process.kill(supervisor.pid, 'SIGKILL')
  await until('it is gone', () => !alive().some((found) => found.pid === pid(run)), 2_000)
})
