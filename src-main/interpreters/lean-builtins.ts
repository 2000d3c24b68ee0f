/**
 * Node's modules without an `import`: as an ES module a builtin evaluates all its lazy members (fs its promises, util its
 * argument parser …), which made the start of every interpreter process 5 ms longer, of 27.
 */
import type { InspectOptions } from 'node:util'

export const fs = process.getBuiltinModule('node:fs')

export const inspect = (value: unknown, options?: InspectOptions): string =>
  process.getBuiltinModule('node:util').inspect(value, options)
