import { expect, test } from 'vitest'
import { isBare } from '../../../src-main/interpreters/packages.ts'

test('a package is what is named, and no file, address, builtin or own import', () => {
  const names = ['left-pad', 'a/b.js', '@scope/name', '@scope/name/deep', 'socket.io', '_x']
  const others = [
    './a',
    '../a',
    '.',
    '..',
    '/a',
    'file:///a',
    'node:fs',
    'https://a.org/b',
    'data:text/javascript,',
    '#own',
    '@scope',
  ]
  expect(names.filter((name) => !isBare(name))).toEqual([])
  expect(others.filter((name) => isBare(name))).toEqual([])
})
