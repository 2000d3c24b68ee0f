import { readFileSync, statSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import type { Executor, Json } from '../../src-preload/contract.ts'
import { problem } from '../../src-preload/problem.ts'
import { parseDuration } from '../core/duration.ts'
import { UseError } from './failure.ts'

/** A text given in place, as `@FILE`, or as `-` for standard input. */
export function readText(option: string, given: string): string {
  if (given === '-') return readFileSync(0, 'utf8')
  if (!given.startsWith('@')) return given
  const path = resolve(given.slice(1))
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw problem('FILE_NOT_FOUND', { path })
    throw new UseError(`${option} cannot be read: ${message}`)
  }
}

/** JSON of `--input`; null when the option was left out. */
export function parseInput(given: string | undefined): Json {
  if (given === undefined) return null
  const text = readText('--input', given)
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new UseError(`--input is not JSON: ${(error as SyntaxError).message}. Write for example --input '{"a":1}'.`)
  }
}

/** Milliseconds, whole, of a duration option. Bare digits are milliseconds. */
export function parseSpan(option: string, given: string): number {
  try {
    return Math.round(parseDuration(/^\d+$/.test(given) ? Number(given) : given))
  } catch (error) {
    if (error instanceof RangeError) throw new UseError(`${option}: ${error.message}`)
    throw error
  }
}

/**
 * Epoch ms of a point in time: epoch ms, a date as in ISO 8601 (local when it names no zone), or HH:MM, which is the
 * next time a clock on the wall shows it.
 */
export function parseTime(option: string, given: string, now: Date): number {
  if (/^\d{6,}$/.test(given)) return Number(given)
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(given) ?? []
  if (hours !== undefined && minutes !== undefined && Number(hours) < 24 && Number(minutes) < 60) {
    const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), Number(hours), Number(minutes))
    if (today > now) return today.getTime()
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, Number(hours), Number(minutes)).getTime()
  }
  const at = /^\d{4}-\d{2}-\d{2}/.test(given) ? Date.parse(given) : NaN
  if (Number.isFinite(at)) return at
  throw new UseError(`${option}: "${given}" is not a time. Write 18:30, 2027-01-31T18:30, or epoch milliseconds.`)
}

export function parseWhole(option: string, given: string, min: number, max: number): number {
  const value = Number(given)
  if (/^-?\d+$/.test(given) && value >= min && value <= max) return value
  throw new UseError(`${option}: "${given}" is not a whole number from ${min} to ${max}.`)
}

export function parseRunId(given: string): number {
  if (/^[1-9]\d{0,15}$/.test(given)) return Number(given)
  throw new UseError(`"${given}" is not the id of a run. See the ids with: signalbox ls`)
}

/** The absolute path of a script that is there. */
export function parseScriptPath(given: string): string {
  const path = resolve(given)
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path
  throw problem('FILE_NOT_FOUND', { path })
}

/** What a person calls a file: its name without folder and ending. */
export const nameOfFile = (path: string) => basename(path, extname(path))

export const parseExecutor = (given: string): Executor => parseOneOf('--executor', given, ['process', 'async'])

export function parseOneOf<T extends string>(option: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given)
  if (found !== undefined) return found
  throw new UseError(`${option}: "${given}" is not one of ${allowed.join(', ')}.`)
}
