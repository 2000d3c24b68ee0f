import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RunDetail, RunRow } from '../../src-preload/contract.ts'
import { endWithTest, serveHome, signalboxOn, startSignalbox } from '../support/command-line.ts'
import type { StartOptions } from '../support/command-line.ts'
import { isAlive } from '../support/processes.ts'
import { writeScripts } from '../support/scripts.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

function prepare() {
  const folder = tempFolder()
  const home = join(folder, 'home')
  const start = (words: string[], options: Partial<StartOptions> = {}) => {
    const started = startSignalbox(words, { home, ...options })
    endWithTest(started.child)
    return started
  }
  return { home, scripts: writeScripts(folder), signalbox: signalboxOn(home), start }
}

test('without a host a script runs all the same, and nothing stays behind but its history', async () => {
  const { home, scripts, signalbox } = prepare()
  const ended = await signalbox('run', scripts.double, '--input', '{"n":21}')
  expect(ended).toEqual({ code: 0, stdout: '{"doubled":42}\n', stderr: 'doubling\n' })
  const left = readdirSync(home).filter((name) => /sock|host\.json|token|-wal|-shm/.test(name))
  expect(left).toEqual([])
  expect(await signalbox('ls')).toMatchObject({ code: 3, stdout: '' })

  const host = await serveHome(home)
  onTestFinished(async () => void (await host.stop()))
  const { stdout } = await signalbox('ls', '--json')
  expect(JSON.parse(stdout)).toMatchObject([{ id: 1, outcome: 'succeeded', result: { doubled: 42 } }])
})

test('a run goes to the host when there is one', async () => {
  const { home, scripts, signalbox } = prepare()
  const host = await serveHome(home)
  onTestFinished(async () => void (await host.stop()))
  const { code, stdout } = await signalbox('run', scripts.double, '--name', 'mine', '--executor', 'async', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ name: 'mine', job: null, executor: 'async', result: { doubled: 0 } })
  expect(JSON.parse((await signalbox('ls', '--json')).stdout)).toMatchObject([{ name: 'mine', outcome: 'succeeded' }])
})

test('a script that throws ends with 1 and its stack on stderr', async () => {
  const { scripts, signalbox } = prepare()
  const { code, stdout, stderr } = await signalbox('run', scripts.fail)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^TypeError: no such colour\n {4}at .*fail\.ts:3:9\)?\n[^]*signalbox: run 1 failed\n$/)
})

test('a command runs once, where it is typed, with what it is given', async () => {
  const { home, start } = prepare()
  const folder = join(home, '..')
  const line = 'pwd && cat; echo $WHO $SIGNALBOX_INPUT; exit 3'
  const options = ['--stdin', 'four\n', '--env', 'WHO=me', '--input', '[1]', '--success-codes', '3', '--json']
  const { stdout, stderr, code } = await start(['run', '--command', line, ...options], { cwd: folder }).whenEnded
  expect({ code, stderr }).toEqual({ code: 0, stderr: `${realpathSync(folder)}\nfour\nme [1]\n` })
  expect(JSON.parse(stdout)).toMatchObject({ name: 'pwd', job: null, kind: 'command', outcome: 'succeeded' })
})

test('a program after -- runs with its arguments as they are, and its failure is that of the command line', async () => {
  const { start } = prepare()
  expect(await start(['run', '--', 'sh', '-c', 'echo "$0"; exit 4', '--json']).whenEnded).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^--json\n[^]*\nsignalbox: run 1 failed\n$/) as string,
  })
})

test('a script that takes too long ends with 124', async () => {
  const { scripts, signalbox } = prepare()
  const { code, stdout, stderr } = await signalbox('run', scripts.wait, '--timeout', '300ms')
  expect({ code, stdout }).toEqual({ code: 124, stdout: '' })
  expect(stderr).toMatch(/^waiting\nsignalbox: run 1 timed out after .*\n$/)
})

test('Ctrl+C cancels the run and ends with 130', async () => {
  const { scripts, start } = prepare()
  const running = start(['run', scripts.wait])
  await running.untilSaid('stderr', 'waiting')
  running.child.kill('SIGINT')
  expect(await running.whenEnded).toEqual({
    code: 130,
    stdout: '',
    stderr: 'waiting\nsignalbox: run 1 was cancelled\n',
  })
})

