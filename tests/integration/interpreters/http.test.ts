import { createServer } from 'node:https'
import { gzipSync } from 'node:zlib'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { httpDefinitionSchema } from '../../../src-preload/definition.ts'
import { noResourceLimits } from '../../../src-preload/resource-limits.ts'
import { listen, openServer } from '../../support/loopback-server.ts'
import { shareSupervisor } from '../../support/supervised.ts'
import { untrusted } from '../../support/untrusted-certificate.ts'
import { until } from '../../support/until.ts'

const supervisor = shareSupervisor()

const MB = 1024 * 1024
type Given = Omit<v.InferInput<typeof httpDefinitionSchema>, 'kind' | 'request'>
type Request = v.InferInput<typeof httpDefinitionSchema>['request']
const request = (given: Request, more: Given = {}) =>
  v.parse(httpDefinitionSchema, { kind: 'http', request: given, ...more })

const resultOf = (ending: { how: string; result?: string }) => {
  expect(ending.how).toBe('returned')
  return JSON.parse(ending.result ?? '') as Record<string, unknown>
}

test('the answer is the result: status, headers, and a body that is read by its type', async () => {
  const { url } = await openServer((request, response) => {
    const bodies: Record<string, [string, string | Buffer]> = {
      '/json': ['application/json; charset=utf-8', '{"n":1}'],
      '/text': ['text/plain', 'grüße'],
      '/image': ['image/png', Buffer.from([0x89, 0x50, 0xff, 0x00])],
      '/broken': ['application/problem+json', '{"n":'],
    }
    const [type = '', body = ''] = bodies[request.url ?? ''] ?? []
    response.setHeader('content-type', type).end(body)
  })
  const { start, endingOf } = supervisor()
  const paths = ['/json', '/text', '/image', '/broken']
  const runs = paths.map((path) => start(request({ url: url + path })))
  const results = await Promise.all(runs.map(async (run) => resultOf(await endingOf(run))))
  expect(results[0]).toMatchObject({ status: 200, statusText: 'OK', url: `${url}/json`, bytes: 7, isCut: false })
  expect(results.map(({ body, encoding }) => ({ body, encoding }))).toEqual([
    { body: { n: 1 }, encoding: 'json' },
    { body: 'grüße', encoding: 'text' },
    { body: 'iVD/AA==', encoding: 'base64' },
    { body: '{"n":', encoding: 'text' },
  ])
})

test('method, headers and body are sent, and the body can be the input', async () => {
  const { url, seen } = await openServer((_request, response) => response.writeHead(204).end())
  const { start, endingOf } = supervisor()
  const headers = { 'X-Team': 'night' }
  const text = start(request({ method: 'put', url, headers, body: { from: 'text', text: 'plain' } }))
  await endingOf(text)
  const input = start(request({ method: 'POST', url, body: { from: 'input' } }), { host: 'a', n: [1, 2] })
  expect(resultOf(await endingOf(input))).toMatchObject({ status: 204, body: '', bytes: 0 })
  expect(seen).toMatchObject([
    { method: 'PUT', headers: { 'x-team': 'night' }, body: 'plain' },
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"host":"a","n":[1,2]}' },
  ])
})

test('a status that is not expected is a failure that a policy may look at', async () => {
  const { url } = await openServer((_request, response) =>
    response.writeHead(503, { 'retry-after': '7' }).end('busy with secrets'),
  )
  const { start, endingOf } = supervisor()
  const refused = start(request({ url: `${url}/path?token=hush` }))
  expect(await endingOf(refused)).toMatchObject({
    how: 'threw',
    error: { name: 'HttpStatusError', message: `${url}/path answered 503 Service Unavailable, expected 2xx` },
    wish: { retry: 'by_status', status: 503, notBeforeMs: 7_000 },
  })
  const expected = start(request({ url }, { expect: ['200', '503'] }))
  expect(resultOf(await endingOf(expected))).toMatchObject({ status: 503, body: 'busy with secrets' })
})

