import type { RunError } from '../../src-preload/contract.ts'

export const resources = ['memory', 'cpu', 'output', 'result', 'open_files', 'temp'] as const
export type Resource = (typeof resources)[number]

/** A limit of a resource that an attempt has passed: bytes, or of `cpu` milliseconds. */
export type LimitPassed = {
  resource: Resource
  /** How much was seen; null where nobody could count it. */
  used: number | null
  allowed: number
}

/** What has come of it. */
export type LimitEffect = 'killed' | 'cut' | 'failed'

/** Names by which policies of retries and people know them. */
const errorNames: Record<Resource, string> = {
  memory: 'MemoryLimitError',
  cpu: 'CpuLimitError',
  output: 'OutputLimitError',
  result: 'ResultLimitError',
  open_files: 'OpenFilesLimitError',
  temp: 'TempLimitError',
}

const hints: Record<Resource, string> = {
  memory: 'Let it work on less at a time, or give it more (--memory).',
  cpu: 'Let it do less in one run, or give it more (--cpu-time).',
  output: 'Let it write less, keep more of it (--max-output), or have the middle cut (--on-output cut).',
  result: 'Keep the content in a file and return its path, or allow more (--max-result).',
  open_files: 'Close what is done with, open fewer at a time, or allow more (--max-open-files).',
  temp: 'Remove temporary files that are done with, write large ones to a folder of your own, or allow more (--max-temp).',
}

export const limitError = (passed: LimitPassed): RunError => ({
  name: errorNames[passed.resource],
  message: limitInWords(passed),
  stack: null,
  hint: hints[passed.resource],
})

/** "used 812 MB of memory, may use 512 MB" */
export function limitInWords({ resource, used, allowed }: LimitPassed): string {
  const [verb, infinitive, what] = {
    memory: ['used', 'use', ' of memory'],
    cpu: ['used', 'use', ' of processor time'],
    output: ['wrote', 'write', ' of output'],
    result: ['returned', 'return', ''],
    open_files: ['opened', 'have', ''],
    temp: ['wrote', 'have', ' of temporary files'],
  }[resource] as [string, string, string]
  const amount = resource === 'cpu' ? secondsInWords : resource === 'open_files' ? filesInWords : bytesInWords
  // Rounded, the two can read the same: then both are said to the last unit.
  const isClose = used !== null && amount(used).replace('.0 ', ' ') === amount(allowed).replace('.0 ', ' ')
  const exact = (value: number) => (isClose ? `${value} ${resource === 'cpu' ? 'ms' : 'bytes'}` : amount(value))
  const many = used === null ? 'more than it may' : exact(used)
  return `${verb} ${many}${used === null ? '' : what}, may ${infinitive} ${exact(allowed)}`
}

/** In the largest unit that leaves at least one of it; a unit is 1024 of the next smaller one. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)
  return `${digits} ${units[unit]}`
}

const secondsInWords = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const filesInWords = (count: number): string => `${count} open files`
