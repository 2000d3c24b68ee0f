import { lstatSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { problem } from '../../src-preload/problem.ts'
import { pathOf, rpcPath } from './caller.ts'
import { localSocketPath, prepareSocketFolder } from './local-socket-path.ts'
import { writePrivateFile } from '../private-file.ts'
import { createRpcServer } from './rpc-server.ts'
import type { Connect } from './rpc-server.ts'

export type LocalSocketOptions = {
  home: string
  connect: Connect
  /** Which kind of host this is, for the note that lies beside the socket. */
  kind: 'desktop' | 'headless' | 'private'
  /** Address of the window in a browser, without its token; null when there is none. */
  url: string | null
  version: string
}

export type LocalSocket = {
  path: string
  /** Resolves when no program is connected. */
  whenEmpty: () => Promise<void>
  /** Takes the socket away so that nobody new comes in; who is connected stays. */
  retire(): void
  /** Ends all connections. */
  close(): Promise<void>
}

/** The file mode of the socket is the check of who is calling, so there is no rate: the caller is this user's program. */
const rpcRules = { maxClients: 64, maxPayloadBytes: 4 * 1024 * 1024, rate: null, pingEveryMs: null }

/** Says which host runs here. Only for people and their tools: what counts is the socket and the lock. */
export const hostNotePath = (home: string) => join(home, 'host.json')

/**
 * Opens the socket through which the command line reaches this host. Call it only as the owner of the data folder
 * (after the engine has started): a socket that a host of an earlier life left behind is replaced.
 */
export async function startLocalSocket(options: LocalSocketOptions): Promise<LocalSocket> {
  const path = localSocketPath(options.home)
  const server = createServer((_request, response) => void response.writeHead(404).end())
  const rpc = createRpcServer({
    ...rpcRules,
    connect: options.connect,
    refuse: (request) => (pathOf(request) === rpcPath ? null : 404),
  })
  rpc.attach(server)
  prepareSocketFolder(options.home, path)
  removeStaleSocket(options.home, path)
  const { kind, url, version } = options
  const note = hostNotePath(options.home)
  writePrivateFile(note, JSON.stringify({ pid: process.pid, kind, url, version }) + '\n')
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // The socket is made with the mode that the umask leaves, inside `listen`; changing it later would leave a gap.
    const umask = process.umask(0o177)
    try {
      server.listen(path, resolve)
    } finally {
      process.umask(umask)
    }
  })

  let isRetired = false
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  const retire = () => {
    if (isRetired) return
    isRetired = true
    rmSync(note, { force: true })
    server.close() // removes the socket file too
  }
  return {
    path,
    whenEmpty: rpc.whenEmpty,
    retire,
    async close() {
      retire()
      await rpc.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function removeStaleSocket(home: string, path: string): void {
  if (process.platform === 'win32') return
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return
  if (!stats.isSocket()) throw problem('HOME_UNUSABLE', { home, why: `${path} is in the way` })
  rmSync(path)
}
