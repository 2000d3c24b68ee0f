import { fromValues, handleName, toValues } from '../../named/values.ts'
import { shown } from '../check.ts'
import { NotShareableError } from './errors.ts'

export function isShareable(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
    case 'number':
    case 'string':
    case 'undefined':
      return true
    case 'bigint':
      return BigInt.asIntN(64, value) === value
    case 'object':
      if (value === null || handleName in value) return true
      if (Array.isArray(value))
        return Object.isFrozen(value) && Object.getPrototypeOf(value) === Array.prototype && value.every(isShareable)
      return isBytes(value)
    default:
      return false
  }
}

const isBytes = (value: object): boolean =>
  [Uint8Array.prototype, ArrayBuffer.prototype, Buffer.prototype].includes(Object.getPrototypeOf(value) as never)

/** The text of a value that goes to another interpreter. */
export function send(what: string, value: unknown): string {
  try {
    return toValues(value)
  } catch (error) {
    const why = error instanceof Error ? error.message : shown(error)
    throw new NotShareableError(`${what} cannot be handed over: ${why}.`, { cause: error })
  }
}

/** The value that such a text stands for. */
export const receive = <Value>(values: string): Value => fromValues(values) as Value
