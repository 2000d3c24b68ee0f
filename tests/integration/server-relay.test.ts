import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { clientOver } from '../../src-main/cli/connection.ts'
import { createRpcServer } from '../../src-main/server/rpc-server.ts'
import type { RpcServerOptions } from '../../src-main/server/rpc-server.ts'
import { standInEngine } from '../support/stand-in-engine.ts'
import { until } from '../support/until.ts'

async function openServer(rules: Partial<RpcServerOptions>, socketOptions: { autoPong?: boolean } = {}) {
  const engine = standInEngine()
  const rpc = createRpcServer({
    connect: engine.connect,
    maxClients: 1,
    maxPayloadBytes: 1_000,
    refuse: () => null,
    rate: null,
    pingEveryMs: null,
    ...rules,
  })
  const server = createServer().listen(0, '127.0.0.1')
  rpc.attach(server)
  await new Promise((resolve) => server.once('listening', resolve))
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, socketOptions)
  onTestFinished(async () => {
    socket.terminate()
    await rpc.close()
    server.close()
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return { socket, engine, rpc }
}

test('a client that answers no ping is cut off', async () => {
  const { socket, engine } = await openServer({ pingEveryMs: 30 }, { autoPong: false })
  await until('the silent client is cut off', () => socket.readyState === WebSocket.CLOSED)
  await until('its port is closed', () => engine.ports.size === 0)
})

test('a client that answers pings stays', async () => {
  const { socket } = await openServer({ pingEveryMs: 30 })
  let pings = 0
  socket.on('ping', () => (pings += 1))
  await until('it was pinged five times', () => pings === 5)
  expect(socket.readyState).toBe(WebSocket.OPEN)
})

test('binary frames reach the engine as they are', async () => {
  const { socket } = await openServer({})
  const answered = new Promise<string>((resolve) =>
    socket.once('message', (frame: Buffer) => resolve(frame.toString())),
  )
  socket.send(Buffer.from(JSON.stringify({ i: '1', p: { u: '/jobs/list' } })))
  expect(JSON.parse(await answered)).toMatchObject({ i: '1', p: { b: { json: [] } } })
})

test('a client that takes nothing holds back its own port only until it takes again', async () => {
  const { socket } = await openServer({})
  const client = clientOver(socket)
  socket.pause()
  const sizes = Array.from({ length: 12 }, (_size, index) => 1_000_000 + index)
  const answers = Promise.all(sizes.map((id) => client.runs.get({ id })))
  const first = client.jobs.list()
  socket.resume()
  expect(await first).toEqual([])
  expect((await answers).map(({ result }) => (result as string).length)).toEqual(sizes)
})

test('while there is no engine nobody is let in', async () => {
  await expect(openServer({ connect: () => null })).rejects.toThrow('503')
})