test('an answer that is too large fails, or is cut, and is not read to its end', async () => {
  let sent = 0
  const { url } = await openServer((_request, response) => {
    const more = () => {
      while (!response.destroyed && sent < 500 * MB) {
        sent += 65_536
        if (!response.write('x'.repeat(65_536))) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const { start, endingOf } = supervisor()
  const limits = { ...noResourceLimits, resultBytes: 100_000 }
  const failing = start(request({ url }, { limits }))
  expect(await endingOf(failing)).toMatchObject({ how: 'threw', error: { name: 'ResultLimitError' } })
  const cutting = start(request({ url }, { oversize: 'cut', limits }))
  expect(resultOf(await endingOf(cutting))).toMatchObject({ isCut: true })
  expect(sent).toBeLessThan(100 * MB)
})

test('a cut answer says so', async () => {
  const { url } = await openServer((_request, response) => response.end('"\u00e4'.repeat(50_000)))
  const { start, endingOf } = supervisor()
  const run = start(request({ url }, { oversize: 'cut', limits: { ...noResourceLimits, resultBytes: 4_096 } }))
  const result = resultOf(await endingOf(run))
  expect(result).toMatchObject({ isCut: true, encoding: 'text' })
  expect(result['bytes']).toBeGreaterThan(1_000)
  expect(result['bytes']).toBeLessThan(4_096)
})

test('a small answer that unpacks to a huge one is stopped at the limit', async () => {
  const { url } = await openServer((_request, response) =>
    response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(200 * MB))),
  )
  const { start, endingOf } = supervisor()
  expect(await endingOf(start(request({ url })))).toMatchObject({ how: 'threw', error: { name: 'ResultLimitError' } })
})

test('redirections are followed, shown or refused, and no header goes to another origin', async () => {
  const other = await openServer((_request, response) => response.end('there'))
  const { url, seen } = await openServer((request, response) => {
    const to = { '/same': '/end', '/other': `${other.url}/end`, '/loop': '/loop', '/see': '/end' }[request.url ?? '']
    if (to === undefined) response.end('here')
    else response.writeHead(request.url === '/see' ? 303 : 307, { location: to }).end()
  })
  const { start, endingOf } = supervisor()
  const headers = { authorization: 'Bearer x', 'x-key': 'k' }
  const body = { from: 'text' as const, text: 'payload' }
  const ask = (path: string, more: Given = {}) =>
    endingOf(start(request({ method: 'POST', url: url + path, headers, body }, more)))
  expect(resultOf(await ask('/same'))).toMatchObject({ body: 'here', url: `${url}/end` })
  expect(seen.at(-1)).toMatchObject({ method: 'POST', body: 'payload', headers: { 'x-key': 'k' } })
  expect(resultOf(await ask('/see'))).toMatchObject({ body: 'here' })
  expect(seen.at(-1)).toMatchObject({ method: 'GET', body: '' })
  expect(resultOf(await ask('/other'))).toMatchObject({ body: 'there' })
  expect(other.seen[0]?.headers).not.toHaveProperty('authorization')
  expect(other.seen[0]?.headers).not.toHaveProperty('x-key')
  expect(await ask('/loop')).toMatchObject({ error: { message: `${url}/loop redirects more than 10 times` } })
  expect(await ask('/other', { redirects: 'error' })).toMatchObject({ error: { name: 'HttpRequestError' } })
  const manual = await ask('/same', { redirects: 'manual', expect: ['3xx'] })
  expect(resultOf(manual)).toMatchObject({ status: 307, headers: { location: '/end' } })
})

test('a host that is not there, a certificate that is not trusted: what and what to do', async () => {
  const tls = createServer(untrusted, (_request, response) => response.end())
  const secure = (await listen(tls)).replace('http:', 'https:')
  const { start, endingOf } = supervisor()
  const refused = await endingOf(start(request({ url: secure })))
  expect(refused).toMatchObject({ error: { name: 'HttpRequestError', hint: /NODE_EXTRA_CA_CERTS/ as never } })
  const closed = await endingOf(start(request({ url: 'http://127.0.0.1:9/' })))
  expect(closed).toMatchObject({
    how: 'threw',
    error: { name: 'HttpRequestError', hint: /does not ask this port/ as never },
  })
  const unknown = await endingOf(start(request({ url: 'http://no-such-host.invalid/' })), 30_000)
  expect(unknown).toMatchObject({ how: 'threw', error: { name: 'HttpRequestError' } })
})

test.each(['async', 'process', 'thread'] as const)(
  'a stop on %s ends a request that hangs, also in its body',
  async (executor) => {
    const { url, seen, cutOff } = await openServer((request, response) => {
      if (request.url === '/body') response.write('first')
    })
    const { start, stop, endingOf } = supervisor()
    const runs = ['/head', '/body'].map((path) => start(request({ url: url + path }, { executor })))
    await until('both were asked', () => seen.length === 2)
    for (const run of runs) stop(run, 'signal', 'enough')
    const endings = await Promise.all(runs.map((run) => endingOf(run)))
    expect(endings).toMatchObject([
      { how: 'threw', cancelled: true },
      { how: 'threw', cancelled: true },
    ])
    await until('both connections are closed', () => cutOff() === 2)
  },
)

test.each([
  [{ url: 'not a url' }, /not a URL/],
  [{ url: 'file:///etc/passwd' }, /not a URL that starts with http/],
  [{ url: 'http://user:pw@example.org/' }, /names a user/],
  [{ url: 'http://example.org', headers: { 'bad name': 'x' } }, /name of a header/],
  [{ url: 'http://example.org', headers: { 'x-a': 'one\r\nx-b: two' } }, /one line/],
  [{ url: 'http://example.org', method: 'CONNECT' }, /not sent/],
  [{ url: 'http://example.org', body: { from: 'input' as const } }, /have no body/],
])('%j is refused before anything is sent', (given, why) => {
  expect(() => request(given)).toThrow(why)
})
