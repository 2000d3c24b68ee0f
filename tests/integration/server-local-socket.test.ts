import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectToHost } from '../../src-main/cli/connection.ts'
import { hostNotePath, startLocalSocket } from '../../src-main/server/local-socket.ts'
import { localSocketPath } from '../../src-main/server/local-socket-path.ts'
import { standInEngine } from '../support/stand-in-engine.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const about = { kind: 'headless', url: 'http://127.0.0.1:1/', version: '0.0.0' } as const
const modeOf = (path: string) => statSync(path).mode & 0o777

async function openSocket(home: string) {
  const engine = standInEngine()
  const local = await startLocalSocket({ home, connect: engine.connect, ...about })
  onTestFinished(() => local.close())
  return { engine, local }
}

test('programs of the same user speak the contract over a socket that is theirs alone', async () => {
  const home = tempFolder()
  const { local } = await openSocket(home)
  expect(local.path).toBe(join(home, 'signalbox.sock'))
  expect(modeOf(local.path)).toBe(0o600)
  const connection = await connectToHost(home)
  expect(await connection.client.jobs.list()).toEqual([])
  connection.close()
  await local.whenEmpty()
})

test('a note beside the socket tells which host runs here, without its token', async () => {
  const home = tempFolder()
  const { local } = await openSocket(home)
  const note = hostNotePath(home)
  expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({ pid: process.pid, ...about })
  expect(modeOf(note)).toBe(0o600)
  await local.close()
  expect([existsSync(note), existsSync(local.path)]).toEqual([false, false])
})

test('a folder whose name is too long for a socket has it in a private folder elsewhere', async () => {
  const home = join(tempFolder(), 'x'.repeat(120))
  mkdirSync(home)
  const { local } = await openSocket(home)
  expect(Buffer.byteLength(local.path)).toBeLessThanOrEqual(100)
  expect(modeOf(dirname(local.path))).toBe(0o700)
  const connection = await connectToHost(home)
  expect(await connection.client.jobs.list()).toEqual([])
  connection.close()
})

test('the address on Windows is a named pipe of the folder', () => {
  expect(localSocketPath('C:\\work', 'win32')).toMatch(/^\\\\\.\\pipe\\signalbox-[0-9a-f]{24}$/)
})

test('a socket that a killed host left behind is no host, and the next host replaces it', async () => {
  const home = tempFolder()
  const path = localSocketPath(home)
  const dieListening = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  expect(() => execFileSync(process.execPath, ['-e', dieListening], { stdio: 'ignore' })).toThrow()
  expect(existsSync(path)).toBe(true)
  await expect(connectToHost(home)).rejects.toMatchObject({ code: 'NO_HOST' })
  await openSocket(home)
  const connection = await connectToHost(home)
  connection.close()
})

test('a file that is no socket is not removed to make room for it', async () => {
  const home = tempFolder()
  writeFileSync(localSocketPath(home), 'precious')
  await expect(openSocket(home)).rejects.toMatchObject({ code: 'HOME_UNUSABLE' })
  expect(readFileSync(localSocketPath(home), 'utf8')).toBe('precious')
})

test('a folder without a host is no host', async () => {
  const home = tempFolder()
  await expect(connectToHost(home)).rejects.toMatchObject({ code: 'NO_HOST' })
})

test('a retired socket lets nobody in and keeps who is there', async () => {
  const home = tempFolder()
  const { local, engine } = await openSocket(home)
  const connection = await connectToHost(home)
  local.retire()
  await expect(connectToHost(home)).rejects.toMatchObject({ code: 'NO_HOST' })
  expect(await connection.client.jobs.list()).toEqual([])
  await local.close()
  await until('the connection is closed', () => connection.closed.aborted && engine.ports.size === 0)
})
