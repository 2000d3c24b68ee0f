import * as v from 'valibot'
import { logLevels } from '../../src-preload/log-levels.ts'
import { resources } from '../core/resource-limit.ts'
import type { LimitEffect } from '../core/resource-limit.ts'
import { scriptReportSchema } from './calls.ts'
import type { FromInterpreter } from './interpreter-protocol.ts'
import { sampleSchema } from './telemetry/sample-schema.ts'

/**
 * The messages of one frame, or null when it is not one of ours: the process also runs user code, which can write to the
 * same descriptor, so what it says is checked like anything from outside.
 */
export function parseFromInterpreter(payload: Buffer): FromInterpreter[] | null {
  let messages: unknown
  try {
    messages = JSON.parse(payload.toString())
  } catch {
    return null
  }
  return Array.isArray(messages) && messages.every(isFromInterpreter) ? messages : null
}

function isFromInterpreter(message: unknown): message is FromInterpreter {
  if (!isRecord(message)) return false
  if (message['type'] === 'thread_lost') {
    return (
      Array.isArray(message['batches']) &&
      Array.isArray(message['threads']) &&
      isOrNull(message['run'], 'number') &&
      typeof message['why'] === 'string'
    )
  }
  if (message['type'] === 'contaminated') return true
  if (message['type'] === 'sample') return v.is(sampleSchema, message['sample'])
  if (!Number.isInteger(message['run']) || !Number.isInteger(message['attempt'])) return false
  switch (message['type']) {
    case 'started':
      return Number.isInteger(message['pid'])
    case 'reacted':
      return true
    case 'shielded':
      return isOrNull(message['since'], 'number')
    case 'log':
      return Array.isArray(message['lines']) && message['lines'].every(isLogLine)
    case 'progress':
      return (
        typeof message['done'] === 'number' &&
        isOrNull(message['total'], 'number') &&
        isOrNull(message['note'], 'string')
      )
    case 'limit':
      return isPassed(message['passed']) && effects.some((effect) => effect === message['effect'])
    case 'ended':
      return isEnding(message['ending']) && isOrNull(message['cpuMs'], 'number') && v.is(useSchema, message['use'])
    default:
      return v.is(scriptReportSchema, message)
  }
}

const amount = v.pipe(v.number(), v.minValue(0))
const useSchema = v.optional(
  v.nullable(v.strictObject({ ms: amount, cpuMs: amount, loopMs: amount, peakBytes: v.nullable(amount) })),
)

const effects: readonly LimitEffect[] = ['killed', 'cut', 'failed']

const isPassed = (passed: unknown): boolean =>
  isRecord(passed) &&
  resources.some((resource) => resource === passed['resource']) &&
  isOrNull(passed['used'], 'number') &&
  typeof passed['allowed'] === 'number'

const isLogLine = (line: unknown): boolean =>
  Array.isArray(line) &&
  typeof line[0] === 'number' &&
  logLevels.some((level) => level === line[1]) &&
  typeof line[2] === 'string'

function isEnding(ending: unknown): boolean {
  if (!isRecord(ending)) return false
  switch (ending['how']) {
    case 'returned':
      return typeof ending['result'] === 'string'
    case 'threw':
      return isRunError(ending['error']) && (ending['wish'] === undefined || isWish(ending['wish']))
    case 'unstartable':
      return isRunError(ending['error'])
    case 'exited':
      return isOrNull(ending['code'], 'number') && isOrNull(ending['signal'], 'string')
    // That an attempt was interrupted, and does not count, is never its own to say.
    default:
      return false
  }
}

const isWish = (wish: unknown): boolean =>
  isRecord(wish) &&
  (wish['retry'] === 'never' ||
    (wish['retry'] === 'after' && isSpan(wish['delayMs'])) ||
    (wish['retry'] === 'by_status' && typeof wish['status'] === 'number' && isSpan(wish['notBeforeMs'])))

const isSpan = (ms: unknown): boolean => typeof ms === 'number' && ms >= 0

const isRunError = (error: unknown): boolean =>
  isRecord(error) &&
  typeof error['name'] === 'string' &&
  typeof error['message'] === 'string' &&
  isOrNull(error['stack'], 'string') &&
  isOrNull(error['hint'], 'string')

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isOrNull = (value: unknown, type: 'number' | 'string'): boolean => value === null || typeof value === type
