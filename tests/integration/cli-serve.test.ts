import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { WebSocket } from 'ws'
import { clientOver } from '../../src-main/cli/connection.ts'
import { localSocketPath } from '../../src-main/server/local-socket-path.ts'
import { endWithTest, serveHome, signalboxOn, startSignalbox } from '../support/command-line.ts'
import { approach } from '../support/http-host.ts'
import { isAlive } from '../support/processes.ts'
import { writeScripts } from '../support/scripts.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

async function serve(home = join(tempFolder(), 'home'), words: string[] = [], execArgv: string[] = []) {
  const host = await serveHome(home, words, execArgv)
  endWithTest(host.child)
  return { home, ...host, signalbox: signalboxOn(home) }
}

const modeOf = (path: string) => statSync(path).mode & 0o777

test('the printed address opens the page, and its token the contract', async () => {
  const { url, home } = await serve()
  expect(url.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{64}$/)
  const page = await fetch(url)
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining("'none'")])
  const token = url.hash.slice('#token='.length)
  const protocols = ['signalbox.v1', `token.${token}`]
  const socket = (await approach(Number(url.port), { origin: url.origin, protocols })) as WebSocket
  onTestFinished(() => socket.terminate())
  expect(await clientOver(socket).engine.status()).toMatchObject({ home, state: 'running' })
})

test('what gives access is for the owner alone, and the token is in no other file', async () => {
  const { home, url } = await serve()
  const token = url.hash.slice('#token='.length)
  expect(modeOf(home)).toBe(0o700)
  for (const name of ['token', 'signalbox.sock', 'host.json'])
    expect([name, modeOf(join(home, name))]).toEqual([name, 0o600])
  expect(readFileSync(join(home, 'token'), 'utf8').trim()).toBe(token)
  expect(readFileSync(join(home, 'host.json'), 'utf8')).not.toContain(token)
})

test('a stop leaves nothing behind and ends with 0', async () => {
  const { home, stop, signalbox } = await serve()
  const { code, stderr } = await stop()
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Signalbox stops: [^\n]+\n$/) as string,
  })
  expect(readdirSync(home).filter((name) => /sock|host\.json|token|-wal|-shm/.test(name))).toEqual([])
  expect(await signalbox('ls')).toMatchObject({ code: 3, stderr: expect.stringContaining(home) as string })
})

test('a host that drains takes no new callers and finishes what it can; a second signal ends it at once', async () => {
  const { home, child, whenEnded, signalbox } = await serve()
  const scripts = writeScripts(home)
  const running = startSignalbox(['run', scripts.stubborn], { home })
  endWithTest(running.child)
  await running.untilSaid('stderr', 'process ')
  const pid = Number(/process (\d+)/.exec(running.said.stderr)?.[1])
  child.kill('SIGTERM')
  await until('new callers are turned away', async () => (await signalbox('ls')).code === 3)
  expect(child.exitCode).toBe(null)
  expect((await signalbox('serve')).stderr).toMatch(/Another Signalbox host owns/)
  child.kill('SIGTERM')
  expect((await whenEnded).code).toBe(143)
  expect(await running.whenEnded).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('signalbox: The host stopped before run 1 had finished.') as string,
  })
  await until('the supervisor has killed what was left', () => !isAlive(pid))
})

test('who follows a log when the host is killed is told that nothing goes on until it is started again', async () => {
  const { home, child, signalbox } = await serve()
  await signalbox('job', 'add', writeScripts(home).wait)
  await signalbox('submit', 'wait')
  const following = startSignalbox(['logs', '1', '-f'], { home })
  endWithTest(following.child)
  await following.untilSaid('stdout', 'waiting')
  child.kill('SIGKILL')
  const { code, stderr } = await following.whenEnded
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^signalbox: The host stopped while it was answering\. Start it again \(signalbox serve\)[^\n]+\n$/,
    ),
  ])
})

