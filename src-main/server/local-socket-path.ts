import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { problem } from '../../src-preload/problem.ts'
import { MAX_SOCKET_PATH_BYTES } from '../socket-path.ts'

/** Where the host of `home` is reached by programs of the same user: a socket file, or a named pipe on Windows. */
export function localSocketPath(home: string, platform: NodeJS.Platform = process.platform): string {
  const key = createHash('sha256').update(home).digest('hex').slice(0, 24)
  if (platform === 'win32') return `\\\\.\\pipe\\signalbox-${key}`
  const inHome = join(home, 'signalbox.sock')
  if (Buffer.byteLength(inHome) <= MAX_SOCKET_PATH_BYTES) return inHome
  return join(tmpdir(), `signalbox-${userInfo().uid}`, `${key}.sock`)
}

/**
 * Makes sure that the socket's folder belongs to this user. The shared temporary folder needs the check: somebody
 * else could have made the folder first, and would then own every socket in it.
 */
export function prepareSocketFolder(home: string, socketPath: string): void {
  const folder = dirname(socketPath)
  if (process.platform === 'win32' || folder === home) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!isOwnFolder(folder)) throw problem('HOME_UNUSABLE', { home, why: `${folder} belongs to somebody else` })
}

/** Whether `folder` is a real folder of this user that nobody else can enter. */
export function isOwnFolder(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  return stats !== undefined && stats.isDirectory() && stats.uid === userInfo().uid && (stats.mode & 0o077) === 0
}
