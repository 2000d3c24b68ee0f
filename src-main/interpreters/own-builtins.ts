/**
 * What our side of an interpreter works with, taken before user code runs: a script that replaces a builtin (a fake clock,
 * a patched JSON) changes it for itself, and its run can still be reported. Methods on prototypes stay shared.
 */
import { fs } from './lean-builtins.ts'

export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = globalThis
export const { parse: parseJson, stringify: toJson } = JSON
export const { now } = Date
export const { readSync, writeSync } = fs

const { hrtime } = process
/** Milliseconds of a clock that nobody sets. `performance` would load a module into every process. */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1_000 + nanoseconds / 1_000_000
}
