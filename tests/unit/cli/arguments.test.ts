import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  parseInput,
  parseRunId,
  parseScriptPath,
  parseSpan,
  parseTime,
  parseWhole,
} from '../../../src-main/cli/arguments.ts'
import { UseError } from '../../../src-main/cli/failure.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const noon = new Date(2027, 2, 10, 12, 0, 0)

test.each<[string, Date]>([
  ['18:30', new Date(2027, 2, 10, 18, 30)],
  ['9:05', new Date(2027, 2, 11, 9, 5)],
  ['12:00', new Date(2027, 2, 11, 12, 0)],
  ['2027-05-01', new Date(2027, 4, 1)],
  ['2028-02-29 08:00', new Date(2028, 1, 29, 8, 0)],
  ['2027-05-01T08:00', new Date(2027, 4, 1, 8, 0)],
  ['2027-05-01T08:00:30.5+02:00', new Date(Date.UTC(2027, 4, 1, 6, 0, 30, 500))],
  ['2027-05-01T08:00:00Z', new Date(Date.UTC(2027, 4, 1, 8))],
  ['1800000000000', new Date(1_800_000_000_000)],
])('%s is a point in time', (given, at) => {
  expect(new Date(parseTime('--at', given, noon))).toEqual(at)
})

test('a clock time on the last day of a month is of the next month when it has passed', () => {
  expect(new Date(parseTime('--at', '08:00', new Date(2027, 0, 31, 9)))).toEqual(new Date(2027, 1, 1, 8))
})

test.each([
  ...['', 'tomorrow', '24:00', '12:60', '12', 'Mar 1'],
  ...['2027-13-01', '2027-02-30', '2027-01-31 soon', '2027-01-31T25:00', '8640000000000001', '99999999999999999'],
])('"%s" is no point in time', (given) => {
  expect(() => parseTime('--at', given, noon)).toThrow(UseError)
})

test.each<[string, number]>([
  ['250', 250],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['10m', 600_000],
])('%s is %i ms', (given, ms) => {
  expect(parseSpan('--timeout', given)).toBe(ms)
})

test('a span that is none names its option', () => {
  expect(() => parseSpan('--timeout', '-1s')).toThrow(/^--timeout: "-1s" is not a duration/)
})

test('a span above the longest one is refused', () => {
  expect(parseSpan('--delay', '400d')).toBe(400 * 86_400_000)
  expect(() => parseSpan('--delay', '401d')).toThrow('--delay: "401d" is too long. Write 400d at most.')
  expect(() => parseSpan('--grace', '11m', '10m')).toThrow('--grace: "11m" is too long. Write 10m at most.')
})

test('an input is JSON, and null when it is left out', async () => {
  expect(await parseInput(undefined)).toBe(null)
  expect(await parseInput('[1,{"a":"b"}]')).toEqual([1, { a: 'b' }])
  await expect(parseInput('hello')).rejects.toThrow(/^--input is not JSON/)
})

test('an input comes from a file, also when an editor put a byte order mark before it', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'input.json'), '\ufeff{"a":1}')
  expect(await parseInput(`@${join(folder, 'input.json')}`)).toEqual({ a: 1 })
  await expect(parseInput(`@${join(folder, 'none.json')}`)).rejects.toThrow(/^There is no file .*none\.json/)
  await expect(parseInput(`@${folder}`)).rejects.toThrow(`--input: ${folder} is a folder. Give a file.`)
})

test('an input that no run takes is refused here: the host would cut the line to a message of that size', async () => {
  const path = join(tempFolder(), 'large.json')
  writeFileSync(path, JSON.stringify('x'.repeat(5 * 1024 * 1024)))
  await expect(parseInput(`@${path}`)).rejects.toThrow('The input is larger than 524288 bytes.')
})

test('numbers are whole and within their bounds', () => {
  expect(parseWhole('--priority', '-7', -10, 10)).toBe(-7)
  for (const given of ['1.5', '11', '', 'x', '0x1', '1e1']) {
    expect(() => parseWhole('--priority', given, -10, 10)).toThrow(UseError)
  }
})

test('ids of runs count from 1', () => {
  expect(parseRunId('12')).toBe(12)
  for (const given of ['0', '-1', '1.0', 'latest', '9007199254740993'])
    expect(() => parseRunId(given)).toThrow(UseError)
})

test('a folder is no script, and is not said to be missing', () => {
  const folder = tempFolder()
  expect(() => parseScriptPath(folder)).toThrow(`${folder} is a folder. Give the script in it.`)
})
