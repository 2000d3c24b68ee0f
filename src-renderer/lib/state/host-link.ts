/** One try to reach the host: through the preload's port in the desktop app, else by WebSocket with the token. */
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { Client } from '../../../src-preload/contract.ts'
import { borrowToken, lendToken } from './shared-token.ts'

declare global {
  interface Window {
    /** There in the desktop app only. `connect` makes a `message` event with a port arrive. */
    readonly signalbox?: { readonly platform: string; connect(): void }
  }
}

export type HostLink = { client: Client; closed: Promise<void> }
export type LinkAnswer =
  { is: 'open'; link: HostLink } | { is: 'unreachable' } | { is: 'token-missing' } | { is: 'token-refused' }

const tokenKey = 'signalbox.token'
const tokenHash = /^#token=([0-9a-f]+)$/i

/** Tries once. `unreachable` may be tried again; the token answers need the person. */
export async function openHostLink(): Promise<LinkAnswer> {
  if (window.signalbox) return { is: 'open', link: await openPort(window.signalbox) }
  const token = takeToken() ?? (await borrowed())
  if (token === null) return { is: 'token-missing' }
  return openSocket(token)
}

/**
 * Begins anew when the host's address is put into a tab that shows the app already: to the browser that is another place
 * in the same page, so nothing would be loaded. The returned function stops watching.
 */
export function watchAddress(): () => void {
  const onHash = () => tokenHash.test(location.hash) && location.reload()
  window.addEventListener('hashchange', onHash)
  return () => window.removeEventListener('hashchange', onHash)
}

/** The token of this tab: from the address on the first open, whose fragment is then cleared so that it is not shared by accident. */
function takeToken(): string | null {
  const inAddress = tokenHash.exec(location.hash)?.[1]
  if (inAddress !== undefined) {
    sessionStorage.setItem(tokenKey, inAddress)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(tokenKey)
}

/** The token of another tab, from then on this one's too: a link opened in a new tab arrives without one. */
async function borrowed(): Promise<string | null> {
  const token = await borrowToken()
  if (token !== null) sessionStorage.setItem(tokenKey, token)
  return token
}

async function openPort(bridge: NonNullable<Window['signalbox']>): Promise<HostLink> {
  const arrived = Promise.withResolvers<MessagePort>()
  const onMessage = (event: MessageEvent<unknown>) => {
    const port = event.ports[0]
    if (event.source === window && event.data === 'signalbox:port' && port) arrived.resolve(port)
  }
  window.addEventListener('message', onMessage)
  bridge.connect()
  const port = await arrived.promise
  window.removeEventListener('message', onMessage)
  const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve(), { once: true }))
  const client = createORPCClient<Client>(new PortLink({ port }))
  port.start()
  return { client, closed }
}

async function openSocket(token: string): Promise<LinkAnswer> {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const websocket = new WebSocket(`${scheme}://${location.host}/rpc`, ['signalbox.v1', `token.${token}`])
  const closed = new Promise<void>((resolve) => websocket.addEventListener('close', () => resolve(), { once: true }))
  const opened = new Promise<boolean>((resolve) => {
    websocket.addEventListener('open', () => resolve(true), { once: true })
    void closed.then(() => resolve(false))
  })
  if (await opened) {
    void closed.then(lendToken(token))
    return { is: 'open', link: { client: createORPCClient<Client>(new SocketLink({ websocket })), closed } }
  }
  return (await isHostThere()) ? { is: 'token-refused' } : { is: 'unreachable' }
}

/** A browser does not say why a WebSocket was refused. A host that serves pages and refuses the socket refuses the token. */
async function isHostThere(): Promise<boolean> {
  try {
    const answer = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' })
    return answer.ok
  } catch {
    return false // fetch has no other way to say that nobody listens
  }
}