test('after a kill the next host takes the folder over', async () => {
  const first = await serve()
  first.child.kill('SIGKILL')
  await first.whenEnded
  expect(await first.signalbox('ls')).toMatchObject({ code: 3 })
  const second = await serve(first.home)
  expect(await second.signalbox('ls')).toMatchObject({ code: 0 })
  expect(second.url.hash).not.toBe(first.url.hash)
})

test('a port that is in use is one clear line, and the folder is given back', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const home = join(tempFolder(), 'home')
  const signalbox = signalboxOn(home)
  expect(await signalbox('serve', '--port', String(port))).toEqual({
    code: 1,
    stdout: '',
    stderr: `signalbox: Port ${port} is in use. Choose another with --port, or leave it out to get a free one.\n`,
  })
  expect(readdirSync(home).filter((name) => /sock|host\.json|token/.test(name))).toEqual([])
  await serve(home)
})

test('a database that is not one is left untouched', async () => {
  const home = tempFolder()
  const path = join(home, 'signalbox.db')
  writeFileSync(path, 'a diary, not a database, and longer than a header of one would be. '.repeat(20))
  const before = readFileSync(path)
  const { code, stdout, stderr } = await signalboxOn(home)('serve')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^signalbox: .*signalbox\.db is not a Signalbox database: [^\n]+\n$/)
  expect(readFileSync(path)).toEqual(before)
})

test('a database whose pages are damaged is said to be that, and the folder is given back', async () => {
  const home = tempFolder()
  const path = join(home, 'signalbox.db')
  await (await serve(home)).stop()
  const whole = readFileSync(path)
  writeFileSync(path, Buffer.from(whole).fill(0xff, 8_192, 24_576))
  const { code, stderr } = await signalboxOn(home)('serve')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^signalbox: .*signalbox\.db is damaged: [^\n]+ signalbox restore latest\n$/)
  writeFileSync(path, whole)
  await serve(home)
})

test.each(['token', 'host.json', 'signalbox.sock'])('a folder in the place of %s is one clear line', async (name) => {
  const home = tempFolder()
  mkdirSync(join(home, name))
  const { code, stderr } = await signalboxOn(home)('serve')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^signalbox: The data folder .* cannot be used: [^\n]+\n$/)
  expect(stderr).toContain(join(home, name))
  expect(readdirSync(home).filter((file) => /-wal|-shm/.test(file))).toEqual([])
})

test.each(['ls', 'serve'])('a file in the place of the data folder is one clear line of %s', async (verb) => {
  const file = join(tempFolder(), 'file')
  writeFileSync(file, '')
  const { code, stderr } = await signalboxOn(file)(verb)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^signalbox: The data folder .*file cannot be used: .* is not a folder\. [^\n]+\n$/)
})

test('a folder that cannot be made is one clear line', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'file'), '')
  const { code, stderr } = await signalboxOn(join(folder, 'file', 'home'))('serve')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^signalbox: The data folder .* cannot be used: [^\n]+\n$/)
})

test.each(['sp ace', 'ünï 日本', 'co:lon', 'ha#sh?', 'per%41cent'])(
  'a folder named "%s" is served and reached',
  async (name) => {
    const { signalbox, stop } = await serve(join(tempFolder(), name))
    expect(await signalbox('ps')).toMatchObject({ code: 0, stdout: 'Nothing runs and nothing waits.\n' })
    await stop()
  },
)

test('a folder with a long name is served and reached', async () => {
  const home = join(tempFolder(), 'x'.repeat(60), 'y'.repeat(60))
  mkdirSync(home, { recursive: true })
  const { signalbox, stop } = await serve(home)
  expect(existsSync(localSocketPath(home))).toBe(true)
  expect(await signalbox('ps')).toMatchObject({ code: 0, stdout: 'Nothing runs and nothing waits.\n' })
  await stop()
  expect(existsSync(localSocketPath(home))).toBe(false)
})

