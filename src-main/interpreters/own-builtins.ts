/**
 * What our side of an interpreter works with, taken before user code runs: a script that replaces a builtin (a fake clock,
 * a patched JSON) changes it for itself, and its run can still be reported. Methods on prototypes stay shared.
 */
import { fs } from './lean-builtins.ts'

export const { setImmediate, setTimeout, clearTimeout } = globalThis
export const { parse: parseJson, stringify: toJson } = JSON
export const { now } = Date
export const { readSync, writeSync } = fs
