import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../src-preload/contract.ts'
import { ansiSpans, plainText } from '../../../src-renderer/lib/state/ansi.ts'
import {
  dropOldest,
  indexOfLine,
  LineSearch,
  mergeLines,
  withLevels,
} from '../../../src-renderer/lib/state/log-items.ts'
import type { LogItem } from '../../../src-renderer/lib/state/log-items.ts'

const line = (n: number, text = `line ${n}`, level: LogLine['level'] = 'info'): LogLine => ({
  n,
  at: n,
  attempt: 1,
  level,
  text,
})
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(from + i))
/** `1 2 [3-5] 6`: line numbers, and holes in brackets. */
const outline = (items: LogItem[]) =>
  items.map((item) => ('to' in item ? `[${item.from}-${item.to}]` : item.n)).join(' ')

describe('the held lines of a log', () => {
  it('name what is missing before, between and after a skip', () => {
    const opened = mergeLines([], lines(10, 11))
    expect(outline(mergeLines(opened, lines(15, 15)))).toBe('[1-9] 10 11 [12-14] 15')
  })

  it('close a hole when its lines are fetched, also in part', () => {
    const holed = mergeLines(mergeLines([], lines(1, 2)), lines(8, 8))
    expect(outline(mergeLines(holed, lines(6, 7)))).toBe('1 2 [3-5] 6 7 8')
    expect(outline(mergeLines(holed, lines(3, 7)))).toBe('1 2 3 4 5 6 7 8')
  })

  it('take a line only once when the feed was opened anew', () => {
    expect(outline(mergeLines(mergeLines([], lines(1, 3)), lines(2, 4)))).toBe('1 2 3 4')
  })

  it('drop the oldest beyond the bound and say so', () => {
    expect(outline(dropOldest(mergeLines([], lines(1, 6)), 3))).toBe('[1-3] 4 5 6')
  })

  it('keep holes when levels are filtered, since what they hide is not known', () => {
    const items = mergeLines([], [line(2, 'a', 'warn'), line(3, 'b'), line(9, 'c', 'warn')])
    expect(outline(withLevels(items, new Set(['warn'] as const)))).toBe('[1-1] 2 [4-8] 9')
  })

  it('are found by their number', () => {
    const items = mergeLines(mergeLines([], lines(1, 2)), lines(8, 9))
    expect([1, 2, 5, 8, 99].map((n) => indexOfLine(items, n))).toEqual([0, 1, 2, 3, 4])
  })
})

describe('searching a log', () => {
  it('finds lines whatever their case and colours', () => {
    const items = [line(1, 'Price \x1b[31mmiss\x1b[0ming'), line(2, 'fine'), line(3, 'MISSING')]
    expect(new LineSearch().update(items, 'missing')).toEqual([1, 3])
  })

  it('goes on with appended lines and starts anew for another query or other lines', () => {
    const search = new LineSearch()
    const first = [line(1, 'a'), line(2, 'b')]
    const more = [...first, line(3, 'a')]
    expect([
      search.update(first, 'a'),
      search.update(more, 'a'),
      search.update(more, 'b'),
      search.update([line(7, 'b')], 'b'),
    ]).toEqual([[1], [1, 3], [2], [7]])
  })
})

describe('log text', () => {
  it('gets colours from SGR sequences', () => {
    const styles = ansiSpans('a\x1b[1;31mb\x1b[22mc\x1b[0md').map(({ text, color, isBold }) => [text, color, isBold])
    expect(styles).toEqual([
      ['a', null, false],
      ['b', 1, true],
      ['c', 1, false],
      ['d', null, false],
    ])
  })

  it('brings 256 and 24-bit colours to the nearest of sixteen, backgrounds to none', () => {
    const colours = ansiSpans('\x1b[38;5;196mx\x1b[38;2;0;200;10my\x1b[48;5;21mz').map(({ color }) => color)
    expect(colours).toEqual([9, 2, 2])
  })

  it('makes other control characters visible, also those that reorder text', () => {
    expect(plainText('a\x1b[2Kb\rc\x07\u202ed\te\x7f')).toBe('a␛[2Kb␍c␇<U+202E>d\te␡')
  })

  it('keeps markup as text', () => {
    expect(ansiSpans('<b>&amp;</b>')).toMatchObject([{ text: '<b>&amp;</b>' }])
  })
})
