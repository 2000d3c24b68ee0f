import { expect, test } from 'vitest'
import { openSupervisor, script, shareSupervisor } from '../../support/supervised.ts'
import { until } from '../../support/until.ts'

const returned = (value: unknown) => ({ how: 'returned', result: JSON.stringify(value) })
const shared = shareSupervisor()

test('a process that exits mid-run has no result, and what it said before is kept', async () => {
  const { start, endingOf, said } = shared()
  const run = start(script(`export default async () => { console.log('bye'); process.exit(0) }`))
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 0, signal: null })
  expect(said(run)).toEqual(['out bye'])
})

test('a script that waits for what never comes ends its process without a result', async () => {
  const { start, endingOf, said } = shared()
  const run = start(script(`export default () => new Promise(() => {})`))
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 0, signal: null })
  expect(said(run)).toEqual([])
})

test('a script process reports its CPU time, its pid first and its ending last', async () => {
  const { start, endingOf, reports } = openSupervisor()
  const text = `export default () => {
    const before = process.cpuUsage().user
    while (process.cpuUsage().user - before < 100_000);
    console.log('x')
  }`
  const run = start(script(text))
  await endingOf(run)
  expect(reports.map(({ type }) => type)).toEqual(['started', 'log', 'ended'])
  const { cpuMs } = reports.at(-1) as { cpuMs: number }
  expect(cpuMs).toBeGreaterThanOrEqual(100)
  // In ms, and of this process alone.
  expect(cpuMs).toBeLessThan(10_000)
})

/** The other half of the case is in `tests/conformance/task-groups.test.ts`. */
test.each(['process', 'async', 'thread'] as const)(
  'C65 process.exit in a task group of %s ends the run, and is no error of the group',
  async (executor) => {
    const { start, endingOf, said } = openSupervisor()
    const text = `
      import { log, sleep, taskGroup } from 'signalbox'
      export default async () => {
        try {
          await taskGroup(async (group) => {
            group.spawn(() => sleep('1h'))
            await sleep(1)
            log('leaves')
            process.exit(3)
          })
        } catch (error) {
          log('caught ' + error.name)
        }
        return 'went on'
      }`
    const run = start(script(text, executor))
    expect(await endingOf(run)).toEqual({ how: 'exited', code: 3, signal: null })
    expect(said(run)).toEqual(['info leaves'])
  },
)

test('process.exit in an async script ends that run only', async () => {
  const { start, stop, ended, endingOf, untilSaid } = openSupervisor()
  const waiting = `import { log, sleep } from 'signalbox'\nexport default async () => { log('here'); await sleep('1h') }`
  const neighbour = start(script(waiting, 'async'))
  await untilSaid(neighbour, 'here')
  const run = start(script(`export default async () => { process.exit(3) }`, 'async'))
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 3, signal: null })
  expect(ended(neighbour)).toEqual([])
  stop(neighbour, 'signal')
  expect(await endingOf(neighbour)).toMatchObject({ how: 'threw', cancelled: true })
})

/** Ends the thread it runs on, past `process.exit`. */
const endsItsThread = `export default async () => {
  console.log('here')
  await new Promise(() => setTimeout(() => process.reallyExit(3), 20))
}`

test('a thread that dies takes a run that is alone on it along, and the next one finds a new thread', async () => {
  const { start, endingOf, said } = openSupervisor()
  const run = start(script(endsItsThread, 'async'))
  expect(await endingOf(run)).toEqual({ how: 'exited', code: 3, signal: null })
  expect(said(run)).toEqual(['out here', 'mark its thread died: worker exited with code: 3'])
  expect(await endingOf(start(script(`export default () => 'goes on'`, 'async')))).toEqual(returned('goes on'))
})

test('a thread that dies interrupts those who shared it', async () => {
  const { start, endingOf, untilSaid } = openSupervisor()
  const waiting = `import { log, sleep } from 'signalbox'\nexport default async () => { log('here'); await sleep('1h') }`
  const neighbour = start(script(waiting, 'async'))
  await untilSaid(neighbour, 'here')
  const culprit = start(script(endsItsThread, 'async'))
  const [first, second] = await Promise.all([endingOf(neighbour), endingOf(culprit)])
  expect([first.how, second.how]).toEqual(['interrupted', 'interrupted'])
})

test('nothing is reported after close, and close is quick with runs in flight', async () => {
  const { start, interpreters, alive, reports, untilSaid } = openSupervisor()
  const run = start(
    script(`export default async () => { console.log('up'); await new Promise((r) => setTimeout(r, 1e6)) }`),
  )
  await untilSaid(run, 'up')
  await interpreters.close()
  const count = reports.length
  await until('nobody is left', () => alive().length === 0, 100)
  expect(reports.slice(count)).toEqual([])
  expect(reports.some(({ type }) => type === 'ended')).toBe(false)
})
