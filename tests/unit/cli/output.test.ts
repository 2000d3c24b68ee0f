import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { columnsOf, inertOn } from '../../../src-main/cli/output.ts'

const terminal = Object.assign(new PassThrough(), { isTTY: true }) as unknown as NodeJS.WriteStream
const pipe = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream

test('a line keeps its colours and tabs on a terminal, and nothing that moves the cursor', () => {
  const line = '\u001b[31mred\u001b[0m\t\u001b[2J\rforged\b\u0000\u009b6n\u202eevil\u007f'
  expect(inertOn(terminal, line)).toBe('\u001b[31mred\u001b[0m\t␛[2J␍forged␈␀\ufffd6n\ufffdevil␡')
})

test('a pipe gets the line as it was written', () => {
  const line = '\u001b[2J\rraw'
  expect(inertOn(pipe, line)).toBe(line)
})

test.each<[string, number]>([
  ['plain', 5],
  ['Straße', 6],
  ['u\u0308ni', 3],
  ['日本', 4],
  ['한국', 4],
  ['🎉 👩‍👩‍👧', 5],
])('%s takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns)
})
