import { expect, test } from 'vitest'
import { limitSummary, limitTexts, noLimits, readLimits } from '../../../src-renderer/lib/state/limit-text.ts'

const MB = 1024 * 1024
const typed = {
  ...noLimits,
  memory: '512 MB',
  cpuTime: '30s',
  maxOutput: '1.5g',
  maxResult: '64KB',
  maxOpenFiles: '128',
  maxTemp: '2GB',
}

test('what is typed is read, and shown as it is read again', () => {
  const faults = {}
  // 1.5 GB is more than is ever kept.
  const limits = readLimits({ ...typed, maxOutput: '1g' }, false, faults)
  expect(faults).toEqual({})
  expect(limits).toEqual({
    memoryBytes: 512 * MB,
    cpuMs: 30_000,
    outputBytes: 1024 * MB,
    onOutput: 'cut',
    resultBytes: 65_536,
    openFiles: 128,
    tempBytes: 2048 * MB,
  })
  expect(readLimits(limitTexts(limits), false, faults)).toEqual(limits)
  expect(limitSummary(limits)).toBe(
    '512MB of memory · 30s of processor time · 1GB of output · 64KB of result · 128 open files · 2GB of temporary files',
  )
})

test('what is no size, too small or too large is a fault of its field', () => {
  const faults = {}
  readLimits(
    { ...typed, memory: 'much', maxResult: '1', cpuTime: 'soon', maxOpenFiles: '1.5', maxTemp: '1' },
    false,
    faults,
  )
  expect(Object.keys(faults).sort()).toEqual(['cpuTime', 'maxOpenFiles', 'maxOutput', 'maxResult', 'maxTemp', 'memory'])
})

test('of runs that share a process only their own output and result are limited', () => {
  const faults = {}
  expect(readLimits({ ...typed, maxOutput: '' }, true, faults)).toMatchObject({
    memoryBytes: null,
    cpuMs: null,
    openFiles: null,
    tempBytes: null,
    resultBytes: 65_536,
  })
  expect(faults).toEqual({})
})
