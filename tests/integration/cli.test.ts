import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Advice, JobRow, LogLine, RunDetail, RunRow } from '../../src-preload/contract.ts'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { listenTo, serveHome, signalboxOn, startSignalbox } from '../support/command-line.ts'
import { until } from '../support/until.ts'
import { writeScripts } from '../support/scripts.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-cli-')))
const home = join(folder, 'home')
const checkout = join(import.meta.dirname, '../..')
const scripts = writeScripts(folder)
const signalbox = signalboxOn(home)
let host: Awaited<ReturnType<typeof serveHome>>

beforeAll(async () => {
  host = await serveHome(home)
  for (const script of ['double', 'fail', 'wait', 'chatter'] as const) await say('job', 'add', scripts[script])
})
afterAll(async () => {
  const { code } = await host.stop()
  rmSync(folder, { recursive: true, force: true })
  expect(code).toBe(0)
})

const { say, json } = listenTo(signalbox)

test('a submitted run is followed to its end and shown with its result', async () => {
  const id = (await say('submit', 'double', '--input', '{"n":21}')).trim()
  expect(id).toMatch(/^\d+$/)
  expect(await say('logs', id, '--follow')).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}doubling\n$/)
  expect(await json<RunDetail>('show', id)).toMatchObject({
    id: Number(id),
    job: 'double',
    lifecycle: 'finished',
    outcome: 'succeeded',
    attempt: 1,
    priority: 0,
    input: { n: 21 },
    result: { doubled: 42 },
    error: null,
    waits: [],
  })
  expect(await say('show', id)).toMatch(/state +succeeded\nprogress +1 of 1, doubled\n[^]*result +{"doubled":42}\n/)
})

test('a failed run keeps the error with the place in the source', async () => {
  const { id } = await json<RunDetail>('submit', 'fail')
  await say('logs', String(id), '-f')
  const { outcome, error } = await json<RunDetail>('show', String(id))
  expect({ outcome, error }).toMatchObject({
    outcome: 'failed',
    error: { name: 'TypeError', message: 'no such colour' },
  })
  expect(error?.stack).toContain('fail.ts:3:9')
  expect(await json<RunRow[]>('ls', '--state', 'failed', '--job', 'fail')).toMatchObject([
    { id, errorMessage: 'TypeError: no such colour' },
  ])
})

test('a long log is followed without a gap', async () => {
  const { id } = await json<RunDetail>('submit', 'chatter', '--input', '{"lines":4000}')
  const lines = await json<LogLine[]>('logs', String(id), '-f')
  expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 4000 }, (_line, index) => index + 1))
  expect(lines.at(-1)?.text).toBe('line 4000')
  expect(await json<LogLine[]>('logs', String(id))).toHaveLength(4000)
})

test('what waits says why, and a cancelled run says who', async () => {
  const { id } = await json<RunDetail>('submit', 'wait', '--delay', '1h', '--priority', '7')
  expect(await json<RunRow[]>('ps')).toMatchObject([
    { id, lifecycle: 'scheduled', priority: 7, waits: [{ kind: 'time' }] },
  ])
  expect(await say('ps')).toMatch(/ID +STATE +NAME +FOR +WHY\n *\d+ +scheduled +wait +.* is due at .*, in 59 m/)
  expect(await say('ls', '--state', 'scheduled')).toMatch(/ *\d+ +scheduled +wait +.* is due at .*, in 59 m/)
  expect(await say('show', String(id))).toMatch(/state +scheduled\nwhy +is due at /)
  expect(await say('cancel', String(id), '--reason', 'not today')).toBe(`run ${id} is cancelled\n`)
  expect(await json<RunRow[]>('ls', '--state', 'cancelled')).toMatchObject([{ id, outcome: 'cancelled' }])
  expect(await say('ps')).toBe('Nothing runs and nothing waits.\n')
})

