/** When a failed run is tried again, as a person types and reads it. */
import type { Definition } from '../../../src-preload/contract.ts'
import { durationText, parseDuration } from './duration.ts'

type Policy = NonNullable<Definition['retry']>
type Field = 'retries' | 'backoff' | 'jitter' | 'retryOn' | 'neverRetry'
export type RetryTexts = Record<Field, string>

const MOST_RETRIES = 999
const MOST_DELAYS = 100
const LONGEST_SPAN_MS = 400 * 86_400_000
/** Where a backoff does not say it itself. */
const LONGEST_DELAY_MS = 3_600_000
const shares: Record<string, number> = { none: 0, equal: 0.5, full: 1 }

export const noRetries: RetryTexts = { retries: '', backoff: '1s..1h', jitter: 'none', retryOn: '', neverRetry: '' }

export const retryTexts = ({ maxAttempts, backoff, maxDelayMs, jitter, on, never }: Policy): RetryTexts => ({
  retries: String(maxAttempts - 1),
  backoff: backoffText(backoff, maxDelayMs),
  jitter: Object.keys(shares).find((name) => shares[name] === jitter) ?? String(jitter),
  retryOn: on === null ? '' : reasonsText(on),
  neverRetry: never.join(', '),
})

const reasonsText = ({ errors, exitCodes, timeouts, statuses = [] }: NonNullable<Policy['on']>): string =>
  [...errors, ...exitCodes, ...(timeouts ? ['timeout'] : []), ...statuses.map((status) => `status:${status}`)].join(
    ', ',
  )

/** In one line, for reading. */
export function retrySummary(policy: Policy): string {
  const { retries, backoff, jitter, retryOn, neverRetry } = retryTexts(policy)
  return [
    `${retries} ${retries === '1' ? 'time' : 'times'}, after ${backoff}`,
    jitter === 'none' ? '' : `jitter ${jitter}`,
    retryOn === '' ? '' : `on ${retryOn}`,
    neverRetry === '' ? '' : `never on ${neverRetry}`,
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

/** Null when nothing is tried again, or a field is at fault. */
export function readRetry(texts: RetryTexts, faults: Partial<Record<Field, string>>): Policy | null {
  if (texts.retries.trim() === '') return null
  const retries = Number(texts.retries)
  if (!Number.isInteger(retries) || retries < 0 || retries > MOST_RETRIES) {
    faults.retries = `A whole number from 0 to ${MOST_RETRIES}.`
    return null
  }
  if (retries === 0) return null
  const delays = readBackoff(texts.backoff)
  if (delays === null) faults.backoff = '5s, or 1s..10m, or 1s*3..10m, or one by one 1s, 5s, 30s.'
  const jitter = readJitter(texts.jitter)
  if (jitter === null) faults.jitter = 'none, equal, full, or a number from 0 to 1.'
  const on = readReasons(texts.retryOn)
  if (on === null) faults.retryOn = 'Names of errors, exit codes, timeout, status:5xx; with commas between.'
  const never = words(texts.neverRetry)
  if (!never.every(isErrorName)) faults.neverRetry = 'Names of errors with commas between.'
  if (delays === null || jitter === null || on === null) return null
  const isAll = on.errors.length + on.exitCodes.length + (on.statuses?.length ?? 0) === 0 && !on.timeouts
  return { maxAttempts: retries + 1, ...delays, jitter, on: isAll ? null : on, never }
}

function readBackoff(text: string): Pick<Policy, 'backoff' | 'maxDelayMs'> | null {
  const [, first, times = '2', longest] = /^([^*]+?)(?:\*([^*]+?))?\.\.(.+)$/.exec(text) ?? []
  if (first !== undefined && longest !== undefined) {
    const [delayMs, maxDelayMs, factor] = [readDelay(first), readDelay(longest), Number(times)]
    if (delayMs === null || maxDelayMs === null || delayMs > maxDelayMs || !(factor >= 1 && factor <= 100)) return null
    return { backoff: { kind: 'exponential', delayMs, factor }, maxDelayMs }
  }
  const delaysMs = text.split(',').map(readDelay)
  const [delayMs] = delaysMs
  if (!delaysMs.every((each) => each !== null) || delaysMs.length > MOST_DELAYS || typeof delayMs !== 'number')
    return null
  const maxDelayMs = Math.max(LONGEST_DELAY_MS, ...delaysMs)
  return { backoff: delaysMs.length === 1 ? { kind: 'fixed', delayMs } : { kind: 'list', delaysMs }, maxDelayMs }
}

function readDelay(text: string): number | null {
  const ms = parseDuration(text)
  return ms === null || ms > LONGEST_SPAN_MS ? null : ms
}

function readJitter(text: string): number | null {
  const share = shares[text.trim()] ?? Number(text)
  return text.trim() !== '' && share >= 0 && share <= 1 ? share : null
}

function readReasons(text: string): NonNullable<Policy['on']> | null {
  const given = words(text)
  const exitCodes = given.filter((word) => /^\d+$/.test(word)).map(Number)
  const statuses = given
    .filter((word) => /^status:[1-5](\d\d|xx)$/i.test(word))
    .map((word) => word.slice(7).toLowerCase())
  const errors = given.filter((word) => !/^(\d+|status:[1-5](\d\d|xx))$/i.test(word) && word !== 'timeout')
  if (exitCodes.some((code) => code > 255) || !errors.every(isErrorName)) return null
  return { errors, exitCodes, timeouts: given.includes('timeout'), ...(statuses.length === 0 ? {} : { statuses }) }
}

function backoffText(backoff: Policy['backoff'], maxDelayMs: number): string {
  switch (backoff.kind) {
    case 'fixed':
      return durationText(backoff.delayMs)
    case 'exponential': {
      const times = backoff.factor === 2 ? '' : `*${backoff.factor}`
      return `${durationText(backoff.delayMs)}${times}..${durationText(maxDelayMs)}`
    }
    case 'list':
      return backoff.delaysMs.map(durationText).join(', ')
    default:
      return backoff satisfies never
  }
}

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

const isErrorName = (word: string): boolean => /^[\p{L}_$][\p{L}\p{N}_$.-]{0,119}$/u.test(word)
