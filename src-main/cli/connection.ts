import { lstatSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { MessagePort } from 'node:worker_threads'
import { WebSocket } from 'ws'
import type { Client } from '../../src-preload/contract.ts'
import { problem } from '../../src-preload/problem.ts'
import { rpcPath, rpcProtocol } from '../server/caller.ts'
import { isOwnFolder, localSocketPath } from '../server/local-socket-path.ts'

export type Connection = {
  client: Client
  /** Aborts when the host has gone away, or `close` was called. Calls under way are then rejected. */
  readonly closed: AbortSignal
  close(): void
}

/** Reaches the host that runs on `home`; rejects with `NO_HOST` when none does. */
export async function connectToHost(home: string): Promise<Connection> {
  const path = localSocketPath(home)
  if (!isOursOrAbsent(home, path))
    throw problem('HOME_UNUSABLE', { home, why: `${dirname(path)} belongs to somebody else` })
  const socket = new WebSocket(`ws://localhost${rpcPath}`, [rpcProtocol], {
    perMessageDeflate: false,
    // Not in the address: a URL has no room for a path with spaces, colons or letters beyond ASCII.
    createConnection: () => connect(path),
  })
  const closing = new AbortController()
  socket.once('close', () => closing.abort())
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (request) => {
      request.destroy()
      reject(problem('ENGINE_LOST'))
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      reject(explain(home, error))
    })
  })
  socket.on('error', () => socket.terminate()) // `close` follows, and says it to every call under way
  return { client: clientOver(socket), closed: closing.signal, close: () => socket.close() }
}

/** The contract over a socket that is open or opening. */
export const clientOver = (socket: WebSocket): Client =>
  createORPCClient(new SocketLink({ websocket: socket as unknown as SocketOfLink }))

/** The link names the browser's type, whose event options that of `ws` does not share. */
type SocketOfLink = ConstructorParameters<typeof SocketLink>[0]['websocket']

/** ECONNRESET, EPIPE: the host went away between its last word and this one. */
const goneCodes = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

function explain(home: string, error: NodeJS.ErrnoException): Error {
  const code = error.code ?? ''
  if (goneCodes.has(code)) return problem('NO_HOST', { home })
  if (code === 'ENOTDIR') return problem('HOME_UNUSABLE', { home, why: 'it is not a folder' })
  return code === 'EACCES' ? problem('HOME_UNUSABLE', { home, why: 'you may not enter it' }) : error
}

/** The contract over a port of an engine in this process. */
export function connectToPort(port: MessagePort): Connection {
  const closing = new AbortController()
  port.once('close', () => closing.abort())
  const client: Client = createORPCClient(new PortLink({ port }))
  port.start()
  return { client, closed: closing.signal, close: () => port.close() }
}

/** A socket outside the data folder lies where everybody may write: its folder must be this user's. */
function isOursOrAbsent(home: string, path: string): boolean {
  const folder = dirname(path)
  if (process.platform === 'win32' || folder === home) return true
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined || isOwnFolder(folder)
}
