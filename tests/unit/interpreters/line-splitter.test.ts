import { expect, test } from 'vitest'
import { LineSplitter } from '../../../src-main/interpreters/line-splitter.ts'

const split = (...chunks: (Buffer | string)[]) => {
  const splitter = new LineSplitter()
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()]
}

test('lines are joined across chunks, and the last one needs no line end', () => {
  expect(split('a', 'b\nc', '\n\nd')).toEqual(['ab', 'c', '', 'd'])
})

test('a character cut by a chunk arrives whole', () => {
  const bytes = Buffer.from('1 €\n2 😀\n')
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(split(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(['1 €', '2 😀'])
  }
})

test('\\r\\n ends a line, also when a chunk ends between the two', () => {
  expect(split('a\r\nb\r', '\nc')).toEqual(['a', 'b', 'c'])
})

test('of a line overwritten with \\r the last state is kept', () => {
  expect(split('10 %\r50 %\r100 %\ndone\n')).toEqual(['100 %', 'done'])
})

test('an endless line keeps its beginning and says what is missing', () => {
  const splitter = new LineSplitter()
  for (let i = 0; i < 40; i++) expect(splitter.push('x'.repeat(65_536))).toEqual([])
  const [line] = splitter.push('y\nnext')
  expect(line).toMatch(/^x{1048512} … 1572929 characters cut …$/)
  expect(splitter.end()).toEqual(['next'])
})
