import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { readdirSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { startHttpHost } from '../../src-main/server/http.ts'
import { readRendererFiles } from '../../src-main/server/renderer-files.ts'
import { openHttpHost } from '../support/http-host.ts'
import { standInEngine } from '../support/stand-in-engine.ts'
import { until } from '../support/until.ts'

/** Several times what an address may have at once. */
const IDLE_SOCKETS = 600
/** Of this process, in which the server is. */
const openDescriptors = () => readdirSync('/proc/self/fd').length

type Answer = { status: number; headers: IncomingHttpHeaders; body: string }
type Asked = { path?: string; method?: string; host?: string }

/** `path` goes out as it is: `fetch` would tidy it first. */
function ask(port: number, { path = '/', method = 'GET', host = `127.0.0.1:${port}` }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { Host: host }, agent: false },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

test('the page is served with the headers that keep it to itself', async () => {
  const { port } = await openHttpHost()
  const { status, headers, body } = await ask(port, {})
  expect(status).toBe(200)
  expect(body).toContain('<title>Signalbox</title>')
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  expect(headers['permissions-policy']).toMatch(/camera=\(\).*usb=\(\)/)
  const policy = headers['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-hashes'")
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types svelte-trusted-html")
  expect(policy).not.toMatch(/unsafe-(inline|eval)/)
  expect(headers['access-control-allow-origin']).toBeUndefined()
  expect(headers['set-cookie']).toBeUndefined()
})

test('files whose names carry their hash may be kept for ever', async () => {
  const { port } = await openHttpHost()
  const { status, headers } = await ask(port, { path: '/assets/page-1a2b.js', method: 'HEAD' })
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ])
})

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/..%5csecret.txt',
  '/..\\secret.txt',
  '/%252e%252e%252fsecret.txt',
  '/index.html%00.js',
  '/%',
  '/notes.md',
  '/assets',
  '//index.html',
])('%s is no page', async (path) => {
  const { port } = await openHttpHost()
  const { status, headers, body } = await ask(port, { path })
  expect([status, body]).toEqual([404, 'There is no such page.\n'])
  expect(headers['content-security-policy']).toBeDefined()
})

test.each(['evil.example', '127.0.0.1.evil.example', '127.0.0.1:x@evil.example', '0.0.0.0', 'localhost.', '[::2]', ''])(
  'a request for the host "%s" is misdirected',
  async (name) => {
    const { port } = await openHttpHost()
    expect((await ask(port, { host: `${name}:${port}` })).status).toBe(421)
  },
)

test('the host must be named with its port, under each of its loopback names', async () => {
  const { port } = await openHttpHost()
  const status = async (host: string) => (await ask(port, { host })).status
  expect(await status('127.0.0.1')).toBe(421)
  expect(await status(`127.0.0.1:${port + 1}`)).toBe(421)
  expect(await status(`localhost:${port}`)).toBe(200)
  expect(await status(`[::1]:${port}`)).toBe(200)
})

test('only GET and HEAD are answered', async () => {
  const { port } = await openHttpHost()
  const { status, headers } = await ask(port, { method: 'POST' })
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
})

test('a target that is not a path is refused', async () => {
  const { port } = await openHttpHost()
  expect((await ask(port, { path: 'http://evil.example/' })).status).toBe(400)
})

test('a page that is not built says how to build it', async () => {
  const { port } = await openHttpHost({ withPage: false })
  const { status, body } = await ask(port, {})
  expect(status).toBe(200)
  expect(body).toContain('npm run build')
})

test('headers that never end are cut off', async () => {
  const { port } = await openHttpHost()
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: ')
  const answered = await new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.on('close', () => resolve(text))
  })
  expect(answered).toContain('408 Request Timeout')
})

test('connections that say nothing, however many, are turned away, and the page is there again', async () => {
  const { port } = await openHttpHost()
  const before = openDescriptors()
  const sockets = Array.from({ length: IDLE_SOCKETS }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()))
  const closed = () => sockets.filter((socket) => socket.destroyed).length
  for (const socket of sockets) socket.resume()
  // The server lets 128 wait for their first word, and those for 5 s.
  await until('the others are turned away', () => closed() >= IDLE_SOCKETS - 128)
  await until('the page is there again', () =>
    ask(port, {}).then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
  await until('all are closed', () => closed() === IDLE_SOCKETS && openDescriptors() <= before + 5)
})

test('a port that is in use is refused by name', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const starting = startHttpHost({ port, files: readRendererFiles(), token: 'a', connect: standInEngine().connect })
  await expect(starting).rejects.toMatchObject({ code: 'PORT_IN_USE', message: `Port ${port} is in use.` })
})

test('the token is 256 bits, for its owner alone, and another one every time', async () => {
  const first = await openHttpHost()
  const second = await openHttpHost()
  expect(first.token).toMatch(/^[0-9a-f]{64}$/)
  expect(first.token).not.toBe(second.token)
  expect(statSync(first.tokenPath).mode & 0o777).toBe(0o600)
})

test('no address but the loopback is listened on', async () => {
  const { port } = await openHttpHost()
  const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  for (const { address } of outside.filter(({ internal, family }) => !internal && family === 'IPv4')) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      const socket = connect(port, address, () => resolve(null))
      socket.once('error', resolve)
    })
    expect([address, error?.code]).toEqual([address, 'ECONNREFUSED'])
  }
})
