import { expect, test } from 'vitest'
import { bytesInWords, limitError } from '../../../src-main/core/resource-limit.ts'

const MB = 1024 * 1024

test.each([
  [0, '0 bytes'],
  [1_023, '1023 bytes'],
  [1_536, '1.5 KB'],
  [512 * MB, '512 MB'],
  [3 * 1024 * MB + 300 * MB, '3.3 GB'],
])('%d bytes read as %s', (bytes, words) => expect(bytesInWords(bytes)).toBe(words))

test('each limit has a name to retry by, words with both numbers, and advice', () => {
  const errors = [
    limitError({ resource: 'memory', used: 812 * MB, allowed: 512 * MB }),
    limitError({ resource: 'cpu', used: 30_512, allowed: 30_000 }),
    limitError({ resource: 'output', used: 11 * MB, allowed: 10 * MB }),
    limitError({ resource: 'result', used: 2 * MB, allowed: MB }),
    limitError({ resource: 'result', used: MB + 9, allowed: MB }),
    limitError({ resource: 'cpu', used: 30_012, allowed: 30_000 }),
    limitError({ resource: 'open_files', used: null, allowed: 64 }),
    limitError({ resource: 'temp', used: 2_048 * MB, allowed: 1_024 * MB }),
  ]
  expect(errors.map(({ name, message }) => `${name}: ${message}`)).toEqual([
    'MemoryLimitError: used 812 MB of memory, may use 512 MB',
    'CpuLimitError: used 30.5 s of processor time, may use 30.0 s',
    'OutputLimitError: wrote 11 MB of output, may write 10 MB',
    'ResultLimitError: returned 2 MB, may return 1 MB',
    'ResultLimitError: returned 1048585 bytes, may return 1048576 bytes',
    'CpuLimitError: used 30012 ms of processor time, may use 30000 ms',
    'OpenFilesLimitError: opened more than it may, may have 64 open files',
    'TempLimitError: wrote 2 GB of temporary files, may have 1 GB',
  ])
  expect(errors.every(({ hint }) => hint !== null)).toBe(true)
})
