import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import type { Attention, JobRow, RunDetail } from '../../src-preload/contract.ts'
import { endWithTest, listenTo, serveHome, signalboxOn, startSignalbox } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

/** Counts its beginnings in a file, and ends when there is a second file. */
const COUNTING = `
import { appendFileSync, existsSync } from 'node:fs'
import { sleep } from 'signalbox'
export default async function (folder) {
  appendFileSync(folder + '/begun', 'x')
  while (!existsSync(folder + '/go')) await sleep('20ms')
  return 'done'
}
`

async function serve(home: string) {
  const host = await serveHome(home)
  endWithTest(host.child)
  return host
}

function prepare() {
  const folder = tempFolder()
  const script = join(folder, 'once.ts')
  writeFileSync(script, COUNTING)
  const home = join(folder, 'home')
  const begun = () => {
    try {
      return readFileSync(join(folder, 'begun'), 'utf8').length
    } catch {
      return 0
    }
  }
  return { folder, script, home, begun, signalbox: signalboxOn(home), ...listenTo(signalboxOn(home)) }
}

test('a run that is not to begin again is abandoned after a kill, needs a person, and runs again by hand', async () => {
  const { folder, script, home, begun, say, json } = prepare()
  const first = await serve(home)
  await say('job', 'add', script, '--on-interrupted', 'abandon')
  const { id } = await json<RunDetail>('submit', 'once', '--input', JSON.stringify(folder))
  await until('it has begun', () => begun() === 1)
  first.child.kill('SIGKILL')
  await first.whenEnded

  await serve(home)
  expect(await json<RunDetail>('show', String(id))).toMatchObject({
    outcome: 'abandoned',
    error: { name: 'AbandonedError', message: expect.stringContaining('the host died while it ran') as string },
    attempts: [{ number: 1, state: 'interrupted' }],
  })
  expect(await say('show', String(id))).toMatch(/^state +abandoned$[^]*run it again by hand/m)
  expect(await say('ls', '--state', 'abandoned')).toMatch(new RegExp(`^ *${id} +abandoned `, 'm'))
  expect(await needing(home)).toEqual([id])

  const again = Number(await say('retry', String(id)))
  await until('it has begun again', () => begun() === 2)
  expect(await needing(home)).toEqual([])
  writeFileSync(join(folder, 'go'), '')
  await say('logs', String(again), '-f')
  expect(await json<RunDetail>('show', String(again))).toMatchObject({ outcome: 'succeeded', retryOf: id, attempt: 1 })
  expect(begun()).toBe(2)
})

test('what was abandoned is listed until somebody says to have looked at it', async () => {
  const { folder, script, home, begun, say, json, signalbox } = prepare()
  const first = await serve(home)
  await say('job', 'add', script, '--on-interrupted', 'abandon')
  const input = JSON.stringify(folder)
  const ids = [await say('submit', 'once', '--input', input), await say('submit', 'once', '--input', input)].map(Number)
  await until('both have begun', () => begun() === 2)
  first.child.kill('SIGKILL')
  await first.whenEnded

  await serve(home)
  expect(await say('ps')).toBe('ABANDONED 2 runs need you: signalbox looked-at\n\nNothing runs and nothing waits.\n')
  const listed = await say('looked-at')
  for (const id of ids)
    expect(listed).toMatch(new RegExp(`^ *${id} +\\d{4}-\\S+ \\S+ +once +AbandonedError: it was cut off`, 'm'))
  expect(await say('show', String(ids[0]))).not.toMatch(/^looked at/m)
  expect(await say('looked-at', ...ids.map(String))).toBe(ids.map((id) => `run ${id} needs nobody any more\n`).join(''))
  expect(await say('show', String(ids[0]))).toMatch(/^looked at +\d{4}-/m)
  expect(await json('looked-at')).toEqual([])
  expect(await say('looked-at')).toBe('No abandoned run needs you.\n')
  expect(await needing(home)).toEqual([])

  writeFileSync(join(folder, 'go'), '')
  const fine = (await say('submit', 'once', '--input', input)).trim()
  expect(await signalbox('looked-at', fine)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`run ${fine} was not abandoned`) as string,
  })
  expect(await signalbox('looked-at', '999')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no run 999.') as string,
  })
  expect(await signalbox('looked-at', 'first')).toMatchObject({ code: 2 })
})

/** The runs that were abandoned and that nobody has seen to. */
async function needing(home: string): Promise<number[]> {
  const connection = await connectToHost(home)
  const reading = new AbortController()
  try {
    const feed = await connection.client.feeds.attention(undefined, { signal: reading.signal })
    for await (const message of feed) {
      if (message.type !== 'snapshot') continue
      const rows = message.rows.map(({ row }): Attention => row)
      return rows.flatMap((row) => (row.kind === 'abandoned_run' ? [row.run] : []))
    }
    throw new Error('the feed has ended without a snapshot')
  } finally {
    reading.abort()
    connection.close()
  }
}

test('a run that is watched says why it was abandoned, and fails its command', async () => {
  const { folder, script, home, begun } = prepare()
  const host = await serve(home)
  const watched = startSignalbox(['run', script, '--on-interrupted', 'abandon', '--input', JSON.stringify(folder)], {
    home,
  })
  await until('it has begun', () => begun() === 1)
  const supervisor = childOf(host.child.pid ?? NaN)
  process.kill(supervisor, 'SIGKILL')
  expect(await watched.whenEnded).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^AbandonedError: it was cut off, .*: the supervisor process died\n.*by hand[^\n]*\nsignalbox: run 1 was abandoned\n$/,
    ) as string,
  })
  expect(begun()).toBe(1)
})

/** The one process that this one has started, from whichever of its threads. */
function childOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.flatMap(
    (thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').match(/\d+/g) ?? [],
  )
  const [child] = children.map(Number)
  if (child === undefined || children.length !== 1) throw new Error(`process ${pid} has ${children.length} children`)
  return child
}

test('the rule is shown where it is not the usual one, can be had otherwise by one run, and must be one of two', async () => {
  const { script, home, say, json, signalbox } = prepare()
  await serve(home)
  await say('job', 'add', script, '--name', 'careful', '--on-interrupted', 'abandon')
  await say('job', 'add', '--name', 'usual', '--command', 'true')
  await say('job', 'add', 'page', '--http', 'GET', 'http://127.0.0.1:1/', '--on-interrupted', 'abandon')
  expect(await say('job', 'show', 'careful')).toMatch(/^cut off +abandon: it never begins again by itself$/m)
  expect(await say('job', 'show', 'usual')).not.toMatch(/^cut off/m)
  expect((await json<JobRow>('job', 'show', 'page')).definition).toMatchObject({ onInterrupted: 'abandon' })
  const otherwise = await json<RunDetail>('submit', 'usual', '--delay', '1h', '--on-interrupted', 'abandon')
  expect(otherwise.definition).toMatchObject({ onInterrupted: 'abandon' })
  for (const words of [
    ['submit', 'usual'],
    ['run', script],
    ['job', 'add', script, '--name', 'x'],
  ]) {
    expect(await signalbox(...words, '--on-interrupted', 'never')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'signalbox: --on-interrupted: "never" is not one of requeue, abandon.\n',
    })
  }
})
