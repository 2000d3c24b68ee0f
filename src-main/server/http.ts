import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { problem } from '../../src-preload/problem.ts'
import { isOwnHost, pathOf, refuseUpgrade } from './caller.ts'
import { securityHeaders } from './renderer-files.ts'
import type { RendererFiles } from './renderer-files.ts'
import { createRpcServer } from './rpc-server.ts'
import type { Connect } from './rpc-server.ts'

export type HttpHostOptions = {
  /** 0 takes a free one. */
  port: number
  files: RendererFiles
  token: string
  connect: Connect
}

export type HttpHost = {
  port: number
  /** Lets nobody new in; who is connected stays. */
  retire(): void
  /** Ends all connections and resolves when the port is free. */
  close(): Promise<void>
}

const serverLimits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 8_192,
  connectionsCheckingInterval: 1_000,
}
/** Far above what 16 windows need; more would only be somebody holding sockets open. */
const MAX_CONNECTIONS = 128

const rpcRules = {
  maxClients: 16,
  maxPayloadBytes: 1024 * 1024,
  rate: { perSecond: 200, burst: 400 },
  pingEveryMs: 15_000,
}

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signalbox</title>
<h1>The window is not built yet</h1><p>Run <code>npm run build</code>, then start the host again.</p></html>
`

/**
 * Serves the renderer and the contract on the loopback of both address families, to nobody else. Rejects with
 * `PORT_IN_USE` when the port asked for is taken.
 */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  let port = options.port
  const rpc = createRpcServer({
    ...rpcRules,
    connect: options.connect,
    refuse: (request) => refuseUpgrade(request, port, options.token),
  })
  const listen = async (address: string): Promise<Listener> => {
    const server = createServer(
      serverLimits,
      (request, response) => void answer(request, response, port, options.files),
    )
    server.maxConnections = MAX_CONNECTIONS
    rpc.attach(server)
    await listenOn(server, port, address)
    return { server, closed: new Promise((resolve) => server.once('close', resolve)) }
  }

  const first = await listen('127.0.0.1')
  port = (first.server.address() as AddressInfo).port
  const listeners = [first]
  try {
    listeners.push(await listen('::1'))
  } catch (error) {
    // A machine without IPv6 is served on IPv4 alone. A port that another program has on ::1 is refused only when it
    // was asked for by number: "localhost" would then lead to that program.
    if (!hasNoIpv6(error) && options.port !== 0) {
      await closeListener(first)
      throw error
    }
  }

  return {
    port,
    retire: () => listeners.forEach(({ server }) => server.close()),
    async close() {
      await rpc.close()
      await Promise.all(listeners.map(closeListener))
    },
  }
}

type Listener = { server: Server; closed: Promise<void> }

async function closeListener({ server, closed }: Listener): Promise<void> {
  if (server.listening) server.close()
  server.closeAllConnections()
  await closed
}

async function listenOn(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(problem('PORT_IN_USE', { port }))
      else if (error.code === 'EACCES')
        reject(problem('BAD_INPUT', { details: `port ${port} is reserved for the system` }))
      else reject(error)
    })
    server.listen({ port, host, ipv6Only: true }, () => resolve())
  })
}

const hasNoIpv6 = (error: unknown) =>
  ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  files: RendererFiles,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  const end = (status: number, text = '', type = 'text/plain; charset=utf-8') => {
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
    })
    response.end(request.method === 'HEAD' ? undefined : text)
  }
  if (!isOwnHost(request.headers.host, port)) return end(421, 'This host answers to 127.0.0.1 and localhost only.\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return end(405, 'Only GET and HEAD.\n')
  }
  const pathname = pathOf(request)
  if (pathname === null) return end(400, 'The request does not name a path.\n')
  if (!files.isBuilt && pathname === '/') return end(200, notBuilt, 'text/html; charset=utf-8')
  const file = files.find(pathname)
  if (!file) return end(404, 'There is no such page.\n')

  response.writeHead(200, { 'Content-Type': file.contentType, 'Cache-Control': file.cacheControl })
  if (request.method === 'HEAD') return void response.end()
  try {
    await pipeline(createReadStream(file.path), response)
  } catch {
    // The reader went away, or the file did (a new build): the status is sent, so the connection is all there is to end.
    response.destroy()
  }
}
