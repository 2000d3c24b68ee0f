import type { IncomingMessage } from 'node:http'
import { isSameToken } from './token.ts'

/** The subprotocol the server answers with; a browser offers it beside `token.<hex>`. */
export const rpcProtocol = 'signalbox.v1'
export const rpcPath = '/rpc'

/** Why a request is turned away, as an HTTP status. */
export type Refusal = 400 | 401 | 403 | 404 | 421 | 503

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Whether the `Host` header names this machine's loopback at `port`. A page of another site that had its name point
 * to 127.0.0.1 (DNS rebinding) still sends its own name here.
 */
export function isOwnHost(host: string | undefined, port: number): boolean {
  if (host === undefined || !/^[a-z0-9.:[\]]+$/i.test(host) || !URL.canParse(`http://${host}/`)) return false
  const url = new URL(`http://${host}/`)
  return loopbackNames.includes(url.hostname) && Number(url.port || 80) === port
}

/** Checks who opens a WebSocket, in the order Host, path, Origin, token; null lets it in. */
export function refuseUpgrade(request: IncomingMessage, port: number, token: string): Refusal | null {
  const { host, origin } = request.headers
  if (!isOwnHost(host, port)) return 421
  if (pathOf(request) !== rpcPath) return 404
  if (origin !== `http://${host ?? ''}`) return 403
  return hasToken(request.headers['sec-websocket-protocol'], token) ? null : 401
}

/** The request's path as it was sent, without the query; null when the target is not a path. */
export function pathOf(request: IncomingMessage): string | null {
  const target = request.url ?? ''
  return target.startsWith('/') ? (target.split('?', 1)[0] ?? null) : null
}

/** The token travels as a subprotocol because a browser can set no other header there; a URL would be logged. */
function hasToken(header: string | undefined, token: string): boolean {
  const offered = (header ?? '').split(',').map((protocol) => protocol.trim())
  const given = offered.find((protocol) => protocol.startsWith('token.'))
  return offered.includes(rpcProtocol) && given !== undefined && isSameToken(given.slice('token.'.length), token)
}
