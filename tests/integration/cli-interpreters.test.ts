import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InterpreterReading } from '../../src-preload/interpreter-contract.ts'
import { serveHome, signalboxOn, startSignalbox } from '../support/command-line.ts'

const home = mkdtempSync(join(tmpdir(), 'signalbox-cli-interpreters-'))
const signalbox = signalboxOn(home)
let host: Awaited<ReturnType<typeof serveHome>>

beforeAll(async () => {
  host = await serveHome(home)
})
afterAll(async () => {
  await host.stop()
  rmSync(home, { recursive: true })
})

const said = (stdout: string) => ({ code: 0, stdout, stderr: '' })

test('an interpreter is made, keeps what code declares, and is closed', async () => {
  expect(await signalbox('interpreter', 'create', '--name', 'calc', '--memory', '64MB')).toEqual(said('1\n'))
  expect(await signalbox('interpreter', 'exec', 'calc', 'const twice = (n: number) => 2 * n')).toEqual(said(''))
  expect(await signalbox('interpreter', 'exec', '1', 'console.log("to stderr"); ({ a: [1] })')).toEqual({
    code: 0,
    stdout: '{ a: [ 1 ] }\n',
    stderr: 'to stderr\n',
  })
  expect(await signalbox('interpreter', 'call', 'calc', 'twice', '21')).toEqual(said('42\n'))
  const called = await signalbox('interpreter', 'call', 'calc', '(a, b) => [a, b]', '"x"', 'null', '--json')
  expect(JSON.parse(called.stdout)).toEqual({ how: 'returned', shown: "[ 'x', null ]", value: ['x', null], lines: [] })
  const listed = await signalbox('interpreter', 'ls', '--named', '--json')
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { id: 1, name: 'calc', memoryMb: 64, run: null, running: null, done: 4 },
  ])
  const read = await signalbox('interpreter', 'ls')
  expect(read.stdout).toMatch(/INTERPRETER +STATE +PID[^]*\ncalc +idle +\d+ +\d+\.\d MiB +64\.0 MiB/)
  expect(await signalbox('interpreter', 'close', 'calc')).toEqual(said('interpreter calc is closed\n'))
  const gone = await signalbox('interpreter', 'exec', 'calc', '1')
  expect([gone.code, gone.stderr]).toEqual([
    1,
    expect.stringMatching(/^signalbox: There is no interpreter named "calc": it was closed\./),
  ])
})

test('code that throws exits with 1 and says it as the interpreter would; imports are those of the folder one is in', async () => {
  writeFileSync(join(home, 'beside.ts'), 'export const n: number = 6\n')
  writeFileSync(join(home, 'code.ts'), `import { n } from './beside.ts'\nthrow new RangeError(String(n))\n`)
  await signalbox('interpreter', 'create', '--name', 'throws')
  const ended = await startSignalbox(['interpreter', 'exec', 'throws', '@code.ts'], { home, cwd: home }).whenEnded
  expect([ended.code, ended.stdout]).toEqual([1, ''])
  expect(ended.stderr).toMatch(/RangeError: 6\n\s+at .*<throws>:2:7/)
  expect(await signalbox('interpreter', 'exec', 'throws', 'process.exit(7)')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'ExitRequest: process.exit(7) was called\n    at <throws>:1:9\n',
  })
})

test('one that is running takes nothing more, and is ended by force, which its exec is told', async () => {
  await signalbox('interpreter', 'create', '--name', 'loops')
  const looping = signalbox('interpreter', 'exec', 'loops', 'for (;;);')
  for (;;) {
    const { stdout } = await signalbox('interpreter', 'ls', '--named', '--json')
    if (
      (JSON.parse(stdout) as { name: string; running: unknown }[]).some((each) => each.name === 'loops' && each.running)
    )
      break
  }
  const second = await signalbox('interpreter', 'exec', 'loops', '1')
  expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('is running: exec by hand') as string])
  expect(await signalbox('interpreter', 'close', 'loops')).toMatchObject({ code: 1 })
  expect(await signalbox('interpreter', 'close', 'loops', '--force')).toMatchObject({ code: 0 })
  expect(await looping).toMatchObject({ code: 1, stderr: expect.stringContaining('was ended by force') as string })
})

test('wrong use is said in one line', async () => {
  for (const [words, text] of [
    [['create', '--memory', '2'], '--memory: "2MB" is not from 16 MB to 64 GB.'],
    [['create', '--memory', 'much'], '--memory: "much" is not a size.'],
    [['call', 'x', 'f', '{'], 'An argument is not JSON'],
    [['create', '--name', '12'], '"12" cannot be a name'],
  ] as const) {
    const { code, stderr } = await signalbox('interpreter', ...words)
    expect([code, stderr.trim().split('\n').length, stderr]).toEqual([2, 1, expect.stringContaining(text) as string])
  }
})

test('a shared interpreter is recycled by its executor; where none is there it says so', async () => {
  const none = await signalbox('interpreter', 'recycle', 'async')
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no shared interpreter "async"')])
  const script = join(home, 'one.mts')
  writeFileSync(script, 'export default () => 1')
  const pids = async () => {
    await signalbox('run', script, '--executor', 'async')
    const rows = JSON.parse((await signalbox('interpreter', 'ls', '--json')).stdout) as InterpreterReading[]
    return rows.filter(({ kind, state }) => kind === 'async' && state !== 'ended').map(({ pid }) => pid)
  }
  const [before] = await pids()
  expect(await signalbox('interpreter', 'recycle', 'async')).toEqual(
    said('the next runs of async get a new interpreter\n'),
  )
  const [after] = await pids()
  expect(before).toBeGreaterThan(0)
  expect(after).toBeGreaterThan(0)
  expect(after).not.toBe(before)
})
