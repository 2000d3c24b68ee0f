import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { meeting, openSupervisor, script } from '../../support/supervised.ts'
import { until } from '../../support/until.ts'

const one = script('export default () => 1', 'async')
const waits = script(`import { sleep } from 'signalbox'\nexport default () => sleep('1h')`, 'async')
const returned = { how: 'returned', result: '1' }

/** A supervisor whose pool of shared threads is up. */
async function openWarm(threads = 1) {
  const supervised = openSupervisor(threads)
  await supervised.endingOf(supervised.start(one))
  return supervised
}

test('a start reaches its thread while the supervisor stands still, and is told of when that goes on', async () => {
  const { alive, start, endingOf, ended, scriptsFolder } = await openWarm()
  const marks = script(
    `import { writeFileSync } from 'node:fs'\nexport default () => { writeFileSync('begun', ''); return 1 }`,
    'async',
  )
  const supervisor = alive().find(({ tag }) => tag.endsWith('/supervisor'))!
  process.kill(supervisor.pid, 'SIGSTOP')
  try {
    const run = start(marks)
    await until('it has begun', () => existsSync(join(scriptsFolder, 'begun')))
    expect(ended(run)).toEqual([])
    process.kill(supervisor.pid, 'SIGCONT')
    expect(await endingOf(run)).toEqual(returned)
  } finally {
    process.kill(supervisor.pid, 'SIGCONT')
  }
})

test('a run that tears the shared thread down alone has exited; one that had company is interrupted like the others', async () => {
  const { start, endingOf, untilSaid } = await openWarm()
  const dies = script(`export default () => new Promise(() => setImmediate(() => process.reallyExit(3)))`, 'async')
  expect(await endingOf(start(dies))).toEqual({ how: 'exited', code: 3, signal: null })
  const says = script(
    `import { sleep } from 'signalbox'\nexport default () => { console.log('up'); return sleep('1h') }`,
    'async',
  )
  const beside = start(says)
  await untilSaid(beside, 'up')
  const again = start(dies)
  expect(await endingOf(again)).toMatchObject({ how: 'interrupted' })
  expect(await endingOf(beside)).toMatchObject({ how: 'interrupted' })
  expect(await endingOf(start(one))).toEqual(returned)
})

test('runs are spread over the lines of several threads', async () => {
  const { startMany, endingOf } = await openWarm(2)
  const endings = await Promise.all(startMany(meeting('async'), [0, 1]).map((run) => endingOf(run)))
  expect(new Set(endings.map((ending) => JSON.stringify(ending))).size).toBe(2)
})

test('a script that closes the line of its thread costs its interpreter, and no start is left unheard', async () => {
  const { start, startMany, endingOf } = await openWarm()
  const closes = script(
    `import { closeSync, readdirSync, readlinkSync } from 'node:fs'
     export default () => {
       const sockets = readdirSync('/proc/self/fd').filter((fd) => {
         try { return Number(fd) > 4 && readlinkSync('/proc/self/fd/' + fd).startsWith('socket:') } catch { return false }
       })
       for (const fd of sockets) closeSync(Number(fd))
       return sockets.length
     }`,
    'async',
  )
  const beside = start(waits)
  expect(await endingOf(start(closes))).toEqual(returned)
  expect(await endingOf(beside)).toMatchObject({ how: 'threw', error: { name: 'ChannelError' } })
  for (const run of startMany(one, [1, 2, 3])) expect(await endingOf(run)).toEqual(returned)
})

test('a script that breaks sockets and events for its thread does not keep the next start from being heard', async () => {
  const { start, endingOf } = await openWarm()
  const breaks = script(
    `import { EventEmitter } from 'node:events'
     import { Socket } from 'node:net'
     import { Readable } from 'node:stream'
     export default () => {
       EventEmitter.prototype.emit = () => { throw new Error('no events') }
       for (const name of ['read', 'push', 'on', 'resume']) (Readable.prototype as never as Record<string, unknown>)[name] = () => { throw new Error('no streams') }
       ;(Socket.prototype as never as Record<string, unknown>)._read = () => { throw new Error('no sockets') }
       return 1
     }`,
    'async',
  )
  const [first, second] = [start(breaks), start(one)]
  expect(await endingOf(first)).toEqual(returned)
  expect(await endingOf(second)).toEqual(returned)
})
