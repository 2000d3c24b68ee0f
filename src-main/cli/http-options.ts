import type { Command } from 'commander'
import type { Definition } from '../../src-preload/contract.ts'
import { parseExecutor, parseOneOf, readText } from './arguments.ts'
import { UseError } from './failure.ts'
import { parseStatus } from './retry-options.ts'

export type HttpOptions = {
  http?: string[]
  header: string[]
  body?: string
  bodyFromInput?: boolean
  expect?: string
  redirects?: string
  oversize?: string
}
type HttpDefinition = Extract<Definition, { kind: 'http' }>
type Request = Pick<HttpDefinition, 'kind' | 'request' | 'expect' | 'redirects' | 'oversize' | 'executor'>

/** The options that describe a request. */
export const addHttpOptions = (command: Command): Command =>
  command
    .option('--http <[method] url...>', 'send a request: --http GET https://example.org')
    .option(
      '--header <name: value>',
      'of the request; can be repeated',
      (given: string, all: string[]) => [...all, given],
      [],
    )
    .option('--body <text>', 'of the request: text, @FILE, or - for standard input')
    .option('--body-from-input', 'the body is the input of the run, as JSON')
    .option('--expect <statuses>', 'that mean success: 2xx (default), 200,404')
    .option('--redirects <rule>', 'follow (default), manual (the redirection is the answer) or error')
    .option('--oversize <rule>', 'of an answer larger than --max-result: fail (default) or cut')

/** Null without `--http`, and then none of the others may be given. */
export async function parseHttp(options: HttpOptions, executor: string | undefined): Promise<Request | null> {
  const { http, header, body, bodyFromInput, expect, redirects, oversize } = options
  if (http === undefined) {
    if (header.length > 0 || [body, bodyFromInput, expect, redirects, oversize].some((each) => each !== undefined))
      throw new UseError('--header, --body, --expect, --redirects and --oversize are for requests: give --http too.')
    return null
  }
  const [first = '', second, ...rest] = http
  if (rest.length > 0) throw new UseError('--http takes a method and a URL. Other words stand before it.')
  const [method, url] =
    second === undefined ? [body !== undefined || bodyFromInput === true ? 'POST' : 'GET', first] : [first, second]
  if (!URL.canParse(url))
    throw new UseError(`--http: "${url}" is not a URL. Write for example https://example.org/path.`)
  if (body !== undefined && bodyFromInput === true)
    throw new UseError('--body and --body-from-input exclude each other.')
  return {
    kind: 'http',
    request: {
      method,
      url,
      headers: Object.fromEntries(header.map(parseHeader)),
      body:
        bodyFromInput === true
          ? { from: 'input' }
          : body === undefined
            ? null
            : { from: 'text', text: await readText('--body', body) },
    },
    expect: (expect ?? '2xx').split(',').map((status) => parseStatus('--expect', status)),
    redirects: redirects === undefined ? 'follow' : parseOneOf('--redirects', redirects, ['follow', 'manual', 'error']),
    oversize: oversize === undefined ? 'fail' : parseOneOf('--oversize', oversize, ['fail', 'cut']),
    executor: parseExecutor(executor ?? 'async'),
  }
}

function parseHeader(given: string): [name: string, value: string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(given) ?? []
  if (name === undefined || value === undefined) throw new UseError(`--header: "${given}" is not NAME: VALUE.`)
  return [name, value]
}

/** What a job sends, as facts. The values of headers are not shown. */
export function httpFacts(definition: Definition): [string, string | null][] {
  if (definition.kind !== 'http') return []
  const { request, expect, redirects, oversize } = definition
  const { headers, body } = request
  return [
    ['headers', Object.keys(headers).join(', ') || null],
    ['body', body === null ? null : body.from === 'input' ? 'the input as JSON' : `${body.text.length} characters`],
    ['expects', expect.join(', ')],
    ['redirects', redirects === 'follow' ? null : redirects],
    ['oversize', oversize === 'fail' ? null : oversize],
  ]
}