test('a running run is shown with its process and cancelled', async () => {
  const id = (await say('submit', 'wait')).trim()
  const following = startSignalbox(['logs', id, '-f'], { home })
  await following.untilSaid('stdout', 'waiting')
  expect(await say('ps', '--tree')).toMatch(/running +wait[^]*[├└] attempt 1, process \d+/)
  await say('cancel', id)
  expect(await following.whenEnded).toMatchObject({ code: 0 })
  expect(await json<RunDetail>('show', id)).toMatchObject({ lifecycle: 'finished', outcome: 'cancelled' })
})

test('a run that does not end when it is told to is killed, and only then', async () => {
  await say(
    'job',
    'add',
    '--name',
    'deaf',
    '--command',
    'trap "" TERM; echo up; while :; do sleep 1; done',
    '--grace',
    '10m',
  )
  const id = (await say('submit', 'deaf')).trim()
  await until('it is up', async () => (await say('logs', id)).includes('up'))
  expect(await signalbox('kill', id)).toMatchObject({
    code: 1,
    stderr: `signalbox: Run ${id} is not being stopped. Ask it to stop first: signalbox cancel ${id}\n`,
  })
  expect(await say('cancel', id)).toBe(`run ${id} is stopping\n`)
  expect(await say('kill', id)).toBe(`run ${id} is stopping: its processes are being killed\n`)
  await say('logs', id, '-f')
  expect(await json<RunDetail>('show', id)).toMatchObject({ outcome: 'cancelled', stop: { phase: 'killing' } })
  expect((await signalbox('kill', id)).stderr).toMatch(/^signalbox: Run \d+ has already finished \(cancelled\)\. /)
})

test('a run is repeated, with another input if one is given', async () => {
  const { id } = await json<RunDetail>('submit', 'double', '--input', '{"n":1}')
  await say('logs', String(id), '-f')
  const again = await json<RunDetail>('retry', String(id), '--input', '{"n":2}')
  expect(again).toMatchObject({ origin: 'retry', retryOf: id, input: { n: 2 } })
  await say('logs', String(again.id), '-f')
  expect(await json<RunDetail>('show', String(again.id))).toMatchObject({ result: { doubled: 4 } })
})

test('an input comes from a file or from standard input', async () => {
  const file = join(folder, 'input.json')
  writeFileSync(file, '{"n":3}')
  expect(await json<RunDetail>('submit', 'double', '--input', `@${file}`)).toMatchObject({ input: { n: 3 } })
  const words = ['submit', 'double', '--input', '-', '--json']
  const { stdout } = await startSignalbox(words, { home, input: '{"n":4}' }).whenEnded
  expect(JSON.parse(stdout)).toMatchObject({ input: { n: 4 } })
})

test('standard input is waited for when the program that gives it takes its time', async () => {
  const submitting = startSignalbox(['submit', 'double', '--input', '-', '--json'], { home, input: null })
  await say('ls') // starts later and is through: the other one reads by now
  submitting.child.stdin.end('{"n":5}')
  const { stdout, stderr } = await submitting.whenEnded
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toMatchObject({ input: { n: 5 } })
})

test('what is too large for a run or a command is refused in words', async () => {
  const file = join(folder, 'large.json')
  writeFileSync(file, JSON.stringify('x'.repeat(5 * 1024 * 1024)))
  const { id } = await json<RunDetail>('submit', 'double')
  for (const words of [
    ['submit', 'double', '--input', `@${file}`],
    ['retry', String(id), '--input', `@${file}`],
    ['job', 'add', '--command', 'cat', '--stdin', `@${file}`],
  ]) {
    const { code, stderr } = await signalbox(...words)
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^signalbox: .* is larger than 524288 bytes\. .*\n$/)])
  }
})

test('the host holds a repeated run to the same size as the first, whoever asks', async () => {
  const { id } = await json<RunDetail>('submit', 'double')
  const { client, close } = await connectToHost(home)
  const asked = client.runs.retry({ id, input: 'x'.repeat(600_000) })
  await expect(asked).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('larger') as string })
  close()
})

