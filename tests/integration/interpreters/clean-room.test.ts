import { expect, test } from 'vitest'
import { openSupervisor, script } from '../../support/supervised.ts'
import type { Executor } from '../../../src-preload/definition.ts'
import { until } from '../../support/until.ts'

/** Findings of others, such as of a loop that a busy machine keeps from turning, are none of this test's. */
const open = () => {
  const supervised = openSupervisor()
  const findings = (run: number) =>
    supervised.reports.flatMap((report) =>
      report.type === 'finding' && report.run === run && report.kind !== 'blocked_loop'
        ? [[report.kind, report.message]]
        : [],
    )
  return { ...supervised, findings }
}

const pollute = `
  Array.prototype.evil = () => 'evil'
  JSON.parse = () => 'hijacked'
  globalThis.leak = 1
  return 'done'`
const probe = `return [[].evil === undefined, JSON.stringify(JSON.parse('[1]')), typeof globalThis.leak]`
const body = (text: string) => `// @ts-nocheck\nexport default async () => { ${text} }`
const clean = { how: 'returned', result: JSON.stringify([true, '[1]', 'undefined']) }

test('no state of one run is in the process of the next', async () => {
  const { start, endingOf, findings } = open()
  const first = start(script(body(pollute)))
  expect(await endingOf(first)).toEqual({ how: 'returned', result: '"done"' })
  expect(await endingOf(start(script(body(probe))))).toEqual(clean)
  expect(findings(first)).toEqual([])
})

test.each<Executor>(['thread', 'async'])(
  'a run of %s that changes builtins is told so, and its interpreter is given up',
  async (executor) => {
    const { start, endingOf, untilSaid, findings, ended, pid, stop } = open()
    const beside = start(
      script(
        `import { log, sleep } from 'signalbox'\nexport default async () => { log('up'); await sleep('1h') }`,
        executor,
      ),
    )
    await untilSaid(beside, 'up')
    const polluter = start(script(body(pollute), executor))
    expect(await endingOf(polluter)).toEqual({ how: 'returned', result: '"done"' })
    expect(findings(polluter)).toEqual([
      ['left_behind', expect.stringMatching(/global scope.*: leak\.$/)],
      ['contaminated', expect.stringMatching(/Array\.prototype\.evil, JSON\.parse\. Later runs/)],
    ])
    // The neighbour is not interrupted; who comes later is elsewhere.
    const next = start(script(body(probe), executor))
    expect(await endingOf(next)).toEqual(clean)
    expect(findings(next)).toEqual([])
    expect(ended(beside)).toEqual([])
    expect(pid(next)).not.toBe(pid(polluter))
    stop(beside, 'signal')
    await endingOf(beside)
  },
)

test('a contaminated interpreter ends with its last run', async () => {
  const { start, endingOf, alive, pid } = open()
  const polluter = start(script(body(pollute), 'thread'))
  await endingOf(polluter)
  await until('its process is gone', () => !alive().some((each) => each.pid === pid(polluter)))
})

test('timers, servers and programs that a run leaves going are said of it', async () => {
  const { start, endingOf, findings, tag } = open()
  const leaves = start(
    script(
      `import { createServer } from 'node:net'
       import { spawn } from 'node:child_process'
       export default async () => {
         setInterval(() => undefined, 1_000)
         spawn('sleep', ['5'])
         await new Promise<void>((done) => createServer().listen(0, '127.0.0.1', done))
         return 1
       }`,
      'thread',
    ),
  )
  await endingOf(leaves)
  const [[kind, message] = []] = findings(leaves)
  expect(kind).toBe('left_behind')
  for (const words of ['1 timer', '1 program', '1 server']) expect(message).toContain(words)
  const tidy = start(
    script(
      `import { sleep } from 'signalbox'\nexport default async () => { await sleep('20ms'); await fetch('data:,x'); return 1 }`,
      'thread',
    ),
  )
  await endingOf(tidy)
  expect(findings(tidy)).toEqual([])
  expect(tag).not.toBe('')
})

test.each<Executor>(['thread', 'async'])(
  'what fails in a run of %s after its end is said of that run',
  async (executor) => {
    const { start, endingOf, findings } = open()
    const late = start(
      script(
        body(
          `setTimeout(() => { void Promise.reject(new Error('too late')); setTimeout(() => { throw new Error('later') }, 5) }, 50); return 1`,
        ),
        executor,
      ),
    )
    const beside = start(
      script(`import { sleep } from 'signalbox'\nexport default () => sleep('1s', 'well')`, executor),
    )
    expect(await endingOf(late)).toEqual({ how: 'returned', result: '1' })
    expect(await endingOf(beside)).toEqual({ how: 'returned', result: '"well"' })
    expect(findings(late).filter(([kind]) => kind === 'late_failure')).toEqual([
      ['late_failure', 'After it had ended: Error: too late'],
    ])
    expect(findings(beside)).toEqual([])
  },
)
