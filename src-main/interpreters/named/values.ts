/**
 * Values on their way between interpreters: a copy by structured clone, as a text. Handles of interpreters and of queues
 * arrive as handles of the same. The SDK and our side of an interpreter are bundles of their own, so a handle is known by a
 * symbol, and made by whatever the SDK has put at another one.
 */
import { interpreterLimits } from '../../../src-preload/limits.ts'

export type HandleName = { kind: 'interpreter'; id: number; name: string } | { kind: 'queue'; id: number }

/** A handle's property that says what it is a handle of. */
export const handleName = Symbol.for('signalbox.handle-name')
const makerKey = Symbol.for('signalbox.handle-maker')
type Maker = (name: HandleName) => object

/** Stands for a handle in what is sent. */
const MARK = '\u0000signalbox handle'

/** Called once by the SDK of a thread. */
export function provideHandles(make: Maker): void {
  Object.defineProperty(globalThis, makerKey, { value: make, configurable: true })
}

/** The text of a value. Throws an error that says what of it cannot be sent, and where. */
export function toValues(value: unknown): string {
  const fault = faultOf(value, '', new Set())
  if (fault !== null) throw new TypeError(fault)
  let bytes: Buffer
  try {
    bytes = process.getBuiltinModule('node:v8').serialize(replaceHandles(value))
  } catch (error) {
    throw new TypeError(error instanceof Error ? error.message : String(error), { cause: error })
  }
  if (bytes.length > interpreterLimits.valueBytes)
    throw new TypeError(`it has ${bytes.length} bytes, and at most ${interpreterLimits.valueBytes} can be sent`)
  return bytes.toString('base64')
}

export function fromValues(values: string): unknown {
  const value: unknown = process.getBuiltinModule('node:v8').deserialize(Buffer.from(values, 'base64'))
  return reviveHandles(value, new Set())
}

/** What is copied without losing anything; what is not listed is refused rather than sent as something else. */
const cloned = new Set<unknown>(
  [Object, Array, Date, RegExp, Map, Set, ArrayBuffer, DataView, Boolean, Number, String, BigInt]
    .map((each) => each.prototype as unknown)
    .concat(
      [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((each) => each.prototype),
    )
    .concat(
      [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array].map((each) => each.prototype),
    )
    .concat([Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array].map((each) => each.prototype)),
)

/** Why it cannot be sent; null when it can. */
function faultOf(value: unknown, path: string, seen: Set<object>): string | null {
  const at = path === '' ? 'it is' : `${path.replace(/^\./, '')} is`
  if (typeof value === 'function') return `${at} a function`
  if (typeof value === 'symbol') return `${at} a symbol`
  if (typeof value !== 'object' || value === null || seen.has(value) || handleName in value) return null
  seen.add(value)
  if (value instanceof Promise) return `${at} a promise; await it first`
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return null
  if (isShared(value)) return `${at} shared memory, which cannot leave its process; toThread can share it`
  const prototype: unknown = Object.getPrototypeOf(value)
  // Of another realm, plain objects have an Object.prototype of their own.
  const isPlain = prototype === null || cloned.has(prototype) || Object.getPrototypeOf(prototype) === null
  if (!isPlain) return `${at} an object of the class ${value.constructor.name}, which would arrive without its class`
  if (value instanceof Map) {
    for (const [key, item] of value) {
      const fault = faultOf(key, `${path}.key`, seen) ?? faultOf(item, `${path}.get(…)`, seen)
      if (fault !== null) return fault
    }
    return null
  }
  const entries: Iterable<[unknown, unknown]> = value instanceof Set ? value.entries() : Object.entries(value)
  for (const [key, item] of entries) {
    const step = Array.isArray(value) ? `[${String(key)}]` : value instanceof Set ? '.item' : `.${String(key)}`
    const fault = faultOf(item, path + step, seen)
    if (fault !== null) return fault
  }
  return null
}

const isShared = (value: object): boolean => value instanceof SharedArrayBuffer

/** The same value; a copy of it where there are handles inside. */
function replaceHandles(value: unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (handleName in value) return { [MARK]: value[handleName] }
  const known = copies.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    const copy: unknown[] = []
    copies.set(value, copy)
    for (const item of value) copy.push(replaceHandles(item, copies))
    return copy
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>()
    copies.set(value, copy)
    for (const [key, item] of value) copy.set(replaceHandles(key, copies), replaceHandles(item, copies))
    return copy
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>()
    copies.set(value, copy)
    for (const item of value) copy.add(replaceHandles(item, copies))
    return copy
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return value
  const copy: Record<string, unknown> = {}
  copies.set(value, copy)
  for (const [key, item] of Object.entries(value)) put(copy, key, replaceHandles(item, copies))
  return copy
}

/** Puts handles in the places of their marks; what was deserialised is nobody else's, so it is changed in place. */
function reviveHandles(value: unknown, seen: Set<object>): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return value
  if (MARK in value) return makerOf()(value[MARK] as HandleName)
  seen.add(value)
  if (value instanceof Map) {
    const entries = [...value]
    value.clear()
    for (const [key, item] of entries) value.set(reviveHandles(key, seen), reviveHandles(item, seen))
  } else if (value instanceof Set) {
    const items = [...value]
    value.clear()
    for (const item of items) value.add(reviveHandles(item, seen))
  } else {
    const record = value as Record<string, unknown>
    for (const [key, item] of Object.entries(record)) put(record, key, reviveHandles(item, seen))
  }
  return value
}

/** As structured clone does it: a field named `__proto__` is a field, and changes no prototype. */
function put(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') record[key] = value
  else Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
}

function makerOf(): Maker {
  const make = (globalThis as unknown as Record<symbol, Maker | undefined>)[makerKey]
  if (make === undefined) throw new Error("a handle has come to a thread without the module 'signalbox'")
  return make
}
