import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { clientOver } from '../../src-main/cli/connection.ts'
import { approach, openHttpHost } from '../support/http-host.ts'
import type { Approach } from '../support/http-host.ts'
import { until } from '../support/until.ts'

const closeCode = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve))

async function openClient() {
  const server = await openHttpHost()
  const socket = await letIn(server)
  return { ...server, socket, client: clientOver(socket) }
}

async function letIn({ port, own, token }: { port: number; own: string; token: string }): Promise<WebSocket> {
  const socket = await approach(port, { origin: `http://${own}`, protocols: ['signalbox.v1', `token.${token}`] })
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  onTestFinished(() => socket.terminate())
  return socket
}

test('a page of this host with the token speaks the contract', async () => {
  const { socket, client } = await openClient()
  expect(socket.protocol).toBe('signalbox.v1')
  expect(socket.extensions).toBe('')
  expect(await client.jobs.list()).toEqual([])
})

type Server = Awaited<ReturnType<typeof openHttpHost>>
const good = (server: Server): Required<Approach> => ({
  host: server.own,
  origin: `http://${server.own}`,
  protocols: ['signalbox.v1', `token.${server.token}`],
  path: '/rpc',
})

const refusals: [string, number, (server: Server) => Approach][] = [
  ['a foreign name', 421, ({ port }) => ({ host: `evil.example:${port}`, origin: `http://evil.example:${port}` })],
  ['no port in Host', 421, () => ({ host: '127.0.0.1', origin: 'http://127.0.0.1' })],
  ['a name that begins like ours', 421, ({ port }) => ({ host: `127.0.0.1.evil.example:${port}` })],
  ['credentials in Host', 421, ({ port }) => ({ host: `127.0.0.1:${port}@evil.example` })],
  ['the unspecified address', 421, ({ port }) => ({ host: `0.0.0.0:${port}` })],
  ['a rooted name', 421, ({ port }) => ({ host: `localhost.:${port}` })],
  ['an evil origin', 403, () => ({ origin: 'http://evil.example' })],
  ['the null origin', 403, () => ({ origin: 'null' })],
  ['no origin', 403, () => ({ origin: null })],
  ['an origin of another port', 403, ({ port }) => ({ origin: `http://127.0.0.1:${port + 1}` })],
  ['an origin of another loopback name', 403, ({ port }) => ({ origin: `http://localhost:${port}` })],
  ['a secure origin', 403, ({ own }) => ({ origin: `https://${own}` })],
  ['no token', 401, () => ({ protocols: ['signalbox.v1'] })],
  ['no subprotocol', 401, () => ({ protocols: [] })],
  ['a wrong token', 401, () => ({ protocols: ['signalbox.v1', `token.${'0'.repeat(64)}`] })],
  ['a shorter token', 401, ({ token }) => ({ protocols: ['signalbox.v1', `token.${token.slice(1)}`] })],
  ['a longer token', 401, ({ token }) => ({ protocols: ['signalbox.v1', `token.${token}0`] })],
  ['the token without our protocol', 401, ({ token }) => ({ protocols: [`token.${token}`] })],
  ['the token in the URL', 401, ({ token }) => ({ protocols: ['signalbox.v1'], path: `/rpc?token=${token}` })],
  ['another path', 404, () => ({ path: '/other' })],
]

test.each(refusals)('%s is refused with %i', async (_what, status, change) => {
  const server = await openHttpHost()
  expect(await approach(server.port, { ...good(server), ...change(server) })).toBe(status)
  expect(server.engine.ports.size).toBe(0)
})

test('the token of the last life opens nothing', async () => {
  const old = await openHttpHost()
  const server = await openHttpHost()
  const protocols = ['signalbox.v1', `token.${old.token}`]
  expect(await approach(server.port, { ...good(server), protocols })).toBe(401)
})

test('localhost and ::1 are names of this host too', async () => {
  const server = await openHttpHost()
  for (const name of ['localhost', '[::1]']) {
    const own = `${name}:${server.port}`
    const socket = await approach(server.port, { ...good(server), host: own, origin: `http://${own}` })
    expect(socket).toBeInstanceOf(WebSocket)
    ;(socket as WebSocket).terminate()
  }
})

test('a message above 1 MB closes the connection, and its port', async () => {
  const { socket, engine } = await openClient()
  socket.send('x'.repeat(2 * 1024 * 1024))
  expect(await closeCode(socket)).toBe(1009)
  await until('its port is closed', () => engine.ports.size === 0)
})

test('the seventeenth client is refused until one of the sixteen leaves', async () => {
  const server = await openHttpHost()
  const sockets = await Promise.all(Array.from({ length: 16 }, () => letIn(server)))
  expect(await approach(server.port, good(server))).toBe(503)
  sockets[0]?.close()
  await until('a place is free', async () => {
    const socket = await approach(server.port, good(server))
    if (typeof socket === 'number') return false
    socket.terminate()
    return true
  })
})

test('a client that sends faster than the rate is slowed down and loses nothing', async () => {
  const { client } = await openClient()
  const startedAt = performance.now()
  const answers = await Promise.all(Array.from({ length: 500 }, () => client.jobs.list()))
  expect(answers).toHaveLength(500)
  await client.jobs.list()
  expect(performance.now() - startedAt).toBeGreaterThan(400) // 100 above the burst of 400, at 200 a second
})

test('answers larger than the network takes at once arrive whole', async () => {
  const { client, socket } = await openClient()
  socket.pause()
  const sizes = [3_000_000, 2_000_000, 1_000_000, 5]
  const answers = sizes.map((id) => client.runs.get({ id }))
  setImmediate(() => socket.resume())
  expect((await Promise.all(answers)).map(({ result }) => (result as string).length)).toEqual(sizes)
})

test('when the engine goes away its clients are told that it comes back', async () => {
  const { socket, engine } = await openClient()
  for (const port of engine.ports) port.close()
  expect(await closeCode(socket)).toBe(1012)
})

test('a host that stops says goodbye and leaves no port in use', async () => {
  const { socket, host, engine, port, own, token } = await openClient()
  const closed = closeCode(socket)
  await host.close()
  expect(await closed).toBe(1001)
  await until('its port is closed', () => engine.ports.size === 0)
  await expect(approach(port, { origin: `http://${own}`, protocols: [`token.${token}`] })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  })
})
