import { expect, test } from 'vitest'
import { emptyValue, inputFaults, withPart } from '../../../src-renderer/lib/state/input-shape.ts'
import type { InputShape } from '../../../src-renderer/lib/state/input-shape.ts'
import { readInputShape } from '../../../src-renderer/lib/state/read-input-shape.ts'

/** Short words for a shape: what a form would show. */
function words({ shape, isOptional }: Pick<InputShape, 'shape' | 'isOptional'>): unknown {
  const mark = `${shape.isNullable ? ' or null' : ''}${isOptional ? '?' : ''}`
  if (shape.is === 'choice') return `${shape.values.join('|')}${mark}`
  if (shape.is === 'list') return [words({ shape: shape.of, isOptional: false })]
  if (shape.is !== 'object') return `${shape.is}${mark}`
  return Object.fromEntries(shape.fields.map((field) => [field.name, words(field)]))
}

const read = (text: string): InputShape => {
  const shape = readInputShape(text)
  if (shape === null) throw new Error('no shape was read')
  return shape
}

test('every kind of type becomes the control that fits, and JSON where none does', () => {
  const script = `
type Mode = 'fast' | 'careful'
export interface Place { host: string; port?: number }
interface Options extends Place {
  mode: Mode
  level: 1 | 2 | -3
  note: string | null
  isDry: boolean
  tags: string[]
  places: Array<Place>
  readonly ids: readonly number[]
  limits: { cpu: number; rest: Record<string, number> }
  when: Date
  either: string | number
}
export default async function work(input: Options) {}`
  expect(words(read(script))).toEqual({
    host: 'string',
    port: 'number?',
    mode: 'fast|careful',
    level: '1|2|-3',
    note: 'string or null',
    isDry: 'boolean',
    tags: ['string'],
    places: [{ host: 'string', port: 'number?' }],
    ids: ['number'],
    limits: { cpu: 'number', rest: 'json' },
    when: 'json',
    either: 'json',
  })
})

test('docs come from comments, presets from the pattern or from @default', () => {
  const script = `
type Input = {
  /** Where the photos are. */
  folder: string
  size: number // in pixels
  /**
   * How often.
   * @default 3
   */
  tries?: number
  plain: boolean
}
export default ({ folder, size = 1_024, tries, plain = true }: Input) => folder`
  const { shape } = read(script)
  expect(shape.is === 'object' && shape.fields.map(({ doc, preset, isOptional }) => [doc, preset, isOptional])).toEqual(
    [
      ['Where the photos are.', undefined, false],
      ['in pixels', 1024, true],
      ['How often.', 3, true],
      ['', true, true],
    ],
  )
})

test.each([
  ['export default (text: string) => text', 'string'],
  ['export default function (n?: number) {}', 'number?'],
  ['export default async (many: { a: number }[]) => many', [{ a: 'number' }]],
  ['const run = async (input: { a: string }) => 1\nexport default run', { a: 'string' }],
  ['async function run(input: { a: string } = { a: "" }) {}\nexport default run', { a: 'string' }],
  ['type A = { a: string }\ntype B = A & { b: number }\nexport default (i: B) => i', { a: 'string', b: 'number' }],
  ['type Tree = { left: Tree }\nexport default (i: unknown) => i', 'json'],
])('%s', (script, expected) => {
  expect(words(read(script))).toEqual(expected)
})

test.each([
  'export default () => 1',
  'export default (input) => input',
  'export const other = (input: string) => input',
  'export default (input: ',
  '',
  'not a script at all {{{',
])('there is no form for %j', (script) => {
  expect(readInputShape(script)?.shape.is ?? null).toBe(script === 'export default (input: ' ? 'json' : null)
})

test('a type that contains itself ends in JSON', () => {
  const { shape } = read('type Tree = { left?: Tree; n: number }\nexport default (tree: Tree) => tree')
  expect(JSON.stringify(shape)).toContain('"json"')
})

test('what the type does not allow is said at its path; what may be left out may be', () => {
  const input =
    read(`type I = { folder: string; size?: number; mode: 'a' | 'b'; parts: { n: number }[]; note: string | null }
export default (input: I) => input`)
  expect([...inputFaults(input, null)]).toEqual([
    ['folder', 'Is needed.'],
    ['mode', 'Is needed.'],
    ['note', 'Is needed.'],
  ])
  const value = { folder: 7, size: '3', mode: 'c', parts: [{ n: 1 }, { n: 'x' }], note: null }
  expect([...inputFaults(input, value)]).toEqual([
    ['folder', 'Must be a text.'],
    ['size', 'Must be a number.'],
    ['mode', 'Must be one of a, b.'],
    ['parts.1.n', 'Must be a number.'],
  ])
  expect([...inputFaults(input, { folder: '', mode: 'a', parts: [], note: 'x', more: 1 })]).toEqual([])
})

test('a part is put in and taken away where its path leads', () => {
  expect(withPart(null, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
  expect(withPart({ a: [1, 2, 3] }, ['a', 1], undefined)).toEqual({ a: [1, 3] })
  expect(withPart({ a: [1] }, ['a', 1], 5)).toEqual({ a: [1, 5] })
  expect(withPart({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 })
  expect(withPart('x', [], 'y')).toBe('y')
})

test('a form begins with the objects and lists that are needed', () => {
  const { shape } = read('export default (i: { a: string; b: { c: string[] }; d?: { e: string } }) => i')
  expect(emptyValue(shape)).toEqual({ b: { c: [] } })
})
