import { expect, test } from 'vitest'
import type { AttemptStart, Report } from '../../../src-main/interpreters/interpreters.ts'
import { PoolAttempts } from '../../../src-main/interpreters/pool-attempts.ts'
import type { SupervisorLink } from '../../../src-main/interpreters/supervisor-link.ts'
import { Gauges } from '../../../src-main/interpreters/telemetry/gauges.ts'
import { plainPolicy } from '../../support/plain-policy.ts'

const startOf = (run: number): AttemptStart => ({
  run,
  attempt: 1,
  job: null,
  name: 'a.ts',
  idempotencyKey: String(run),
  maxAttempts: 1,
  isLastAttempt: true,
  slot: null,
  backfilled: false,
  isSuspect: false,
  definition: { kind: 'script', code: { from: 'text', name: 'a.ts', text: '' }, executor: 'async', ...plainPolicy },
  input: 'null',
})

/** Two attempts that were sent to the pool's process, and what is reported of them. */
function sendTwo() {
  const reports: Report[] = []
  // What it is told goes nowhere: the test plays the supervisor.
  const link = { send: () => undefined, sendTo: () => undefined, forget: () => undefined } as unknown as SupervisorLink
  const gauges = new Gauges(
    () => 0,
    () => undefined,
    () => null,
  )
  const settings = { cacheFolder: '/nowhere', scriptsFolder: '/nowhere', executor: 'async', threads: 1 } as const
  const pool = new PoolAttempts({
    link,
    settings,
    lines: null,
    nextChannel: () => 1,
    gauges,
    report: (report) => reports.push(report),
    clean: (text) => text,
  })
  pool.start([startOf(1), startOf(2)])
  return {
    pool,
    endings: () => reports.flatMap((report) => (report.type === 'ended' ? [report.ending] : [])),
  }
}

test('attempts whose interpreter process could not be started have certainly not begun', () => {
  const { pool, endings } = sendTwo()
  pool.fromSupervisor({ type: 'unlaunchable', channel: 1, code: 'EAGAIN', message: 'too many', isFolderMissing: false })
  expect(endings()).toMatchObject([
    { how: 'interrupted', isUnbegun: true },
    { how: 'interrupted', isUnbegun: true },
  ])
})

test('attempts whose interpreter process died may have begun', () => {
  const { pool, endings } = sendTwo()
  pool.fromSupervisor({ type: 'launched', channel: 1, pid: 5 })
  pool.fromSupervisor({ type: 'gone', channel: 1, code: null, signal: 'SIGKILL' })
  expect(endings()).toMatchObject([
    { how: 'interrupted', isUnbegun: false },
    { how: 'interrupted', isUnbegun: false },
  ])
})
