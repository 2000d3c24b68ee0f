import { expect, test } from 'vitest'
import { findTagged } from '../../../src-main/interpreters/tagged-processes.ts'
import { meeting, openSupervisor, script } from '../../support/supervised.ts'
import { until } from '../../support/until.ts'

const returned = (value: unknown) => ({ how: 'returned', result: JSON.stringify(value) })
const killed = { how: 'exited', code: null, signal: 'SIGKILL' }

const loops = script(`export default () => { console.log('loops'); for (;;); }`, 'thread')

test('every run has a thread to itself, all in one process beside that of the async runs', async () => {
  const { startMany, start, endingOf, pid } = openSupervisor()
  const runs = startMany(meeting('thread'), [0, 1])
  const endings = await Promise.all(runs.map((run) => endingOf(run)))
  const threads = endings.map((ending) => (ending.how === 'returned' ? Number(ending.result) : null))
  expect(new Set(threads).size).toBe(2)
  const beside = start(script('export default () => 1', 'async'))
  await endingOf(beside)
  expect(new Set(runs.map(pid)).size).toBe(1)
  expect(pid(beside)).not.toBe(pid(runs[0]!))
})

test('short runs of a batch go one after another on its thread; behind a long one they get threads of their own', async () => {
  const { startMany, endingOf, ended, stop } = openSupervisor()
  const short = script(`import { threadId } from 'node:worker_threads'\nexport default () => threadId`, 'thread')
  const quick = startMany(short, Array(40).fill(null))
  const threads = await Promise.all(quick.map((run) => endingOf(run)))
  expect(new Set(threads.map((ending) => JSON.stringify(ending))).size).toBeLessThanOrEqual(2 + 4)

  const waits = script(
    `import { sleep } from 'signalbox'
     export default async (isLong: boolean) => { if (isLong) await sleep('1h'); return 'done' }`,
    'thread',
  )
  // Two batches, each with a long run first.
  const runs = startMany(waits, [true, false, true, false])
  expect(await Promise.all([runs[1]!, runs[3]!].map((run) => endingOf(run)))).toEqual([
    returned('done'),
    returned('done'),
  ])
  expect([ended(runs[0]!), ended(runs[2]!)]).toEqual([[], []])
  // Both threads are taken for good: so is this one's.
  const [after] = startMany(waits, [false]) as [number]
  expect(await endingOf(after)).toEqual(returned('done'))
  for (const run of [runs[0]!, runs[2]!]) stop(run, 'signal')
  expect(await endingOf(runs[0]!)).toMatchObject({ how: 'threw', cancelled: true })
})

test('what a batch had not begun when its thread died is run elsewhere', async () => {
  const { startMany, endingOf } = openSupervisor()
  const dies = script(
    `export default (isLast: boolean) => {
       if (isLast) return 'done'
       return new Promise(() => process.reallyExit(3))
     }`,
    'thread',
  )
  const runs = startMany(dies, [false, true, false, true])
  const exited = { how: 'exited', code: 3, signal: null }
  expect(await Promise.all(runs.map((run) => endingOf(run)))).toEqual([
    exited,
    returned('done'),
    exited,
    returned('done'),
  ])
})

test('threads that are all kept busy hold up neither async runs nor processes, and are not told of a blocked loop', async () => {
  const { startMany, start, endingOf, untilSaid, reports } = openSupervisor()
  const busy = startMany(loops, [1, 2])
  for (const run of busy) await untilSaid(run, 'loops')
  expect(await endingOf(start(script('export default () => "async"', 'async')))).toEqual(returned('async'))
  // Longer than it takes a shared loop to be noticed.
  const slow = `export default () => new Promise((done) => setTimeout(done, 1_200, 'process'))`
  expect(await endingOf(start(script(slow)))).toEqual(returned('process'))
  expect(reports.filter(({ type }) => type === 'finding')).toEqual([])
})

test('killing a run that ignores its stop costs the pool: its neighbour is interrupted, async runs go on', async () => {
  const { start, stop, endingOf, untilSaid, ended, pid } = openSupervisor()
  const waits = `import { log, sleep } from 'signalbox'\nexport default async () => { log('here'); await sleep('1h') }`
  const besideIt = start(script(waits, 'thread'))
  const elsewhere = start(script(waits, 'async'))
  const looping = start(loops)
  await untilSaid(besideIt, 'here')
  await untilSaid(elsewhere, 'here')
  await untilSaid(looping, 'loops')
  stop(looping, 'signal')
  stop(looping, 'kill')
  const after = start(script(`export default () => 'new'`, 'thread'))
  expect(await endingOf(looping)).toEqual(killed)
  expect(await endingOf(besideIt)).toMatchObject({ how: 'interrupted' })
  expect(await endingOf(after)).toEqual(returned('new'))
  expect(pid(after)).not.toBe(pid(looping))
  expect(ended(elsewhere)).toEqual([])
})

test('a run on a thread is told the CPU time it has used, and not that of its neighbour', async () => {
  const { start, endingOf, stop, ended } = openSupervisor()
  const idle = start(
    script(`import { sleep } from 'signalbox'\nexport default async () => { await sleep('1h') }`, 'thread'),
  )
  const busy = start(
    script(
      `export default () => { const until = process.threadCpuUsage().user + 200_000; while (process.threadCpuUsage().user < until); }`,
      'thread',
    ),
  )
  await endingOf(busy)
  stop(idle, 'signal')
  await endingOf(idle)
  const cpuMs = (run: number) => ended(run)[0]?.cpuMs ?? -1
  expect(cpuMs(busy)).toBeGreaterThanOrEqual(200)
  expect(cpuMs(idle)).toBeGreaterThan(0)
  expect(cpuMs(idle)).toBeLessThan(cpuMs(busy))
})

test('a thread that dies takes its own run along and no other', async () => {
  const { start, endingOf, untilSaid, ended, said } = openSupervisor()
  const waits = `import { log, sleep } from 'signalbox'\nexport default async () => { log('here'); await sleep('1h') }`
  const neighbour = start(script(waits, 'thread'))
  await untilSaid(neighbour, 'here')
  const dies = start(
    script(`export default () => new Promise(() => setTimeout(() => process.reallyExit(3), 20))`, 'thread'),
  )
  expect(await endingOf(dies)).toEqual({ how: 'exited', code: 3, signal: null })
  expect(said(dies)).toEqual(['mark its thread died: worker exited with code: 3'])
  expect(await endingOf(start(script(`export default () => 'goes on'`, 'thread')))).toEqual(returned('goes on'))
  expect(ended(neighbour)).toEqual([])
})

test('what a run on a thread has started is dead before its stop is told', async () => {
  const { start, stop, endingOf, untilSaid, tag } = openSupervisor()
  const starter = start(
    script(
      `import { spawn } from 'node:child_process'
       import { log, sleep } from 'signalbox'
       export default async () => { spawn('sleep', ['3600'], { detached: true }); log('up'); await sleep('1h') }`,
      'thread',
    ),
  )
  await untilSaid(starter, 'up')
  const programs = () => findTagged((each) => each.startsWith(`${tag}/`) && each.endsWith(`+${starter}.1`))
  await until('its program runs', () => programs().length === 1)
  stop(starter, 'signal')
  await endingOf(starter)
  expect(programs()).toEqual([])
})