test('a command is a job with all of its rules', async () => {
  await say(
    ...['job', 'add', '--name', 'count', '--command', 'wc -c; echo $WHO; exit 3', '--stdin', 'four', '--env', 'WHO=me'],
    ...[
      '--success-codes',
      '0,3',
      '--timeout',
      '1.5s',
      '--queue-timeout',
      '10m',
      '--grace',
      '250ms',
      '--priority',
      '-5',
    ],
    ...['--cwd', folder, '--description', 'counts'],
  )
  expect(await json<JobRow>('job', 'show', 'count')).toMatchObject({
    description: 'counts',
    priority: -5,
    definition: {
      kind: 'command',
      command: { as: 'shell', line: 'wc -c; echo $WHO; exit 3' },
      stdin: 'four',
      successCodes: [0, 3],
      timeoutMs: 1_500,
      queueTimeoutMs: 600_000,
      graceMs: 250,
      cwd: folder,
      env: { WHO: 'me' },
    },
  })
  const { id } = await json<RunDetail>('submit', 'count')
  const lines = await json<LogLine[]>('logs', String(id), '-f')
  expect(lines.map(({ level, text }) => [level, text.trim()])).toEqual([
    ['out', '4'],
    ['out', 'me'],
  ])
  expect(await json<RunDetail>('show', String(id))).toMatchObject({ outcome: 'succeeded', result: { exitCode: 3 } })
})

test('a job says what its runs take before they start, and then they do', async () => {
  const line = 'sleep 600'
  await say(
    'job',
    'add',
    '--name',
    'gated',
    '--command',
    line,
    '--semaphore',
    'gate:1',
    '--concurrency',
    'input.host=2',
  )
  expect(await say('job', 'show', 'gated')).toMatch(
    /^semaphores +gate$[^]*^concurrency +2 at a time for each input\.host$/m,
  )
  const runs = [await json<RunDetail>('submit', 'gated'), await json<RunDetail>('submit', 'gated')]
  const ids = runs.map(({ id }) => String(id))
  const lifecycles = async () => {
    const details = await Promise.all(ids.map((id) => json<RunDetail>('show', id)))
    return details.map(({ lifecycle }) => lifecycle)
  }
  expect(await lifecycles()).toEqual(['running', 'queued'])
  await say('cancel', ids[0] ?? '')
  await say('logs', ids[0] ?? '', '-f')
  expect(await lifecycles()).toEqual(['finished', 'running'])
  await say('cancel', ids[1] ?? '')
  await say('logs', ids[1] ?? '', '-f')
  expect((await signalbox('job', 'add', '--name', 'x', '--command', line, '--semaphore', 'a,b')).stderr).toMatch(
    /^signalbox: --semaphore: "a,b" is not a name: .*\n$/,
  )
})

test('a job is told which executor fits what its runs have done', async () => {
  const file = join(folder, 'naps.ts')
  writeFileSync(file, `import { sleep } from 'signalbox'\nexport default () => sleep(400)`)
  await say('job', 'add', file, '--name', 'naps', '--executor', 'thread')
  expect(await say('job', 'show', 'naps')).not.toMatch(/^advice/m)
  for (let n = 0; n < 3; n += 1) await say('logs', (await say('submit', 'naps')).trim(), '-f')
  expect(await say('job', 'show', 'naps')).toMatch(
    /^advice +\d+ % CPU, \d+ ms waiting: async, and not as it is \(3 runs\)$/m,
  )
  expect(await json<{ advice: Advice }>('job', 'show', 'naps')).toMatchObject({
    advice: { executor: 'async', isCurrent: false, runs: 3 },
  })
})

