import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { command, openSupervisor, script } from '../../support/supervised.ts'
import { until } from '../../support/until.ts'

const flood = `yes ${'flood '.repeat(12)}`

/** Memory of the supervisor in MB. */
function supervisorMegabytes(alive: () => { pid: number; tag: string }[]): number {
  const supervisor = alive().find(({ tag }) => tag.endsWith('/supervisor'))
  const status = readFileSync(`/proc/${supervisor?.pid}/status`, 'latin1')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

test('a flood of 300 MB leaves the supervisor small', async () => {
  const { start, endingOf, alive } = openSupervisor()
  const run = start(command(`${flood} | head -c 300000000`))
  let largest = 0
  let isOver = false
  const ending = endingOf(run, 50_000).finally(() => (isOver = true))
  const look = () => {
    largest = Math.max(largest, supervisorMegabytes(alive))
    return isOver
  }
  await until('the flood is over', look, 50_000)
  expect(await ending).toEqual({ how: 'exited', code: 0, signal: null })
  expect(largest).toBeGreaterThan(0)
  expect(largest).toBeLessThan(200)
})

test('while the engine does not read, floods wait in their own processes and can still be killed', async () => {
  const { start, startMany, stop, endingOf, reports, alive } = openSupervisor()
  const runs = startMany(
    command(flood),
    Array.from({ length: 8 }, () => null),
  )
  const endless = `export default async () => { for (;;) { console.log('x'.repeat(100)); await new Promise(setImmediate) } }`
  runs.push(start(script(endless)))
  const hasOutput = (run: number) => reports.some((report) => report.type === 'log' && report.run === run)
  await until('all of them flow', () => runs.every(hasOutput))
  // This blocks the thread that would read.
  for (let second = 0; second < 2; second++) execFileSync('sleep', ['1'])
  expect(supervisorMegabytes(alive)).toBeLessThan(300)
  for (const run of runs) stop(run, 'kill')
  const endings = await Promise.all(runs.map((run) => endingOf(run)))
  expect(new Set(endings.map((ending) => (ending.how === 'exited' ? ending.signal : ending.how)))).toEqual(
    new Set(['SIGKILL']),
  )
})
