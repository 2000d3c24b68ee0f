import type { CallError } from '../calls.ts'
import { inspect } from '../lean-builtins.ts'

const MAX_UNITS = 64 * 1024

/** An error as it is stored for others; anything can be thrown, so anything is accepted. */
export function describeError(error: unknown): CallError & { stack: string | null; hint: string | null } {
  if (!(error instanceof Error)) {
    return {
      name: 'Error',
      message: bounded(typeof error === 'string' ? error : inspect(error)),
      stack: null,
      hint: null,
    }
  }
  const hint = 'hint' in error && typeof error.hint === 'string' ? bounded(error.hint) : null
  const stack = typeof error.stack === 'string' ? bounded(error.stack) : null
  return { name: bounded(String(error.name)), message: bounded(String(error.message)), stack, hint }
}

const bounded = (text: string) => (text.length <= MAX_UNITS ? text : `${text.slice(0, MAX_UNITS)} …`)
