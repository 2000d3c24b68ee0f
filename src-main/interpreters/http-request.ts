/**
 * The script behind jobs of the kind `http`: sends one request with Node's fetch, and returns the answer. It runs like any
 * other script, so that a hanging server or a huge answer is nobody else's trouble.
 */
import { fitsStatus, retryAfterMs } from '../core/http-status.ts'
import { limitError } from '../core/resource-limit.ts'
import type { RequestTask } from '../jobs/http.ts'
import type { RunContext } from './sdk/run-context.ts'
import { wishing } from './sdk/retry-errors.ts'

/** The result of a run. A body that is not text is base64; JSON that was cut is text. */
type Answer = {
  status: number
  statusText: string
  /** Where the answer came from, after redirections. */
  url: string
  headers: Record<string, string>
  body: unknown
  encoding: 'json' | 'text' | 'base64'
  bytes: number
  isCut: boolean
}

type Sent = { method: string; url: URL; headers: Headers; body: string | null }

const MAX_REDIRECTS = 10

export default async function (task: RequestTask, { signal, log }: RunContext): Promise<Answer> {
  const { response, sent } = await follow(requestOf(task), task.redirects, signal, log)
  const { status, statusText } = response
  log(`${sent.method} ${inWords(sent.url)}: ${status} ${statusText}`)
  if (!fitsStatus(status, task.expect)) {
    await response.body?.cancel()
    const error = new Error(`${inWords(sent.url)} answered ${status} ${statusText}, expected ${task.expect.join(', ')}`)
    const notBeforeMs = retryAfterMs(response.headers.get('retry-after'), Date.now()) ?? 0
    throw wishing(Object.assign(error, { name: 'HttpStatusError' }), { retry: 'by_status', status, notBeforeMs })
  }
  const { bytes, isCut } = await readBody(response, sent.url, task, signal)
  const answer = (kept: Buffer, isCut: boolean): Answer => ({
    status,
    statusText,
    url: sent.url.href,
    headers: Object.fromEntries(response.headers),
    ...decode(kept, isCut, response.headers.get('content-type') ?? ''),
    bytes: kept.length,
    isCut,
  })
  const whole = answer(bytes, isCut)
  if (task.oversize === 'fail') return whole
  // As a result it is written as JSON, beside the headers: each byte less of the body is one less of that at least.
  const excess = Buffer.byteLength(JSON.stringify(whole)) - task.maxBytes
  return excess <= 0 ? whole : answer(bytes.subarray(0, Math.max(0, bytes.length - excess)), true)
}

function requestOf({ request, input }: RequestTask): Sent {
  const headers = new Headers(request.headers)
  const body = request.body === null ? null : request.body.from === 'text' ? request.body.text : JSON.stringify(input)
  if (request.body?.from === 'input' && !headers.has('content-type')) headers.set('content-type', 'application/json')
  return { method: request.method, url: new URL(request.url), headers, body }
}

/** Redirections are followed here and not by fetch: what another host must not see is taken off first. */
async function follow(
  first: Sent,
  redirects: RequestTask['redirects'],
  signal: AbortSignal,
  log: RunContext['log'],
): Promise<{ response: Response; sent: Sent }> {
  let sent = first
  for (let hops = 0; ; hops++) {
    const response = await send(sent, signal)
    const location = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null || redirects === 'manual') {
      return { response, sent }
    }
    await response.body?.cancel()
    const to = URL.canParse(location, sent.url.href) ? new URL(location, sent.url) : null
    if (to === null || !/^https?:$/.test(to.protocol)) {
      throw requestError(`${inWords(sent.url)} redirects to what is no web address: ${location.slice(0, 200)}`)
    }
    if (redirects === 'error') {
      throw requestError(
        `${inWords(sent.url)} redirects to ${inWords(to)}`,
        'Ask there, or have redirections followed.',
      )
    }
    if (hops >= MAX_REDIRECTS) throw requestError(`${inWords(first.url)} redirects more than ${MAX_REDIRECTS} times`)
    log.debug(`${sent.method} ${inWords(sent.url)}: ${response.status}, to ${inWords(to)}`)
    sent = redirected(sent, to, response.status)
  }
}

