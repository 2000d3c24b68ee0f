import type { Command } from 'commander'
import { errorNamePattern, limits, retryDefaults, statusPattern } from '../../src-preload/limits.ts'
import type { RetryPolicy } from '../../src-preload/retry-policy.ts'
import { parseNumber, parseSpan, parseWhole } from './arguments.ts'
import { UseError } from './failure.ts'

export type RetryOptions = {
  retries?: string
  backoff?: string
  jitter?: string
  retryOn?: string
  neverRetry?: string
}

const shares: Record<string, number> = { none: 0, equal: 0.5, full: 1 }

/** The options that say when a failed run is tried again; `whose` says whose retries they are. */
export function addRetryOptions(command: Command, whose: string): Command {
  return command
    .option('--retries <number>', `how often ${whose} is tried again when it fails (0 to ${limits.attempts - 1})`)
    .option(
      '--backoff <delays>',
      'before each retry: 5s; doubling 1s..10m; tripling 1s*3..10m; or one by one 1s,5s,30s',
    )
    .option('--jitter <share>', 'how much of each delay is random: none, equal (half of it), full, or 0.2')
    .option(
      '--retry-on <what>',
      'only for these, with commas between: errors by name, exit codes, timeout, status:503 or status:5xx',
    )
    .option('--never-retry <names>', 'not for these errors, with commas between')
}

/** The whole policy of a job; null without `--retries`. */
export function parseRetry(options: RetryOptions): RetryPolicy | null {
  const { maxAttempts, ...rules } = parseRetryOverride(options) ?? {}
  if (maxAttempts !== undefined)
    return maxAttempts === 1 ? null : { ...retryDefaults, on: null, never: [], ...rules, maxAttempts }
  if (Object.keys(rules).length === 0) return null
  throw new UseError('--retries is missing: say how often a run is tried again, for example --retries 5.')
}

/** What one run has otherwise than its job; undefined when that is nothing. */
export function parseRetryOverride(options: RetryOptions): Partial<RetryPolicy> | undefined {
  const { retries, backoff, jitter, retryOn, neverRetry } = options
  const override: Partial<RetryPolicy> = {
    ...(retries === undefined ? {} : { maxAttempts: 1 + parseWhole('--retries', retries, 0, limits.attempts - 1) }),
    ...(backoff === undefined ? {} : parseBackoff(backoff)),
    ...(jitter === undefined ? {} : { jitter: parseJitter(jitter) }),
    ...(retryOn === undefined ? {} : { on: parseReasons(retryOn) }),
    ...(neverRetry === undefined ? {} : { never: words(neverRetry).map((name) => errorName('--never-retry', name)) }),
  }
  return Object.keys(override).length === 0 ? undefined : override
}

function parseBackoff(given: string): Pick<RetryPolicy, 'backoff' | 'maxDelayMs'> {
  const span = (text: string) => parseSpan('--backoff', text.trim())
  const [, first, factor = '2', longest] = /^([^*]+?)(?:\*([^*]+))?\.\.(.+)$/.exec(given) ?? []
  if (first !== undefined && longest !== undefined) {
    const [delayMs, maxDelayMs] = [span(first), span(longest)]
    if (delayMs > maxDelayMs) throw new UseError(`--backoff: "${given}" begins with more than its longest delay.`)
    return { backoff: { kind: 'exponential', delayMs, factor: parseFactor(factor) }, maxDelayMs }
  }
  const delaysMs = given.split(',').map(span)
  if (delaysMs.length > limits.retryDelays) throw new UseError(`--backoff: at most ${limits.retryDelays} delays.`)
  const maxDelayMs = Math.max(retryDefaults.maxDelayMs, ...delaysMs)
  const [delayMs = 0] = delaysMs
  return { backoff: delaysMs.length === 1 ? { kind: 'fixed', delayMs } : { kind: 'list', delaysMs }, maxDelayMs }
}

function parseFactor(given: string): number {
  const factor = parseNumber('--backoff', given)
  if (factor >= 1 && factor <= 100) return factor
  throw new UseError(`--backoff: the factor ${given} is not from 1 to 100.`)
}

function parseJitter(given: string): number {
  const share = shares[given] ?? Number(given)
  if (given.trim() !== '' && share >= 0 && share <= 1) return share
  throw new UseError(`--jitter: "${given}" is not none, equal, full, or a number from 0 to 1.`)
}

function parseReasons(given: string): RetryPolicy['on'] {
  const on: NonNullable<RetryPolicy['on']> = { errors: [], exitCodes: [], timeouts: false }
  for (const word of words(given)) {
    if (word === 'timeout') on.timeouts = true
    else if (word.startsWith('status:'))
      on.statuses = [...(on.statuses ?? []), parseStatus('--retry-on', word.slice(7))]
    else if (/^\d+$/.test(word)) on.exitCodes.push(parseWhole('--retry-on', word, 0, 255))
    else on.errors.push(errorName('--retry-on', word))
  }
  return on
}

/** `503`, or `5xx` for all of a kind. */
export function parseStatus(option: string, given: string): string {
  const status = given.trim().toLowerCase()
  if (statusPattern.test(status)) return status
  throw new UseError(`${option}: "${given}" is not a status. Write for example 503 or 5xx.`)
}

function errorName(option: string, given: string): string {
  if (errorNamePattern.test(given)) return given
  throw new UseError(`${option}: "${given}" is not the name of an error. Write for example RangeError,FetchError.`)
}

const words = (given: string): string[] => given.split(',').map((word) => word.trim())

/** As the options take it. */
export function retryInWords({ maxAttempts, backoff, maxDelayMs, jitter, on, never }: RetryPolicy): string {
  const parts = [
    `${maxAttempts - 1} ${maxAttempts === 2 ? 'time' : 'times'} after ${backoffInWords(backoff, maxDelayMs)}`,
    ...(jitter === 0 ? [] : [`jitter ${Object.keys(shares).find((name) => shares[name] === jitter) ?? jitter}`]),
    ...(on === null ? [] : [`on ${reasonsInWords(on).join(',')}`]),
    ...(never.length === 0 ? [] : [`never on ${never.join(',')}`]),
  ]
  return parts.join('; ')
}

const reasonsInWords = ({ errors, exitCodes, timeouts, statuses = [] }: NonNullable<RetryPolicy['on']>) => [
  ...errors,
  ...exitCodes,
  ...(timeouts ? ['timeout'] : []),
  ...statuses.map((status) => `status:${status}`),
]

function backoffInWords(backoff: RetryPolicy['backoff'], maxDelayMs: number): string {
  switch (backoff.kind) {
    case 'fixed':
      return durationText(backoff.delayMs)
    case 'exponential': {
      const factor = backoff.factor === 2 ? '' : `*${backoff.factor}`
      return `${durationText(backoff.delayMs)}${factor}..${durationText(maxDelayMs)}`
    }
    case 'list':
      return backoff.delaysMs.map(durationText).join(',')
  }
}

/** In the largest unit of which it is a whole number. */
function durationText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const
  const [unit, factor] = units.find(([, unitMs]) => ms > 0 && ms % unitMs === 0) ?? ['ms', 1]
  return `${ms / factor}${unit}`
}