test('a stop that waits for a shielded section says so in show and ps', async () => {
  const file = join(folder, 'shielded.ts')
  writeFileSync(
    file,
    `import { shield, spawn } from 'signalbox'
    export default async () => {
      await shield(spawn(async () => { console.log('inside'); await new Promise((resolve) => setTimeout(resolve, 600_000)) }))
    }`,
  )
  await say('job', 'add', file, '--name', 'shielded', '--executor', 'process', '--grace', '10m')
  const id = (await say('submit', 'shielded')).trim()
  await until('it is inside', async () => (await say('logs', id)).includes('inside'))
  const words = /shielded since [\d.]+ m?s, stop asked [\d.]+ m?s ago/
  const show = () => say('show', id)
  expect(await show()).not.toMatch(/shielded since/)
  const cancelling = say('cancel', id)
  await until('the stop is held up', async () => words.test(await show()))
  expect(await say('ps')).toMatch(words)
  const pid = (await json<RunDetail>('show', id)).attempts.at(-1)?.pid
  process.kill(pid ?? 0, 'SIGKILL')
  await cancelling
})

test('words after -- are a program and its arguments, options and all', async () => {
  await say('job', 'add', '--name', 'echo', '--', 'echo', '--json', '-k', 'a b')
  expect(await json<JobRow>('job', 'show', 'echo')).toMatchObject({
    definition: { command: { as: 'argv', argv: ['echo', '--json', '-k', 'a b'] } },
  })
})

