import { expect, test } from 'vitest'
import { command, openSupervisor, script } from '../../support/supervised.ts'
import { until } from '../../support/until.ts'

const waiting = `import { log, sleep } from 'signalbox'\nexport default async () => { log('up'); await sleep('1h') }`
const killsParent = `import { log } from 'signalbox'
  export default async () => { log('up'); process.kill(process.ppid, 'SIGKILL'); await new Promise(() => setInterval(() => undefined, 1_000)) }`

test('a suspect that kills its supervisor again fails with words; nobody else is interrupted', async () => {
  const { start, startSuspect, endingOf, untilSaid, ended, alive } = openSupervisor()
  const neighbours = [start(script(waiting)), start(script(waiting, 'async')), startSuspect(script(waiting))]
  for (const run of neighbours) await untilSaid(run, 'up')
  const mark = String(800_000_000 + process.pid)
  const suspects = [
    startSuspect(script(killsParent)),
    startSuspect(command(`setsid env -i sleep ${mark} > /dev/null 2>&1 & kill -9 $PPID; sleep ${mark}`)),
  ]
  for (const run of suspects) {
    expect(await endingOf(run)).toMatchObject({ how: 'threw', error: { name: 'SupervisorDied' } })
  }
  expect(neighbours.map((run) => ended(run))).toEqual([[], [], []])
  // The common supervisor, and that of the suspect which does no harm.
  await until('two supervisors are left', () => alive().filter(({ tag }) => tag.endsWith('/supervisor')).length === 2)
})

test('a suspect that does no harm ends like any other, and takes its supervisor along', async () => {
  const { startSuspect, start, endingOf, stop, untilSaid, alive } = openSupervisor()
  expect(await endingOf(startSuspect(script('export default () => 7')))).toEqual({ how: 'returned', result: '7' })
  const stopped = startSuspect(script(waiting))
  await untilSaid(stopped, 'up')
  stop(stopped, 'signal')
  expect(await endingOf(stopped)).toMatchObject({ how: 'threw', cancelled: true })
  await until('one supervisor is left', () => alive().filter(({ tag }) => tag.endsWith('/supervisor')).length === 1)
  // The common one dies: that is no fault of a suspect which has its own.
  const suspect = startSuspect(
    script(`import { log, sleep } from 'signalbox'
    export default async () => { log('up'); await sleep('1s'); return 'well' }`),
  )
  const other = start(script(waiting))
  for (const run of [suspect, other]) await untilSaid(run, 'up')
  const oldest = alive()
    .filter(({ tag }) => tag.endsWith('/supervisor'))
    .sort((a, b) => a.pid - b.pid)[0]!
  process.kill(oldest.pid, 'SIGKILL')
  expect(await endingOf(other)).toMatchObject({ how: 'interrupted', isSuspect: true })
  expect(await endingOf(suspect)).toEqual({ how: 'returned', result: '"well"' })
})

test('more suspects than may have supervisors wait for each other, and can be stopped while they do', async () => {
  const { startSuspect, endingOf, stop, untilSaid, alive } = openSupervisor()
  const runs = Array.from({ length: 10 }, () => startSuspect(script(waiting)))
  for (const run of runs.slice(0, 8)) await untilSaid(run, 'up')
  expect(alive().filter(({ tag }) => tag.endsWith('/supervisor'))).toHaveLength(9)
  stop(runs[9]!, 'signal')
  expect(await endingOf(runs[9]!)).toMatchObject({ how: 'interrupted' })
  stop(runs[0]!, 'kill')
  await untilSaid(runs[8]!, 'up')
})
