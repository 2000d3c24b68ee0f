import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listExamples, parseExample } from '../../../src-main/jobs/examples.ts'
import { plainPolicy } from '../../support/plain-policy.ts'

const text = `/**
 * Adds two numbers.
 *
 * Shows how little it takes.
 *
 * executor: async
 * input: { "a": 1, "b": 2 }
 */
export default ({ a, b }: { a: number; b: number }) => a + b
`

test('the comment at the top says what a sample is, and the job keeps its text', () => {
  expect(parseExample('/samples/add.ts', text)).toEqual({
    name: 'add',
    description: 'Adds two numbers.',
    executor: 'async',
    input: { a: 1, b: 2 },
    definition: {
      kind: 'script',
      code: { from: 'text', name: 'add.ts', text },
      executor: 'async',
      ...plainPolicy,
    },
  })
})

test.each([
  ['imports', "import { plus } from './parts/plus.ts'"],
  ['spawns', "const child = spawn('./parts/plus.ts', 1)"],
])('a sample that %s what lies beside it is run from its file', (_how, line) => {
  expect(parseExample('/samples/add.ts', text + line).definition).toMatchObject({
    code: { from: 'file', path: '/samples/add.ts' },
  })
})

test('a sample without an executor in its comment is a fault', () => {
  expect(() => parseExample('/samples/add.ts', text.replace('executor: async', ''))).toThrow(
    'add.ts: the comment at the top has no line "executor: …"',
  )
})

test('every file of the folder is a sample, by name', async () => {
  const files = readdirSync(join(import.meta.dirname, '../../../examples')).filter((file) => file.endsWith('.ts'))
  const names = (await listExamples()).map(({ name }) => `${name}.ts`)
  expect(names).toEqual(files.sort())
})
