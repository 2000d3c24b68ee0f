import * as v from 'valibot'
import { httpTokenPattern, limits } from './limits.ts'

const url = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(limits.httpUnits),
  v.check(isHttpUrl, 'not a URL that starts with http:// or https://'),
  v.check(
    (text) => !isHttpUrl(text) || new URL(text).username + new URL(text).password === '',
    'names a user: send a header',
  ),
)

const method = v.pipe(
  v.string(),
  v.trim(),
  v.toUpperCase(),
  v.maxLength(20),
  v.regex(httpTokenPattern, 'a method is a word such as GET or POST'),
  v.check((name) => !['CONNECT', 'TRACE', 'TRACK'].includes(name), 'this method is not sent'),
)

const headers = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(httpTokenPattern, 'the name of a header has letters, digits and - only')),
    v.pipe(
      v.string(),
      v.maxLength(limits.httpUnits),
      v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'a header is one line of Latin letters'),
    ),
  ),
  v.check((given) => Object.keys(given).length <= limits.httpHeaders, `at most ${limits.httpHeaders} headers`),
)

/** What is sent. */
export const httpRequestSchema = v.pipe(
  v.strictObject({
    method: v.optional(method, 'GET'),
    url,
    headers: v.optional(headers, {}),
    /** Null: none. `input`: the run's input as JSON. */
    body: v.optional(
      v.nullable(
        v.variant('from', [
          v.strictObject({ from: v.literal('text'), text: v.pipe(v.string(), v.maxLength(limits.stdinBytes)) }),
          v.strictObject({ from: v.literal('input') }),
        ]),
      ),
      null,
    ),
  }),
  v.check(({ method, body }) => body === null || (method !== 'GET' && method !== 'HEAD'), 'GET and HEAD have no body'),
)

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
