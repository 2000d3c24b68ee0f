import * as v from 'valibot'
import { limits } from './definition.ts'
import { objectLimits } from './limits.ts'
import { maxJsonLevels } from './json-depth.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * JSON and nothing else, no larger and no deeper than the limits. `unknown` to the compiler, which does not unfold the
 * recursive type.
 */
const jsonSchema = (what: string, maxBytes: number) =>
  v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset, addIssue }) => {
      const fault = dataset.typed ? findFault(dataset.value, what, maxBytes) : null
      if (fault !== null) addIssue({ message: fault })
    }),
  )

/** A run's input. */
export const inputSchema = jsonSchema('the input', limits.inputBytes)
/** A queue's item, or a future's value. */
export const valueSchema = jsonSchema('the value', objectLimits.valueBytes)

function findFault(value: unknown, what: string, maxBytes: number): string | null {
  if (!isJson(value, maxJsonLevels)) return `must be a JSON value, nested at most ${maxJsonLevels} levels deep`
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length
  return bytes <= maxBytes ? null : `${what} is larger than ${maxBytes} bytes`
}

function isJson(value: unknown, levels: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || levels === 0) return false
  if (Array.isArray(value)) return value.every((item) => isJson(item, levels - 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every((item) => isJson(item, levels - 1))
}
