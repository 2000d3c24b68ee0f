import * as v from 'valibot'
import { limits } from './definition.ts'
import { maxJsonLevels } from './json-depth.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A run's input: JSON and nothing else, no larger and no deeper than the limits. `unknown` to the compiler, which does not unfold the recursive type. */
export const inputSchema = v.pipe(
  v.unknown(),
  v.rawCheck(({ dataset, addIssue }) => {
    const fault = dataset.typed ? findFault(dataset.value) : null
    if (fault !== null) addIssue({ message: fault })
  }),
)

function findFault(value: unknown): string | null {
  if (!isJson(value, maxJsonLevels)) return `must be a JSON value, nested at most ${maxJsonLevels} levels deep`
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length
  return bytes <= limits.inputBytes ? null : `the input is larger than ${limits.inputBytes} bytes`
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
