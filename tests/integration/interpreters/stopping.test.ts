import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { command, openSupervisor, script } from '../../support/supervised.ts'
import { until } from '../../support/until.ts'

const killed = { how: 'exited', code: null, signal: 'SIGKILL' }

/** Processes whose command line holds `mark`, whatever their environment says. */
const withMark = (mark: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(mark)
      } catch {
        return false
      }
    })

test('SIGTERM reaches the whole group of a command', async () => {
  const { start, stop, endingOf, untilSaid, said } = openSupervisor()
  const run = start(command(`trap 'echo cleaning; exit 7' TERM; echo up; while :; do sleep 0.05; done`))
  await untilSaid(run, 'up')
  stop(run, 'signal')
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 7, signal: null })
  expect(said(run).filter((line) => line.startsWith('out'))).toEqual(['out up', 'out cleaning'])
})

test('a command that ignores SIGTERM is killed with the grandchild that left its group, before it is told', async () => {
  const { start, stop, endingOf, untilSaid, ended } = openSupervisor()
  const mark = `3${Math.floor(Math.random() * 1e6)}`
  const run = start(command(`trap '' TERM; setsid sh -c 'trap "" TERM; sleep ${mark} & wait' & echo up; sleep ${mark}`))
  await untilSaid(run, 'up')
  await until('the grandchild runs', () => withMark(`sleep\0${mark}`).length === 2)
  stop(run, 'signal')
  stop(run, 'kill')
  let leftWhenTold: number[] | null = null
  await until('it is told', () => {
    if (ended(run).length === 0) return false
    leftWhenTold ??= withMark(mark)
    return true
  })
  expect(leftWhenTold).toEqual([])
  expect(await endingOf(run)).toEqual(killed)
})

test.each(['signal', 'kill'] as const)(
  'what an async run has started, whoever started it, is dead before its stop by %s is told; its neighbour goes on',
  async (step) => {
    const { start, stop, endingOf, untilSaid, ended } = openSupervisor()
    const mark = `3${Math.floor(Math.random() * 1e6)}`
    const starter = script(
      `import { spawn } from 'node:child_process'
       import { sleep } from 'signalbox'
       export default async (name: string) => {
         spawn('sh', ['-c', 'setsid sleep ${mark} & sleep ${mark} & exec sleep ${mark}'], { stdio: 'ignore', env: {} })
         spawn('sleep', ['${mark}'], { stdio: 'ignore', detached: true }).unref()
         console.log(name + ' is up')
         await sleep('1h')
       }`,
      'async',
    )
    const stopped = start(starter, 'first')
    const neighbour = start(starter, 'second')
    await untilSaid(stopped, 'first is up')
    await untilSaid(neighbour, 'second is up')
    await until('all sleep', () => withMark(`sleep\0${mark}`).length === 8)
    stop(stopped, step)
    let leftWhenTold: number | null = null
    await until('it is told', () => {
      if (ended(stopped).length === 0) return false
      leftWhenTold ??= withMark(`sleep\0${mark}`).length
      return true
    })
    if (step === 'kill') {
      expect(leftWhenTold).toBe(0)
      expect(await endingOf(neighbour)).toMatchObject({ how: 'interrupted' })
      return
    }
    expect(leftWhenTold).toBe(4)
    expect(ended(neighbour)).toEqual([])
  },
)

test('what a command leaves in its group when it ends is killed', async () => {
  const { start, endingOf } = openSupervisor()
  const mark = `3${Math.floor(Math.random() * 1e6)}`
  const run = start(command(`sleep ${mark} & exit 0`))
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 0, signal: null })
  expect(withMark(mark)).toEqual([])
})

test('a daemon that keeps the output open is found by its tag and killed', async () => {
  const { start, endingOf } = openSupervisor()
  const mark = `3${Math.floor(Math.random() * 1e6)}`
  const run = start(command(`setsid sleep ${mark} & sleep 0.2`))
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 0, signal: null })
  expect(withMark(mark)).toEqual([])
})

test('an endless loop in a script process is killed, with what it said before', async () => {
  const { start, stop, endingOf, untilSaid } = openSupervisor()
  const run = start(script(`export default () => { console.log('looping'); for (;;); }`))
  await untilSaid(run, 'looping')
  stop(run, 'signal')
  stop(run, 'kill')
  expect(await endingOf(run)).toEqual(killed)
})

test('an exit handler that never returns does not hold the run for ever', async () => {
  const { start, endingOf } = openSupervisor()
  const run = start(script(`export default () => { process.on('exit', () => { for (;;); }); return 1 }`))
  expect(await endingOf(run)).toEqual({ how: 'returned', result: '1' })
})

test('killing an async attempt costs its process: neighbours are interrupted, and the next start gets a new one', async () => {
  const { start, stop, endingOf, untilSaid, pid } = openSupervisor()
  const waiting = `import { log, sleep } from 'signalbox'\nexport default async () => { log('here'); await sleep('1h') }`
  const neighbour = start(script(waiting, 'async'))
  await untilSaid(neighbour, 'here')
  const looping = start(script(`export default () => { console.log('looping'); for (;;); }`, 'async'))
  await untilSaid(looping, 'looping')
  stop(looping, 'kill')
  const after = start(script(`export default () => 'new'`, 'async'))
  expect(await endingOf(looping)).toEqual(killed)
  expect(await endingOf(neighbour)).toMatchObject({ how: 'interrupted' })
  expect(await endingOf(after)).toEqual({ how: 'returned', result: '"new"' })
  expect(pid(after)).not.toBe(pid(looping))
})

test('a stop for an attempt that has ended, or was never started, changes nothing', async () => {
  const { start, stop, endingOf, ended } = openSupervisor()
  const run = start(command('true'))
  await endingOf(run)
  stop(run, 'kill')
  stop(999, 'signal')
  const next = start(script('export default () => 1', 'async'))
  await endingOf(next)
  stop(next, 'kill')
  await endingOf(start(script('export default () => 1', 'async')))
  expect([ended(run).length, ended(next).length]).toEqual([1, 1])
})
