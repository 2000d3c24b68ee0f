import { getHeapStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { inOneLine } from '../../../src-main/interpreters/one-line.ts'

const MB = 1024 * 1024

test.each([
  ['nothing of the kind', 'plain', 'plain'],
  ['line feeds and zeros', 'a\nb\0c', 'a␊b␀c'],
  ['nothing else', '\0\n', '␀␊'],
  ['letters of all lengths beside them', 'ä€😀\0😀€ä\n', 'ä€😀␀😀€ä␊'],
  ['other control characters', '\t\u001b[1m\r', '\t\u001b[1m\r'],
])('a text with %s', (_what, text, shown) => expect(inOneLine(text)).toBe(shown))

test.each([
  ['zeros only', '\0'.repeat(MB)],
  ['every second one a zero', 'x\0'.repeat(MB / 2)],
])('a megabyte of which %s makes no objects of them', (_what, text) => {
  const before = getHeapStatistics().used_heap_size
  const shown = inOneLine(text)
  // Half of what `replaceAll` takes; the text itself is 2 bytes a character.
  expect(getHeapStatistics().used_heap_size - before).toBeLessThan(10 * MB)
  expect(shown).toHaveLength(MB)
})
