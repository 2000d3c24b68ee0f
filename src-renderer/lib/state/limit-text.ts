/** What one attempt may use up, as a person types and reads it. */
import type { Definition } from '../../../src-preload/contract.ts'
import { durationText, parseDuration } from './duration.ts'

type ResourceLimits = Definition['limits']
type Field = 'memory' | 'cpuTime' | 'maxOutput' | 'maxResult' | 'maxOpenFiles' | 'maxTemp'
export type LimitTexts = Record<Field, string> & Pick<ResourceLimits, 'onOutput'>

const MB = 1024 * 1024
const bounds = {
  memory: [32 * MB, 1024 * 1024 * MB],
  maxOutput: [1024, 1024 * MB],
  maxResult: [16, 16 * MB],
  maxTemp: [MB, 1024 * 1024 * MB],
} as const

export const noLimits: LimitTexts = {
  memory: '',
  cpuTime: '',
  maxOutput: '',
  onOutput: 'cut',
  maxResult: '',
  maxOpenFiles: '',
  maxTemp: '',
}

export const limitTexts = (limits: ResourceLimits): LimitTexts => ({
  memory: bytesText(limits.memoryBytes),
  cpuTime: limits.cpuMs === null ? '' : durationText(limits.cpuMs),
  maxOutput: bytesText(limits.outputBytes),
  onOutput: limits.onOutput,
  maxResult: bytesText(limits.resultBytes),
  maxOpenFiles: limits.openFiles === null ? '' : String(limits.openFiles),
  maxTemp: bytesText(limits.tempBytes),
})

/** In one line, for reading; null when there are none. */
export function limitSummary(limits: ResourceLimits): string | null {
  const { memory, cpuTime, maxOutput, onOutput, maxResult, maxOpenFiles, maxTemp } = limitTexts(limits)
  const parts = [
    memory === '' ? '' : `${memory} of memory`,
    cpuTime === '' ? '' : `${cpuTime} of processor time`,
    maxOutput === '' ? '' : `${maxOutput} of output`,
    onOutput === 'cut' ? '' : 'fails on more output',
    maxResult === '' ? '' : `${maxResult} of result`,
    maxOpenFiles === '' ? '' : `${maxOpenFiles} open files`,
    maxTemp === '' ? '' : `${maxTemp} of temporary files`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? null : parts.join(' · ')
}

/** `isShared`: its runs share a process, so what belongs to a process is not asked for, and not read. */
export function readLimits(
  texts: LimitTexts,
  isShared: boolean,
  faults: Partial<Record<Field, string>>,
): ResourceLimits {
  const bytes = (field: keyof typeof bounds) => {
    const read = readBytes(texts[field])
    const [least, most] = bounds[field]
    if (read !== null && (Number.isNaN(read) || read < least || read > most))
      faults[field] = `A size from ${bytesText(least)} to ${bytesText(most)}, such as 512MB.`
    return read
  }
  return {
    memoryBytes: isShared ? null : bytes('memory'),
    cpuMs: isShared ? null : readCpuTime(texts.cpuTime, faults),
    outputBytes: bytes('maxOutput'),
    onOutput: texts.onOutput,
    resultBytes: bytes('maxResult'),
    openFiles: isShared ? null : readOpenFiles(texts.maxOpenFiles, faults),
    tempBytes: isShared ? null : bytes('maxTemp'),
  }
}

function readCpuTime(text: string, faults: Partial<Record<Field, string>>): number | null {
  if (text.trim() === '') return null
  const ms = parseDuration(text)
  if (ms === null || ms < 100) faults.cpuTime = 'A span of 100ms at least, such as 30s or 10m.'
  return ms
}

function readOpenFiles(text: string, faults: Partial<Record<Field, string>>): number | null {
  if (text.trim() === '') return null
  const count = Number(text)
  if (!Number.isInteger(count) || count < 32 || count > 1_000_000) faults.maxOpenFiles = 'A whole number from 32 on.'
  return count
}

const factors: Record<string, number> = { b: 1, k: 1024, m: MB, g: 1024 * MB, t: 1024 * 1024 * MB }

/** Null for an empty text, not a number for what is no size. A unit is 1024 of the smaller one. */
function readBytes(text: string): number | null {
  if (text.trim() === '') return null
  const [, amount, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])i?b?|b)?$/i.exec(text.trim()) ?? []
  return amount === undefined ? NaN : Math.round(Number(amount) * (factors[unit.toLowerCase()] ?? NaN))
}

/** In the largest unit of which it is a whole number. */
function bytesText(bytes: number | null): string {
  if (bytes === null) return ''
  const [unit] = ['t', 'g', 'm', 'k'].filter((letter) => bytes % (factors[letter] ?? 1) === 0 && bytes > 0)
  return unit === undefined ? String(bytes) : `${bytes / (factors[unit] ?? 1)}${unit.toUpperCase()}B`
}
