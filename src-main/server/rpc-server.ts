import type { IncomingMessage, Server } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'
import { WebSocketServer } from 'ws'
import { rpcProtocol } from './caller.ts'
import type { Refusal } from './caller.ts'
import { relay } from './relay.ts'
import type { RelayRules } from './relay.ts'
import { securityHeaders } from './renderer-files.ts'

/** Opens a connection to the engine; null while there is none. */
export type Connect = () => MessagePort | null

export type RpcServerOptions = RelayRules & {
  connect: Connect
  maxClients: number
  /** Largest message of a client; above it the connection is closed with 1009. */
  maxPayloadBytes: number
  /** Who may not come in; null for everybody who may. */
  refuse(request: IncomingMessage): Refusal | null
}

export type RpcServer = {
  /** Takes the upgrades of `server`; several servers may share the limit of clients. */
  attach(server: Server): void
  /** Resolves when nobody is connected. */
  whenEmpty: () => Promise<void>
  /** Says goodbye to every client; one that does not answer is cut off after `CLOSE_MS`. */
  close(): Promise<void>
}

const CLOSE_MS = 500
const GOING_AWAY = 1001

/** Lets clients speak the contract over WebSocket, without knowing it: it judges the caller and passes frames on. */
export function createRpcServer(options: RpcServerOptions): RpcServer {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(rpcProtocol) ? rpcProtocol : false),
  })

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const refusal = options.refuse(request) ?? (server.clients.size >= options.maxClients ? 503 : null)
    if (refusal !== null) return turnAway(socket, refusal)
    const port = options.connect()
    if (port === null) return turnAway(socket, 503)
    let isOpen = false
    socket.once('close', () => {
      if (!isOpen) port.close()
    })
    server.handleUpgrade(request, socket, head, (client) => {
      isOpen = true
      relay(client, port, options)
      client.once('close', () => {
        if (server.clients.size === 0) server.emit('empty')
      })
    })
  }

  const whenEmpty = () =>
    new Promise<void>((resolve) => (server.clients.size === 0 ? resolve() : server.once('empty', () => resolve())))

  return {
    attach: (httpServer) => void httpServer.on('upgrade', onUpgrade),
    whenEmpty,
    async close() {
      for (const client of server.clients) client.close(GOING_AWAY, 'the host stops')
      const cutOff = setTimeout(() => server.clients.forEach((client) => client.terminate()), CLOSE_MS)
      await whenEmpty()
      clearTimeout(cutOff)
    },
  }
}

function turnAway(socket: Duplex, status: Refusal): void {
  const headers = { ...securityHeaders, Connection: 'close', 'Content-Length': '0' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`, () => socket.destroy())
}
