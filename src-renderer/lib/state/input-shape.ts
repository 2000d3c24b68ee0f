/** What a script's first parameter may be, as far as its type says: the generated form is drawn from it. */
import type { Json } from '../../../src-preload/contract.ts'

/** `json`: a type that no control fits; it is written as JSON. */
export type Shape = { isNullable: boolean } & (
  | { is: 'string' }
  | { is: 'number' }
  | { is: 'boolean' }
  | { is: 'choice'; values: (string | number | boolean)[] }
  | { is: 'list'; of: Shape }
  | { is: 'object'; fields: ShapeField[] }
  | { is: 'json' }
)

/** `doc` is the comment at the property, in one line; `preset` is what the script takes where nothing is given. */
export type ShapeField = { name: string; doc: string; isOptional: boolean; preset: Json | undefined; shape: Shape }

/** `value` undefined: the script takes no input, or does not say which. */
export type InputShape = { name: string; isOptional: boolean; shape: Shape }

/** Where a value is inside the input: names of properties and positions in lists. */
export type InputPath = readonly (string | number)[]
export const pathText = (path: InputPath): string => path.join('.')

/** The form fits: something at the top can be filled in. */
export const hasForm = (input: InputShape | null): input is InputShape => input !== null && input.shape.is !== 'json'

/** What a form begins with: objects are there, with what they must have and what can only be one thing. */
export function emptyValue(shape: Shape): Json {
  if (shape.isNullable) return null
  switch (shape.is) {
    case 'string':
      return ''
    case 'number':
      return 0
    case 'boolean':
      return false
    case 'choice':
      return shape.values[0] ?? null
    case 'list':
      return []
    case 'object': {
      const needed = shape.fields.filter(
        ({ isOptional, shape: { is } }) => !isOptional && (is === 'object' || is === 'list'),
      )
      return Object.fromEntries(needed.map((field) => [field.name, emptyValue(field.shape)]))
    }
    case 'json':
      return null
    default:
      return shape satisfies never
  }
}

/** What of `value` the script's types do not allow, by path; the first 50. */
export function inputFaults(input: InputShape, value: Json): Map<string, string> {
  const faults = new Map<string, string>()
  if (value === null && (input.isOptional || input.shape.isNullable)) return faults
  collectFaults(
    input.shape,
    value === null && input.shape.is === 'object' ? emptyValue(input.shape) : value,
    [],
    faults,
  )
  return faults
}

function collectFaults(shape: Shape, value: Json | undefined, path: InputPath, faults: Map<string, string>): void {
  if (faults.size >= 50 || (value === null && shape.isNullable)) return
  // The fields of an object that is not there are what is missing, not the object.
  if (value === undefined && shape.is === 'object') return collectFaults(shape, {}, path, faults)
  const fault = faultOf(shape, value)
  if (fault !== null) faults.set(pathText(path), fault)
  else if (shape.is === 'list') {
    for (const [at, item] of (value as Json[]).entries()) collectFaults(shape.of, item, [...path, at], faults)
  } else if (shape.is === 'object') {
    const object = value as Record<string, Json>
    for (const { name, isOptional, preset, shape: inner } of shape.fields) {
      const isLeftOut = object[name] === undefined && (isOptional || preset !== undefined)
      if (!isLeftOut) collectFaults(inner, object[name], [...path, name], faults)
    }
  }
}

function faultOf(shape: Shape, value: Json | undefined): string | null {
  if (shape.is === 'json') return null
  if (value === undefined || value === null) return 'Is needed.'
  switch (shape.is) {
    case 'string':
    case 'boolean':
      return typeof value === shape.is ? null : `Must be ${shape.is === 'string' ? 'a text' : 'true or false'}.`
    case 'number':
      return typeof value === 'number' ? null : 'Must be a number.'
    case 'choice':
      return shape.values.some((one) => one === value) ? null : `Must be one of ${shape.values.join(', ')}.`
    case 'list':
      return Array.isArray(value) ? null : 'Must be a list.'
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? null : 'Must be an object.'
    default:
      return shape satisfies never
  }
}

/** `value` with `part` at `path`; undefined takes it away. What is no object or list on the way there becomes one. */
export function withPart(value: Json, path: InputPath, part: Json | undefined): Json {
  const [step, ...rest] = path
  if (step === undefined) return part ?? null
  if (typeof step === 'number') {
    const items = Array.isArray(value) ? [...value] : []
    if (rest.length === 0 && part === undefined) items.splice(step, 1)
    else items[step] = withPart(items[step] ?? null, rest, part)
    return items
  }
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  if (rest.length > 0 || part !== undefined) return { ...object, [step]: withPart(object[step] ?? null, rest, part) }
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== step))
}