test('Ctrl+C between the start of the engine and that of the run leaves nothing that would start later', async () => {
  const { home, scripts, start, signalbox } = prepare()
  const socket = join(home, 'signalbox.sock')
  // The socket is opened right before the run is submitted.
  const code = `
    import { existsSync } from 'node:fs'
    import { isMainThread } from 'node:worker_threads'
    const watch = () => existsSync(${JSON.stringify(socket)}) ? process.kill(process.pid, 'SIGINT') : setImmediate(watch)
    if (isMainThread) watch()`
  const running = start(['run', scripts.wait], {
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(code)}`],
  })
  const { code: exitCode, stderr } = await running.whenEnded
  expect({ exitCode, stderr }).toEqual({
    exitCode: 130,
    stderr: expect.stringMatching(
      /signalbox: (Stopped before the run was stored\. Nothing was started\.|run 1 was cancelled)\n$/,
    ) as string,
  })
  expect(existsSync(socket)).toBe(false)
  const host = await serveHome(home)
  onTestFinished(async () => void (await host.stop()))
  expect(await signalbox('ps')).toMatchObject({ stdout: 'Nothing runs and nothing waits.\n' })
})

test('a second Ctrl+C leaves a stubborn run to its end', async () => {
  const { home, scripts, start, signalbox } = prepare()
  const host = await serveHome(home)
  onTestFinished(async () => void (await host.stop()))
  const running = start(['run', scripts.stubborn])
  await running.untilSaid('stderr', 'process ')
  const pid = Number(/process (\d+)/.exec(running.said.stderr)?.[1])
  running.child.kill('SIGINT')
  await until('the run is stopping', async () => (await signalbox('ps')).stdout.includes('cancelled (Ctrl+C)'))
  await until('a press that is not the same one has ended it', () => {
    running.child.kill('SIGINT')
    return running.child.exitCode !== null
  })
  expect(await running.whenEnded).toMatchObject({ code: 130, stdout: '' })
  expect(isAlive(pid)).toBe(true)
  await until('the run is cancelled', async () => (await signalbox('show', '1')).stdout.includes('cancelled'))
  await until('its process is dead', () => !isAlive(pid))
})

test('other verbs see and cancel what runs in a private engine', async () => {
  const { scripts, start, signalbox } = prepare()
  const running = start(['run', scripts.wait])
  await running.untilSaid('stderr', 'waiting')
  expect(JSON.parse((await signalbox('ps', '--json')).stdout)).toMatchObject([{ id: 1, lifecycle: 'running' }])
  expect(await signalbox('cancel', '1', '--reason', 'enough')).toMatchObject({ code: 0 })
  expect(await running.whenEnded).toMatchObject({ code: 130 })
})

test('a private engine stays for those who still watch it', async () => {
  const { home, scripts, start, signalbox } = prepare()
  const running = start(['run', scripts.wait])
  await running.untilSaid('stderr', 'waiting')
  const other = start(['run', scripts.stubborn])
  await other.untilSaid('stderr', 'process ')
  await signalbox('cancel', '1')
  await until('the first run is cancelled', async () => (await signalbox('show', '1')).stdout.includes('cancelled'))
  expect(existsSync(join(home, 'signalbox.sock'))).toBe(true)
  other.child.kill('SIGINT')
  expect([(await running.whenEnded).code, (await other.whenEnded).code]).toEqual([130, 130])
})

test('commands that start at once on a fresh folder all get their turn', async () => {
  const { scripts, signalbox, home } = prepare()
  const inputs = [1, 2, 3, 4]
  const ended = await Promise.all(inputs.map((n) => signalbox('run', scripts.double, '--input', `{"n":${n}}`)))
  expect(ended).toEqual(inputs.map((n) => ({ code: 0, stdout: `{"doubled":${2 * n}}\n`, stderr: 'doubling\n' })))
  const host = await serveHome(home)
  onTestFinished(async () => void (await host.stop()))
  expect(JSON.parse((await signalbox('ls', '--json')).stdout) as RunRow[]).toHaveLength(4)
})

test('a private engine does not wake what is stored for a host', async () => {
  const { home, scripts, signalbox } = prepare()
  const host = await serveHome(home)
  await signalbox('job', 'add', scripts.wait)
  await signalbox('job', 'pause', 'wait')
  await signalbox('submit', 'wait')
  await host.stop()
  expect((await signalbox('run', scripts.double)).code).toBe(0)
  const again = await serveHome(home)
  onTestFinished(async () => void (await again.stop()))
  expect(JSON.parse((await signalbox('show', '1', '--json')).stdout) as RunDetail).toMatchObject({
    lifecycle: 'queued',
    attempts: [],
  })
})
