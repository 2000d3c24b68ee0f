import { expect, test } from 'vitest'
import {
  addSemaphore,
  concurrencyInWords,
  parseConcurrency,
  semaphoreInWords,
} from '../../../src-main/cli/gate-options.ts'

test('semaphores are names with how many permits behind the last colon', () => {
  const given = ['api', 'gpu:2', 'host:8080:1']
  const semaphores = given.reduce((before, each) => addSemaphore(each, before), addSemaphore('a/b', []))
  expect(semaphores.map(({ name, amount }) => [name, amount])).toEqual([
    ['a/b', 1],
    ['api', 1],
    ['gpu', 2],
    ['host:8080', 1],
  ])
  expect(semaphores.map(semaphoreInWords)).toEqual(['a/b', 'api', 'gpu:2', 'host:8080:1'])
})

test.each([
  ['', 'is not a name'],
  [':2', 'is not a name'],
  ['api:0', 'is not a whole number from 1'],
  ['api:2000000', 'is not a whole number from 1'],
  ['known:2', 'is given twice'],
])('the semaphore "%s" %s', (given, why) => {
  expect(() => addSemaphore(given, [{ name: 'known', amount: 1 }])).toThrow(why)
})

test('concurrency is a limit for the job, or for each value of a key', () => {
  const parsed = ['2', 'input=1', 'input.user.id=30'].map(parseConcurrency)
  expect(parsed).toEqual([
    { key: null, limit: 2 },
    { key: 'input', limit: 1 },
    { key: 'input.user.id', limit: 30 },
  ])
  expect(parsed.map(concurrencyInWords)).toEqual([
    '2 at a time',
    '1 at a time for each input',
    '30 at a time for each input.user.id',
  ])
})

test.each(['', 'x', '0', 'host=2', 'input.=2', 'input.a b=2', 'input.a=', 'input.a=2=3'])(
  'the concurrency "%s" is refused with what to write',
  (given) => {
    expect(() => parseConcurrency(given)).toThrow(/--concurrency: /)
  },
)
