import { expect, test } from 'vitest'
import { nearest } from '../../../src-main/cli/example.ts'

const names = ['barrier', 'priority-queue', 'producer-consumer', 'rate-limit', 'shield']

test.each([
  ['producer-consumers', ['producer-consumer']],
  ['queue', ['priority-queue']],
  ['sheild', ['shield']],
  ['Barriers', ['barrier']],
  ['interpreters', []],
  ['x', []],
])('names near %s', (name, near) => {
  expect(nearest(name, names)).toEqual(near)
})
