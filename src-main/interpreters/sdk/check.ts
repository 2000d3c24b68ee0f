/** Checks of what scripts hand to the SDK: wrong use fails at once, in the caller's line, with what to do. */
import { isTooDeep, maxJsonLevels } from '../../../src-preload/json-depth.ts'
import { limits, namePattern, nameRule, objectLimits } from '../../../src-preload/limits.ts'
import { parseDuration } from '../../core/duration.ts'
import { inspect } from '../lean-builtins.ts'
import { toJson } from '../own-builtins.ts'

/** Milliseconds, or a text such as `'1.5s'`, `'10m'`, `'2h'`. */
export type Duration = number | string

/** Given to everything that can wait. */
export type WaitOptions = {
  /** How long to wait at most; then a TimeoutError is thrown. Left out: for ever. */
  timeout?: Duration | undefined
  /** Ends the wait with the signal's reason when it aborts. */
  signal?: AbortSignal | undefined
}

/** When something shall happen: after `delay`, or at `at` (a Date, or epoch ms); neither: at once. */
export type When = {
  /** How long from now; excludes `at`. */
  delay?: Duration | undefined
  /** The moment, as a Date or in epoch milliseconds; excludes `delay`. */
  at?: Date | number | undefined
}

export function checkName(kind: string, name: unknown): string {
  if (typeof name !== 'string') throw new TypeError(`${kind}(name): the name must be a text, not ${shown(name)}.`)
  const trimmed = name.trim()
  if (trimmed.length > limits.name)
    throw new RangeError(`${kind}(name): a name has at most ${limits.name} characters, this one ${trimmed.length}.`)
  if (!namePattern.test(trimmed)) throw new RangeError(`${kind}(name): ${JSON.stringify(name)}: ${nameRule}.`)
  return trimmed
}

/** Whole numbers from `least` to `most`. */
export function checkWhole(what: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw new TypeError(`${what} must be a number, not ${shown(value)}.`)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`${what} must be a whole number from ${least} to ${most}, not ${value}.`)
  return value
}

export function checkDuration(what: string, value: Duration): number {
  if (typeof value !== 'number' && typeof value !== 'string')
    throw new TypeError(`${what} must be a duration such as 500 or '1.5s', not ${shown(value)}.`)
  return parseDuration(value)
}

/** The span in whole ms, as the protocol takes it. */
export function checkSpan(what: string, value: Duration, leastMs = 0): number {
  const ms = Math.ceil(checkDuration(what, value))
  if (ms < leastMs || ms > objectLimits.periodMs)
    throw new RangeError(`${what} must be from ${leastMs} ms to ${objectLimits.periodMs / 86_400_000} days.`)
  return ms
}

/** As the fields of an `Ask`. */
export function checkWait({ timeout, signal }: WaitOptions): { timeoutMs?: number; signal?: AbortSignal } {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal, not ${shown(signal)}.`)
  return {
    ...(timeout === undefined ? {} : { timeoutMs: checkDuration('timeout', timeout) }),
    ...(signal === undefined ? {} : { signal }),
  }
}

export function checkWhen({ delay, at }: When): { delayMs?: number; at?: number } {
  if (delay !== undefined && at !== undefined) throw new TypeError('delay and at exclude each other: give one.')
  if (delay !== undefined) return { delayMs: checkSpan('delay', delay) }
  if (at === undefined) return {}
  const moment = at instanceof Date ? at.getTime() : at
  if (typeof moment !== 'number') throw new TypeError(`at must be a Date or epoch milliseconds, not ${shown(at)}.`)
  if (!(moment >= 0 && moment <= 8.64e15)) throw new RangeError(`at is not a moment: ${shown(at)}.`)
  return { at: Math.ceil(moment) }
}

/** The JSON text of a value that is to be stored. Throws a TypeError that says what about it is not JSON, and where. */
export function checkJson(what: string, value: unknown, maxBytes: number = objectLimits.valueBytes): string {
  const fault = findFault(value, [])
  if (fault !== null) throw new TypeError(`${what} is not JSON: ${fault}.`)
  const json = toJson(value)
  if (isTooDeep(json)) throw new TypeError(`${what} is nested deeper than ${maxJsonLevels} levels.`)
  // A UTF-16 unit is at most 3 bytes: small values need no counting.
  if (json.length * 3 > maxBytes && Buffer.byteLength(json) > maxBytes)
    throw new RangeError(`${what} is larger than ${maxBytes} bytes. Keep the content in a file and hand over its path.`)
  return json
}

/**
 * What keeps `value` from being JSON, for what JSON would change in silence would be found where it is read. `above`
 * are the objects it is in.
 */
function findFault(value: unknown, above: object[], path = ''): string | null {
  const at = path === '' ? 'it is' : `${path.replace(/^\./, '')} is`
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null
    case 'number':
      return Number.isFinite(value) ? null : `${at} ${value}`
    case 'undefined':
      return `${at} undefined; null is what JSON has`
    case 'bigint':
    case 'function':
    case 'symbol':
      return `${at} a ${typeof value}`
    case 'object':
      return value === null ? null : findFaultInside(value, above, path, at)
    default:
      throw new TypeError(`unknown type ${typeof value}`)
  }
}

function findFaultInside(value: object, above: object[], path: string, at: string): string | null {
  if (above.includes(value)) return `${at} inside itself`
  if (above.length > maxJsonLevels) return null
  if ('toJSON' in value && typeof value.toJSON === 'function') return null
  const within = [...above, value]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const fault = findFault(item, within, `${path}[${index}]`)
      if (fault !== null) return fault
    }
    return null
  }
  if (value instanceof Promise) return `${at} a promise; await it first`
  const prototype: unknown = Object.getPrototypeOf(value)
  // Of another realm, plain objects have an Object.prototype of their own.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return `${at} ${named(value)}`
  for (const [key, item] of Object.entries(value)) {
    // Left out by JSON as well as by whoever reads it.
    if (item === undefined) continue
    const fault = findFault(item, within, `${path}.${key}`)
    if (fault !== null) return fault
  }
  return null
}

function named(value: object): string {
  const { name } = value.constructor
  return name === '' ? 'an object of a class' : `of the class ${name}`
}

export const shown = (value: unknown): string => inspect(value, { depth: 1, breakLength: Infinity })