/** As browsers do (Fetch Standard, HTTP-redirect fetch), but no header of the job goes to another origin. */
function redirected({ method, url, headers, body }: Sent, to: URL, status: number): Sent {
  const becomesGet = status === 303 ? method !== 'HEAD' : status !== 307 && status !== 308 && method === 'POST'
  const kept = to.origin === url.origin ? new Headers(headers) : new Headers()
  const type = headers.get('content-type')
  if (!becomesGet && body !== null && type !== null) kept.set('content-type', type)
  if (becomesGet) kept.delete('content-type')
  return { method: becomesGet ? 'GET' : method, url: to, headers: kept, body: becomesGet ? null : body }
}

async function send({ method, url, headers, body }: Sent, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { method, headers, body, signal, redirect: 'manual' })
  } catch (error) {
    throw explained(error, method, url, signal)
  }
}

/** No more than the limit is ever held: a server may send for ever, or a small answer that unpacks to a huge one. */
async function readBody(
  response: Response,
  url: URL,
  { maxBytes, oversize }: RequestTask,
  signal: AbortSignal,
): Promise<{ bytes: Buffer; isCut: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBytes) continue
      // Leaving the loop cancels the rest.
      if (oversize === 'cut') return { bytes: Buffer.concat(chunks, maxBytes), isCut: true }
      const { name, message, hint } = limitError({ resource: 'result', used: size, allowed: maxBytes })
      throw Object.assign(new Error(`${inWords(url)} answered more than is taken: ${message}`), { name, hint })
    }
  } catch (error) {
    throw error instanceof Error && error.name === 'ResultLimitError' ? error : explained(error, 'reading', url, signal)
  }
  return { bytes: Buffer.concat(chunks, size), isCut: false }
}

function decode(bytes: Buffer, isCut: boolean, type: string): Pick<Answer, 'body' | 'encoding'> {
  let text: string
  try {
    // A cut may have halved the last character.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
  } catch {
    return { body: bytes.toString('base64'), encoding: 'base64' }
  }
  if (isCut || !/^[^;]*[/+]json\b/i.test(type)) return { body: text, encoding: 'text' }
  try {
    return { body: JSON.parse(text), encoding: 'json' }
  } catch {
    return { body: text, encoding: 'text' }
  }
}

const certificateHint = 'Its certificate is not trusted: check the host, or trust its issuer with NODE_EXTRA_CA_CERTS.'
const hints: Record<string, string> = {
  ENOTFOUND: 'There is no host of that name: check the URL, and the connection of this machine.',
  EAI_AGAIN: 'Names cannot be looked up now: check the connection of this machine.',
  ECONNREFUSED: 'Nothing listens there: check the port, and that the server runs.',
  ECONNRESET: 'The server closed the connection. Try again.',
  UND_ERR_HEADERS_TIMEOUT: 'The server did not answer for five minutes.',
  UND_ERR_BODY_TIMEOUT: 'The server sent nothing more for five minutes.',
  DEPTH_ZERO_SELF_SIGNED_CERT: certificateHint,
  SELF_SIGNED_CERT_IN_CHAIN: certificateHint,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificateHint,
  CERT_HAS_EXPIRED: 'The certificate of the server has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate belongs to another host.',
}

/** For what has a message and no code. */
const hintsByMessage: Record<string, string> = {
  'bad port': 'fetch does not ask this port, as browsers do not, for other services have it: use another one.',
}

/** fetch says "fetch failed"; what has failed is in the cause. */
function explained(error: unknown, doing: string, url: URL, signal: AbortSignal): unknown {
  if (signal.aborted || !(error instanceof Error)) return error
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const why = cause.message === '' ? code : cause.message
  return requestError(`${doing} ${inWords(url)} failed: ${why}`, hints[code] ?? hintsByMessage[cause.message])
}

const requestError = (message: string, hint?: string): Error =>
  Object.assign(new Error(message), { name: 'HttpRequestError', ...(hint === undefined ? {} : { hint }) })

/** Without the query, which may hold what a log should not. */
const inWords = (url: URL): string => `${url.origin}${url.pathname}`