/** Has the engine's thread throw when `crash` appears, which it removes first, and at its start while `dead` is there. */
function withPlug(folder: string) {
  const [crash, dead] = [join(folder, 'crash'), join(folder, 'dead')]
  const code = `
    import { existsSync, rmSync } from 'node:fs'
    import { isMainThread, workerData } from 'node:worker_threads'
    if (!isMainThread && workerData?.mode === 'host') {
      if (existsSync(${JSON.stringify(dead)})) throw new Error('no life left')
      setInterval(() => {
        if (!existsSync(${JSON.stringify(crash)})) return
        rmSync(${JSON.stringify(crash)})
        throw new Error('pulled the plug')
      }, 20)
    }`
  return { crash, dead, execArgv: ['--import', `data:text/javascript,${encodeURIComponent(code)}`] }
}

test('an engine that crashes is started again, what was accepted goes on, and what was set is kept', async () => {
  const folder = tempFolder()
  const { crash, execArgv } = withPlug(folder)
  const { home, signalbox, said, stop } = await serve(join(folder, 'home'), ['--slots', 'process=9,thread=7'], execArgv)
  await signalbox('slots', 'set', 'process=5')
  await signalbox('job', 'add', writeScripts(folder).wait)
  await signalbox('submit', 'wait')
  const following = startSignalbox(['logs', '1', '-f'], { home })
  endWithTest(following.child)
  await following.untilSaid('stdout', 'waiting')
  writeFileSync(crash, '')
  expect(await following.whenEnded).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^signalbox: The engine stopped while it was answering\. [^\n]+\n$/) as string,
  })
  await until('the run has begun anew', async () => /attempt 2/.test((await signalbox('ps', '--tree')).stdout))
  expect(said.stderr).toContain('pulled the plug')
  expect((await signalbox('slots')).stdout).toMatch(/\nthread +7 .* --slots at the start\nprocess +5 .* set\n$/)
  await signalbox('cancel', '1')
  expect((await stop()).code).toBe(0)
})

test('a host whose engine cannot be started again ends with 1 and says why', async () => {
  const folder = tempFolder()
  const { crash, dead, execArgv } = withPlug(folder)
  const { home, whenEnded } = await serve(join(folder, 'home'), [], execArgv)
  writeFileSync(dead, '')
  writeFileSync(crash, '')
  const { code, stderr } = await whenEnded
  expect(code).toBe(1)
  expect(stderr).toMatch(/signalbox: the engine stopped and cannot be started again: .*no life left/)
  expect(readdirSync(home).filter((name) => /sock|host\.json|token/.test(name))).toEqual([])
})

test('--json prints the address for programs', async () => {
  const { said, child, home } = await serve(undefined, ['--json'])
  expect(JSON.parse(said.stdout)).toEqual({
    url: expect.stringContaining('#token=') as string,
    home,
    pid: child.pid,
  })
})

test('the boot list of the headless host takes a folder and a port, and nothing else', async () => {
  const home = join(tempFolder(), 'home')
  const entry = join(import.meta.dirname, '../../src-main/headless.ts')
  const host = startSignalbox(['--home', home], { home: 'not this one', entry })
  endWithTest(host.child)
  await host.untilSaid('stdout', `Signalbox is ready: http://127.0.0.1:`)
  expect(await signalboxOn(home)('ps')).toMatchObject({ code: 0 })
  host.child.kill('SIGINT')
  expect(await host.whenEnded).toMatchObject({ code: 0 })
  const known = 'Known are --home DIR, --port N and --slots process=N,async=N.'
  for (const [words, advice] of [
    [['--prot', '1'], known],
    [['serve'], known],
    [['--port', 'x'], 'is not a port (0 to 65535)'],
  ] as const) {
    const { code, stderr } = await startSignalbox([...words], { home, entry }).whenEnded
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^signalbox: [^\n]+\n$/)])
    expect(stderr).toContain(advice)
  }
})
