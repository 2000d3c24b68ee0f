import { expect, test } from 'vitest'
import { limitFacts, parseBytes, parseLimits } from '../../../src-main/cli/limit-options.ts'

const MB = 1024 * 1024

test.each([
  ['512MB', 512 * MB],
  ['512 MiB', 512 * MB],
  ['1.5g', 1536 * MB],
  ['1048576', MB],
  ['64kb', 65_536],
])('%s is a size', (given, bytes) => expect(parseBytes('--memory', given, [0, 1e15])).toBe(bytes))

test.each(['', 'MB', '-1MB', '5XB', '1e3', '1,5MB', '5 M B'])('%j is none', (given) =>
  expect(() => parseBytes('--memory', given, [0, 1e15])).toThrow(/is not a size. Write for example 512MB/),
)

test('what is too small or too large is refused with the bounds', () => {
  expect(() => parseLimits({ memory: '1MB' })).toThrow('--memory: "1MB" is not from 32 MB to 1 TB.')
  expect(() => parseLimits({ maxResult: '1GB' })).toThrow('--max-result: "1GB" is not from 16 bytes to 16 MB.')
  expect(() => parseLimits({ cpuTime: '1ms' })).toThrow('--cpu-time: "1ms" is too short. Write 100ms at least.')
  expect(() => parseLimits({ maxOpenFiles: '3' })).toThrow('--max-open-files: "3" is not a whole number from 32')
  expect(() => parseLimits({ maxTemp: '1KB' })).toThrow('--max-temp: "1KB" is not from 1 MB to 1 TB.')
  expect(() => parseLimits({ onOutput: 'drop' })).toThrow('--on-output: "drop" is not one of cut, fail.')
})

test('the limits of a job read as they were given', () => {
  const limits = parseLimits({
    memory: '512MB',
    cpuTime: '30s',
    maxOutput: '10MB',
    onOutput: 'fail',
    maxOpenFiles: '64',
    maxTemp: '2GB',
  })
  expect(limitFacts(limits).filter(([, value]) => value !== null)).toEqual([
    ['memory', '512 MB'],
    ['processor time', '30.0 s'],
    ['output', '10 MB, then it fails'],
    ['open files', '64'],
    ['temporary files', '2 GB'],
  ])
})
