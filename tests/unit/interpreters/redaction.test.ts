import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Redactor } from '../../../src-main/interpreters/redaction.ts'

const value = 'tök&n/with+signs "9" and spaces'
const { clean } = { clean: (text: string) => new Redactor([value]).clean(text) }
const base64 = (text: string) => Buffer.from(text).toString('base64')

test.each([
  ['as it is', value],
  ['in JSON', JSON.stringify({ value })],
  ['in JSON in JSON', JSON.stringify({ inner: JSON.stringify({ value }) })],
  ['in a URL', `https://example.org/?key=${encodeURIComponent(value)}`],
  ['in a form', new URLSearchParams({ key: value }).toString()],
  ['in a URL with small letters', encodeURIComponent(value).toLowerCase()],
  ['in hex', Buffer.from(value).toString('hex')],
  ['in base64', base64(value)],
  ['in base64 of a line', base64(`${value}\n`)],
  ['in base64 for URLs', Buffer.from(value).toString('base64url')],
  ['behind a user of one letter', base64(`u:${value}`)],
  ['behind a user of two', base64(`us:${value}`)],
  ['behind a user of three', base64(`usr:${value}!`)],
])('a value is taken out %s', (_how, text) => {
  const cleaned = clean(`before ${text} after`)
  expect(cleaned).toContain('***')
  for (const form of [value, encodeURIComponent(value), base64(value).slice(4, -4)]) expect(cleaned).not.toContain(form)
})

test('of a value with lines each line is taken out, and broken base64 too', () => {
  const pem = Array.from({ length: 4 }, (_, line) => `${'line'.repeat(12)}-${line}`).join('\n')
  const redactor = new Redactor([pem])
  for (const line of pem.split('\n')) expect(redactor.clean(`> ${line}`)).toBe('> ***')
  const wrapped = base64(pem).replace(/.{76}/g, '$&\n')
  for (const line of wrapped.split('\n')) expect(redactor.clean(line)).toBe('***')
})

test('other texts stay as they are, also short ones that look like parts', () => {
  const redactor = new Redactor(['abcd', '.*'])
  expect(redactor.clean('abc d ABCD x')).toBe('abc d ABCD x')
  expect(redactor.cleanAll({ n: 1, list: ['xabcdx', null], abcd: true })).toEqual({
    n: 1,
    list: ['x***x', null],
    '***': true,
  })
})

test('no value of any letters is left in any of its forms', () => {
  const letters = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 60 }).filter((text) => text.trim().length >= 6)
  fc.assert(
    fc.property(letters, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (secret, before, after) => {
      const redactor = new Redactor([secret])
      for (const text of [
        before + secret + after,
        base64(before + secret + after),
        JSON.stringify(before + secret + after),
      ]) {
        expect(redactor.hides(text)).toBe(true)
        expect(redactor.hides(redactor.clean(text))).toBe(false)
      }
    }),
  )
})
