import * as v from 'valibot'
import { expect, test } from 'vitest'
import { submitSchema } from '../../../src-preload/contract.ts'
import { limits } from '../../../src-preload/definition.ts'
import { isTooDeep, maxJsonLevels } from '../../../src-preload/json-depth.ts'

const nested = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value }
  return value
}

function faultOf(input: unknown): string | undefined {
  const parsed = v.safeParse(submitSchema, { what: 'job', job: 'a', input })
  return parsed.success ? undefined : parsed.issues[0].message
}

const cyclic: unknown[] = []
cyclic.push(cyclic)
const notJson = /^must be a JSON value, nested at most 500 levels deep$/

test.each([
  ['a number that is none', NaN],
  ['a big integer', 10n],
  ['a date', new Date(0)],
  ['a map inside', { at: new Map() }],
  ['nothing inside', [undefined]],
  ['what contains itself', cyclic],
  ['one level too many', nested(maxJsonLevels + 1)],
  ['what would end the stack', nested(200_000)],
])('%s is refused as input in words', (_what, input) => {
  expect(faultOf(input)).toMatch(notJson)
})

test('an input up to the limits is taken, and what is larger names the limit', () => {
  expect(faultOf(nested(maxJsonLevels))).toBeUndefined()
  expect(faultOf('x'.repeat(limits.inputBytes - 2))).toBeUndefined()
  expect(faultOf('x'.repeat(limits.inputBytes - 1))).toBe(`the input is larger than ${limits.inputBytes} bytes`)
})

test('the depth of a text counts brackets, not those inside strings', () => {
  const opening = '['.repeat(maxJsonLevels)
  expect(isTooDeep(JSON.stringify(nested(maxJsonLevels)))).toBe(false)
  expect(isTooDeep(JSON.stringify(nested(maxJsonLevels + 1)))).toBe(true)
  expect(isTooDeep(JSON.stringify([opening, `\\"${opening}`, { [opening]: opening }]))).toBe(false)
  expect(isTooDeep(JSON.stringify(Array.from({ length: 2_000 }, () => [])))).toBe(false)
})