test('what a description carries neither forges a line nor moves the cursor', async () => {
  await say('job', 'add', '--name', 'forged', '--command', 'true', '--description', 'fine\nqueued  9\u001b[2J')
  expect(await say('job', 'show', 'forged')).toMatch(/^about +fine␊queued {2}9␛\[2J$/m)
})

test('a job is replaced on purpose only, paused, resumed and removed', async () => {
  expect(await say('job', 'add', '--name', 'mine', '--command', 'true')).toContain('signalbox submit mine')
  expect(await signalbox('job', 'add', '--name', 'mine', '--command', 'false')).toMatchObject({ code: 1 })
  await say('job', 'add', '--name', 'mine', '--command', 'echo new', '--replace')
  expect(await json<JobRow>('job', 'pause', 'mine')).toMatchObject({
    name: 'mine',
    pausedAt: expect.any(Number) as number,
  })
  const id = (await say('submit', 'mine')).trim()
  expect(await say('ps')).toContain('the job "mine" is paused: signalbox job resume mine')
  expect(await say('job', 'ls')).toMatch(/mine +command +process +1 +.* +paused +echo new/)
  expect((await signalbox('job', 'rm', 'mine')).stderr).toMatch(/^signalbox: The job "mine" has 1 unfinished run.*\n$/)
  await say('job', 'resume', 'mine')
  await say('logs', id, '-f')
  expect(await json<object>('job', 'rm', 'mine')).toEqual({ name: 'mine', removed: true })
  expect(await json<RunDetail>('show', id)).toMatchObject({ job: 'mine', outcome: 'succeeded' })
})

test.each<[code: number, words: string[], line: RegExp]>([
  [2, [], /Say what to do/],
  [2, ['job'], /Say what to do/],
  [2, ['sbmit', 'x'], /unknown command 'sbmit' \(Did you mean submit\?\)/],
  [2, ['ls', '--limt', '3'], /unknown option '--limt' \(Did you mean --limit\?\)/],
  [2, ['ls', '--limit', '0'], /--limit: "0" is not a whole number from 1 to 500/],
  [2, ['ls', '--state', 'sleeping'], /"sleeping" is not one of scheduled, .*abandoned/],
  [2, ['ls', '--since', 'yesterday'], /--since: "yesterday" is not a time\. Write 1d for a day ago, 18:30, /],
  [2, ['submit'], /missing required argument 'job'/],
  [2, ['submit', 'double', '--input', '{"n":'], /--input is not JSON/],
  [2, ['submit', 'double', '--input', '@/no/such.json'], /There is no file \/no\/such\.json/],
  [2, ['submit', 'double', '--delay', 'soon'], /--delay: "soon" is not a duration/],
  [2, ['submit', 'double', '--at', '25:00'], /--at: "25:00" is not a time/],
  [2, ['submit', 'double', '--at', '12:00', '--delay', '1s'], /exclude each other/],
  [2, ['submit', 'double', '--priority', '1001'], /--priority: "1001" is not a whole number/],
  [1, ['submit', 'nothing'], /There is no job named "nothing"\. .*signalbox job ls/],
  [2, ['show', 'abc'], /"abc" is not the id of a run/],
  [1, ['show', '999999'], /There is no run 999999/],
  [1, ['logs', '999999', '-f'], /There is no run 999999/],
  [1, ['cancel', '999999'], /There is no run 999999/],
  [1, ['kill', '999999'], /There is no run 999999/],
  [2, ['kill', 'abc'], /"abc" is not the id of a run/],
  [1, ['retry', '999999'], /There is no run 999999/],
  [1, ['job', 'show', 'nothing'], /There is no job named "nothing"/],
  [2, ['job', 'add'], /Say what to run/],
  [2, ['job', 'add', '--command', '[ -f lock ]'], /"\[" cannot be the name of a job\. Give one with --name\./],
  [2, ['job', 'add', '/no/such.ts'], /There is no file \/no\/such\.ts/],
  [2, ['job', 'add', '--command', ' '], /--command: the line is empty/],
  [2, ['job', 'add', 'a.ts', 'b.ts'], /Only one file makes a job/],
  [2, ['job', 'add', '--command', 'true', '--env', '1X=2'], /--env: "1X=2" is not NAME=VALUE/],
  [2, ['job', 'add', '--command', 'true', '--cwd', '/no/such'], /There is no folder \/no\/such/],
  [2, ['job', 'add', '--command', 'true', '--executor', 'async'], /--executor is for scripts/],
  [2, ['job', 'add', '--command', 'true', '--success-codes', '0,300'], /"300" is not a whole number from 0 to 255/],
  [2, ['job', 'add', '--command', 'true', '--name', '?'], /name: a name starts with a letter or digit/],
  [2, ['run', '/no/such.ts'], /There is no file \/no\/such\.ts/],
  [2, ['run'], /Say what to run: FILE, --command LINE, -- PROGRAM ARGUMENTS, or --http/],
  [2, ['run', 'a.ts', 'b.ts'], /Say what to run: FILE, /],
  [2, ['run', 'a.ts', '--http', 'https://example.org'], /Say what to run: FILE, /],
  [2, ['run', 'a.ts', '--command', 'true'], /--command and other words exclude each other/],
  [2, ['run', '--http', 'https://example.org', '--command', 'true'], /Say what to run: FILE, /],
  [2, ['run', '--command', ' '], /--command: the line is empty/],
  [2, ['run', '--command', 'true', '--executor', 'async'], /--executor is for scripts/],
  [2, ['run', '--command', 'true', '--cwd', '/no/such'], /There is no folder \/no\/such/],
  [2, ['run', 'a.ts', '--stdin', 'x'], /--stdin and --success-codes are for commands/],
  [2, ['serve', '--port', '70000'], /--port: "70000" is not a whole number from 0 to 65535/],
  [1, ['serve'], /Another Signalbox host owns .* \(serve, process \d+\)/],
])('wrong words end with %i and one line: %j', async (code, words, line) => {
  const ended = await signalbox(...words)
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' })
  expect(ended.stderr).toMatch(/^signalbox: [^\n]+\n$/)
  expect(ended.stderr).toMatch(line)
})

test('a reader that goes away ends the following of a log in peace', async () => {
  const id = (await say('submit', 'wait')).trim()
  const following = startSignalbox(['logs', id, '-f'], { home })
  await following.untilSaid('stdout', 'waiting')
  following.child.stdout.destroy()
  await say('cancel', id)
  expect(await following.whenEnded).toMatchObject({ stderr: '', code: 0 })
})

// A full disk, as Linux lends one. Where it is missing, the shell that should open it is what this test fails with.
test('an output that cannot be written is one line and not taken for success', async () => {
  const line = `"$0" bin/signalbox ls --json --home "$1" > /dev/full`
  const asked = promisify(execFile)('/bin/sh', ['-c', line, process.execPath, home], { cwd: checkout })
  await expect(asked).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^signalbox: The output cannot be written: ENOSPC[^\n]+\n$/) as string,
  })
})
