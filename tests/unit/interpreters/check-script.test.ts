import { expect, test } from 'vitest'
import { checkScript } from '../../../src-main/interpreters/check-script.ts'

test('a sound TypeScript module has no diagnostics', () => {
  const text = `import { log } from 'signalbox'
type Input = { urls: string[] }
export default async function (input: Input, { signal }: RunContext): Promise<number> {
  await using permit = await acquire<string>()
  for await (const page of pages(input!.urls)) log(page as string)
  return 1 satisfies number
}`
  expect(checkScript('a.ts', text)).toEqual([])
})

test.each([
  ['a.ts', 'const a = 1\nlet b: = 3\n', { line: 2, column: 8, message: expect.stringMatching(/^Unexpected token/) }],
  ['a.ts', 'enum A { a }\n', { line: 1, column: 1, message: 'TypeScript enum is not supported in strip-only mode' }],
  [
    'a.ts',
    'let a = 1\nlet a: number = 2\n',
    { line: 2, column: 5, message: "Identifier 'a' has already been declared" },
  ],
  ['a.mjs', 'export default (\n', { line: 2, column: 1, message: 'Unexpected token' }],
  [
    'a.js',
    'export default async () => {\n  await using a = b()\n  return 1 2\n}',
    { line: 3, column: 12, message: 'Unexpected token' },
  ],
])('%s: %j is told with its place', (name, text, diagnostic) => {
  expect(checkScript(name, text)).toEqual([diagnostic])
})

test('types in a JavaScript file are an error', () => {
  expect(checkScript('a.js', 'let a: number = 1')).toMatchObject([{ line: 1, column: 6 }])
})

test('nothing of the script runs', () => {
  expect(checkScript('a.js', 'globalThis.hasRun = true')).toEqual([])
  expect(globalThis).not.toHaveProperty('hasRun')
})
