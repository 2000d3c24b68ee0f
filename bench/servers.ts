import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A peer's server of our own: on a free loopback port, with a temporary data folder that goes with it. */
export type Server = {
  pid: number | undefined
  port: number
  /** Its name and version. */ version: string
  stop: () => Promise<void>
}

/** What a peer needs is not on this machine. The message says what. */
export class Missing extends Error {}

const READY_MS = 30_000

/** Redis that answers after its append-only file is on the disk. */
export async function startRedis(): Promise<Server> {
  const program = findProgram('redis-server')
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-redis-'))
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
  const child = spawn(program, ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...durable], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const version = /v=([\d.]+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1] ?? ''
  return serve(child, { port, version: `Redis ${version}`, folder, signal: 'SIGTERM', isReady: () => accepts(port) })
}

/** PostgreSQL that answers after a commit is on the disk. It refuses to be run by root, so root runs it as somebody else. */
export async function startPostgres(): Promise<Server> {
  const places = existsSync(DEBIAN_POSTGRES)
    ? readdirSync(DEBIAN_POSTGRES).map((version) => join(DEBIAN_POSTGRES, version, 'bin'))
    : []
  const initdb = findProgram('initdb', places)
  const postgres = findProgram('postgres', places)
  const pgIsReady = findProgram('pg_isready', places)
  const as = process.getuid?.() === 0 ? otherUser() : null
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-postgres-'))
  if (as !== null) chownSync(folder, as.uid, as.gid)
  const port = await freePort()
  const words = (command: string[]): [string, string[]] => {
    const all =
      as === null ? command : ['setpriv', `--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups', ...command]
    return [all[0] ?? '', all.slice(1)]
  }
  const where = { cwd: folder }
  execFileSync(...words([initdb, '-D', join(folder, 'data'), '-U', 'bench', '--auth=trust', '--encoding=UTF8']), {
    ...where,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    fsync: 'on',
    synchronous_commit: 'on',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(...words([postgres, '-D', join(folder, 'data'), ...options]), { ...where, stdio: 'ignore' })
  const version = /[\d.]+/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[0] ?? ''
  // It listens before it takes connections.
  const isReady = async () => spawnSync(pgIsReady, ['-h', '127.0.0.1', '-p', String(port)]).status === 0
  return serve(child, { port, version: `PostgreSQL ${version}`, folder, signal: 'SIGINT', isReady })
}

const DEBIAN_POSTGRES = '/usr/lib/postgresql'

function otherUser(): { uid: number; gid: number } {
  findProgram('setpriv')
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (option: string) => Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // The next one, then.
    }
  }
  throw new Missing('PostgreSQL refuses to be run by root, and there is neither a user postgres nor nobody')
}

/** Where a program is: on the PATH or in one of `places`. */
export function findProgram(name: string, places: string[] = []): string {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...places]) {
    if (existsSync(join(folder, name))) return join(folder, name)
  }
  throw new Missing(`${name} is not installed`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function serve(
  child: ChildProcess,
  {
    port,
    version,
    folder,
    signal,
    isReady,
  }: Omit<Server, 'pid' | 'stop'> & {
    folder: string
    /** What ends it cleanly. */ signal: NodeJS.Signals
    isReady: () => Promise<boolean>
  },
): Promise<Server> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const killWithUs = () => child.kill(signal)
  process.once('exit', killWithUs)
  const deadline = performance.now() + READY_MS
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`the server in ${folder} ended with code ${child.exitCode}`)
    if (performance.now() > deadline) throw new Error(`the server in ${folder} was not ready within ${READY_MS} ms`)
    await delay(50)
  }
  return {
    pid: child.pid,
    port,
    version,
    stop: async () => {
      child.kill(signal)
      await ended
      process.off('exit', killWithUs)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
