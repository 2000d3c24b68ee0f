/** An HTTP request, as a person types and reads it. */
import type { Definition } from '../../../src-preload/contract.ts'

type HttpDefinition = Extract<Definition, { kind: 'http' }>
type Request = Pick<HttpDefinition, 'request' | 'expect' | 'redirects' | 'oversize'>
export type RequestTexts = {
  method: string
  url: string
  /** Name: value, one a line. */
  headers: string
  bodyFrom: 'nothing' | 'text' | 'input'
  body: string
  expect: string
  redirects: HttpDefinition['redirects']
  oversize: HttpDefinition['oversize']
}
type Field = 'method' | 'url' | 'headers' | 'bodyFrom' | 'expect'

export const noRequest: RequestTexts = {
  method: 'GET',
  url: '',
  headers: '',
  bodyFrom: 'nothing',
  body: '',
  expect: '2xx',
  redirects: 'follow',
  oversize: 'fail',
}

export const requestTexts = ({ request, expect, redirects, oversize }: HttpDefinition): RequestTexts => ({
  method: request.method,
  url: request.url,
  headers: headerLines(request.headers),
  bodyFrom: request.body === null ? 'nothing' : request.body.from,
  body: request.body?.from === 'text' ? request.body.text : '',
  expect: expect.join(', '),
  redirects,
  oversize,
})

/** As it would look on the line. */
export function requestText({ request }: HttpDefinition): string {
  const { method, url, headers, body } = request
  const parts = [`${method} ${url}`, headerLines(headers)].filter((part) => part !== '').join('\n')
  return body === null ? parts : `${parts}\n\n${body.from === 'text' ? body.text : '(the input as JSON)'}`
}

export function readRequest(texts: RequestTexts, faults: Partial<Record<Field, string>>): Request {
  const method = texts.method.trim().toUpperCase()
  if (!/^[A-Z-]{1,20}$/.test(method)) faults.method = 'A word such as GET or POST.'
  const url = texts.url.trim()
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    faults.url = 'An address that starts with http:// or https://.'
  }
  const headers: Record<string, string> = {}
  for (const line of texts.headers.split('\n').filter((each) => each.trim() !== '')) {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined) faults.headers = `"${line}" is not Name: value.`
    else headers[name] = value
  }
  const hasBody = texts.bodyFrom !== 'nothing'
  if (hasBody && (method === 'GET' || method === 'HEAD')) faults.bodyFrom = `${method} has no body.`
  const expect = texts.expect
    .split(/[\s,]+/)
    .filter((status) => status !== '')
    .map((status) => status.toLowerCase())
  if (expect.length === 0 || !expect.every((status) => /^[1-5](\d\d|xx)$/.test(status)))
    faults.expect = 'Statuses such as 2xx or 200, 404.'
  const body = texts.bodyFrom === 'text' ? { from: 'text' as const, text: texts.body } : { from: 'input' as const }
  const { redirects, oversize } = texts
  return { request: { method, url, headers, body: hasBody ? body : null }, expect, redirects, oversize }
}

const headerLines = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
