import type { Command } from 'commander'
import type { Definition } from '../../src-preload/contract.ts'
import { resourceBounds, resourceDefaults } from '../../src-preload/limits.ts'
import { bytesInWords } from '../core/resource-limit.ts'
import { parseOneOf, parseSpan, parseWhole } from './arguments.ts'
import { UseError } from './failure.ts'
import { spanInWords } from './words.ts'

export type LimitOptions = {
  memory?: string
  cpuTime?: string
  maxOutput?: string
  onOutput?: string
  maxResult?: string
  maxOpenFiles?: string
  maxTemp?: string
}
type ResourceLimits = Definition['limits']

/** The options that say what one attempt may use up. */
export const addLimitOptions = (command: Command): Command =>
  command
    .option('--memory <bytes>', 'most memory of an attempt with all that it starts: 512MB, 2GB (executor process)')
    .option('--cpu-time <duration>', 'most processor time of the same: 30s, 10m (executor process)')
    .option(
      '--max-output <bytes>',
      `most of the log that is kept (default: ${bytesInWords(resourceDefaults.outputBytes)})`,
    )
    .option('--on-output <rule>', 'of more output: cut (the middle, default) or fail (the attempt ends)')
    .option('--max-result <bytes>', `largest result (default: ${bytesInWords(resourceDefaults.resultBytes)})`)
    .option('--max-open-files <number>', 'files, sockets and pipes that each process may have open (executor process)')
    .option('--max-temp <bytes>', 'most that lies in the folder for temporary files (executor process)')

export function parseLimits(options: LimitOptions): ResourceLimits {
  const { memory, cpuTime, maxOutput, onOutput, maxResult, maxOpenFiles, maxTemp } = options
  return {
    memoryBytes: memory === undefined ? null : parseBytes('--memory', memory, resourceBounds.memoryBytes),
    cpuMs: cpuTime === undefined ? null : parseCpuTime(cpuTime),
    outputBytes: maxOutput === undefined ? null : parseBytes('--max-output', maxOutput, resourceBounds.outputBytes),
    onOutput: onOutput === undefined ? 'cut' : parseOneOf('--on-output', onOutput, ['cut', 'fail']),
    resultBytes: maxResult === undefined ? null : parseBytes('--max-result', maxResult, resourceBounds.resultBytes),
    openFiles:
      maxOpenFiles === undefined ? null : parseWhole('--max-open-files', maxOpenFiles, ...resourceBounds.openFiles),
    tempBytes: maxTemp === undefined ? null : parseBytes('--max-temp', maxTemp, resourceBounds.tempBytes),
  }
}

const units: Record<string, number> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 }

/** Bytes of `512MB`, `1.5GB` or a plain number. A unit is 1024 of the smaller one, written MB or MiB. */
export function parseBytes(option: string, given: string, [least, most]: readonly [number, number]): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)$/i.exec(given.trim()) ?? []
  const factor =
    units[
      unit
        .toLowerCase()
        .replace('i', '')
        .replace(/^([kmgt])$/, '$1b')
    ]
  if (amount === undefined || factor === undefined)
    throw new UseError(`${option}: "${given}" is not a size. Write for example 512MB, 2GB, or a number of bytes.`)
  const bytes = Math.round(Number(amount) * factor)
  if (bytes >= least && bytes <= most) return bytes
  throw new UseError(`${option}: "${given}" is not from ${bytesInWords(least)} to ${bytesInWords(most)}.`)
}

function parseCpuTime(given: string): number {
  const cpuMs = parseSpan('--cpu-time', given)
  const [least] = resourceBounds.cpuMs
  if (cpuMs >= least) return cpuMs
  throw new UseError(`--cpu-time: "${given}" is too short. Write ${least}ms at least.`)
}

/** Those that a job has of its own, each as a fact. */
export function limitFacts(limits: ResourceLimits): [string, string | null][] {
  const { memoryBytes, cpuMs, outputBytes, onOutput, resultBytes, openFiles, tempBytes } = limits
  const bytes = (value: number | null) => (value === null ? null : bytesInWords(value))
  const kept = bytes(outputBytes ?? (onOutput === 'fail' ? resourceDefaults.outputBytes : null))
  return [
    ['memory', bytes(memoryBytes)],
    ['processor time', cpuMs === null ? null : spanInWords(cpuMs)],
    ['output', kept === null ? null : `${kept}, then ${onOutput === 'cut' ? 'the middle is cut' : 'it fails'}`],
    ['result', bytes(resultBytes)],
    ['open files', openFiles === null ? null : String(openFiles)],
    ['temporary files', bytes(tempBytes)],
  ]
}
