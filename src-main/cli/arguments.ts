import { createReadStream, statSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Executor, ExecutorChoice, Json } from '../../src-preload/contract.ts'
import { executorChoices, executors } from '../../src-preload/definition.ts'
import { isTooDeep, maxJsonLevels } from '../../src-preload/json-depth.ts'
import { limits, objectLimits } from '../../src-preload/limits.ts'
import { problem } from '../../src-preload/problem.ts'
import { parseDuration } from '../core/duration.ts'
import { UseError } from './failure.ts'

/** A text given in place, as `@FILE`, or as `-` for standard input. */
export async function readText(option: string, given: string): Promise<string> {
  if (given !== '-' && !given.startsWith('@')) return given
  const path = given === '-' ? null : resolve(given.slice(1))
  try {
    // As a stream, because a read in one go fails while the program at the other end of the pipe still thinks.
    return (await buffer(path === null ? process.stdin : createReadStream(path))).toString('utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (path !== null && code === 'ENOENT') throw problem('FILE_NOT_FOUND', { path })
    const source = path ?? 'standard input'
    throw new UseError(
      code === 'EISDIR'
        ? `${option}: ${source} is a folder. Give a file.`
        : `${option}: ${source} cannot be read (${message}). Give another file.`,
    )
  }
}

/** JSON of `--input`, as large as a run takes; null when the option was left out. */
export async function parseInput(given: string | undefined): Promise<Json> {
  if (given === undefined) return null
  return parseJson(given, '--input', `--input '{"a":1}'`, 'The input', limits.inputBytes)
}

/** JSON of an item or a value, as large as a queue or a future takes. */
export const parseValue = (given: string): Promise<Json> =>
  parseJson(
    given,
    'The value',
    `'{"a":1}', or '"text"' with both kinds of quotes`,
    'The value',
    objectLimits.valueBytes,
  )

/** JSON of something that has a name of its own, as large as an item may be. */
export const parseItem = (what: string, given: string): Promise<Json> =>
  parseJson(given, what, `'{"a":1}', or '"text"' with both kinds of quotes`, what, objectLimits.valueBytes)

async function parseJson(
  given: string,
  option: string,
  example: string,
  what: string,
  limitBytes: number,
): Promise<Json> {
  const text = await readText(option, given)
  if (isTooDeep(text)) throw new UseError(`${option} is nested deeper than ${maxJsonLevels} levels. Flatten it.`)
  let value: Json
  try {
    // Editors on Windows put a byte order mark before the text.
    value = JSON.parse(text.replace(/^\ufeff/, '')) as Json
  } catch (error) {
    throw new UseError(`${option} is not JSON: ${(error as SyntaxError).message}. Write for example ${example}.`)
  }
  if (Buffer.byteLength(JSON.stringify(value)) > limitBytes) throw problem('TOO_LARGE', { what, limitBytes })
  return value
}

/** Milliseconds, whole, of a duration option, at most `longest`. Bare digits are milliseconds. */
export function parseSpan(option: string, given: string, longest = '400d'): number {
  try {
    const spanMs = Math.round(parseDuration(/^\d+$/.test(given) ? Number(given) : given))
    if (spanMs <= parseDuration(longest)) return spanMs
  } catch (error) {
    if (error instanceof RangeError) throw new UseError(`${option}: ${error.message}`)
    throw error
  }
  throw new UseError(`${option}: "${given}" is too long. Write ${longest} at most.`)
}

/**
 * Epoch ms of a point in time: epoch ms, a date as in ISO 8601 (local when it names no zone), or HH:MM, which is the
 * next time a clock on the wall shows it. `others`: examples of what the caller takes beside these.
 */
export function parseTime(option: string, given: string, now: Date, others = ''): number {
  const at = /^\d{6,16}$/.test(given) ? Number(given) : (parseClock(given, now) ?? parseDate(given))
  if (at !== null && at <= LAST_DATE_MS) return at
  throw new UseError(
    `${option}: "${given}" is not a time. Write ${others}18:30, 2027-01-31T18:30, or epoch milliseconds.`,
  )
}

/** The last one that a `Date` can hold. */
const LAST_DATE_MS = 8.64e15

export type WhenOptions = { at?: string | undefined; delay?: string | undefined }

/** `--at` or `--delay`; neither: now. */
export function parseStart({ at, delay }: WhenOptions): { at?: number; delayMs?: number } {
  if (at !== undefined && delay !== undefined) throw new UseError('--at and --delay exclude each other: give one.')
  return {
    ...(at === undefined ? {} : { at: parseTime('--at', at, new Date()) }),
    ...(delay === undefined ? {} : { delayMs: parseSpan('--delay', delay) }),
  }
}

function parseClock(given: string, now: Date): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(given) ?? []
  if (hours === undefined || minutes === undefined || Number(hours) > 23 || Number(minutes) > 59) return null
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), Number(hours), Number(minutes))
  if (today > now) return today.getTime()
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, Number(hours), Number(minutes)).getTime()
}

function parseDate(given: string): number | null {
  const form = /^(\d{4})-(\d{2})-(\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/
  const [, year, month, day, clock] = form.exec(given) ?? []
  // `Date.parse` takes 31 February for 3 March, and a date alone for one in UTC.
  if (Number(day) > new Date(Number(year), Number(month), 0).getDate()) return null
  const at = Date.parse(clock === undefined ? `${given}T00:00` : given)
  return Number.isNaN(at) ? null : at
}

export function parseWhole(option: string, given: string, min: number, max: number): number {
  const value = Number(given)
  if (/^-?\d+$/.test(given) && value >= min && value <= max) return value
  throw new UseError(`${option}: "${given}" is not a whole number from ${min} to ${max}.`)
}

export const parseRunId = (given: string): number => parseId(given, 'a run', 'signalbox ls')

/** `where`: what shows the ids of such things. */
export function parseId(given: string, ofWhat: string, where: string): number {
  if (/^[1-9]\d*$/.test(given) && Number.isSafeInteger(Number(given))) return Number(given)
  throw new UseError(`"${given}" is not the id of ${ofWhat}. See the ids with: ${where}`)
}

export function parseNumber(option: string, given: string): number {
  const value = Number(given)
  if (given.trim() !== '' && Number.isFinite(value)) return value
  throw new UseError(`${option}: "${given}" is not a number.`)
}

/** The absolute path of a script that is there. */
export function parseScriptPath(given: string): string {
  const path = resolve(given)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isFile()) return path
  if (stats?.isDirectory()) throw new UseError(`${path} is a folder. Give the script in it.`)
  throw problem('FILE_NOT_FOUND', { path })
}

/** What a person calls a file: its name without folder and ending. */
export const nameOfFile = (path: string) => basename(path, extname(path))

export const parseExecutor = (given: string): Executor => parseOneOf('--executor', given, executors)

/** Of a job, whose runs can tell what fits them. */
export const parseExecutorOfJob = (given: string): ExecutorChoice => parseOneOf('--executor', given, executorChoices)

export function parseOneOf<T extends string>(option: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given)
  if (found !== undefined) return found
  throw new UseError(`${option}: "${given}" is not one of ${allowed.join(', ')}.`)
}
