import { isProblemCode } from '../../src-preload/problem.ts'
import type { ProblemCode } from '../../src-preload/problem.ts'

/** What was typed cannot be meant. `message` says what and what to do, in one line. */
export class UseError extends Error {
  override readonly name = 'UseError'
}

export const exitCodes = { succeeded: 0, failed: 1, wrongUse: 2, noHost: 3, timedOut: 124, cancelled: 130 } as const

/** Refusals of the engine that tell a person to type something else. */
const wrongUseCodes: ProblemCode[] = [
  'BAD_INPUT',
  'BAD_SCHEDULE',
  'FILE_NOT_FOUND',
  'FILE_UNREADABLE',
  'FOLDER_NOT_FOUND',
  'TOO_LARGE',
]

/** The one line for stderr, and the exit code, of whatever ended a verb. */
export function describeFailure(error: unknown): { line: string; exitCode: number } {
  if (error instanceof UseError) return { line: error.message, exitCode: exitCodes.wrongUse }
  const known = asRefusal(error)
  if (known === null) {
    const message = error instanceof Error ? error.message : String(error)
    return { line: oneLine(`Something went wrong: ${message}`), exitCode: exitCodes.failed }
  }
  const exitCode =
    known.code === 'NO_HOST'
      ? exitCodes.noHost
      : wrongUseCodes.includes(known.code)
        ? exitCodes.wrongUse
        : exitCodes.failed
  return { line: oneLine(`${known.message} ${known.hint}`), exitCode }
}

/** The code of a refusal from the catalogue; null for every other error. */
export const refusalCode = (error: unknown): ProblemCode | null => asRefusal(error)?.code ?? null

type Refusal = { code: ProblemCode; message: string; hint: string }

/** A `Problem` of this process has its hint beside the message; one that came over the wire has it in `data`. */
function asRefusal(error: unknown): Refusal | null {
  if (!(error instanceof Error)) return null
  const { code, hint, data } = error as Error & { code?: unknown; hint?: unknown; data?: { hint?: unknown } }
  if (!isProblemCode(code)) return null
  const advice = hint ?? data?.hint
  return { code, message: error.message, hint: typeof advice === 'string' ? advice : '' }
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim()
