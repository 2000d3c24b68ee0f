import { ORPCError } from '@orpc/client'

/** What went wrong with a call, in words for the person who made it. */
export type CallProblem = { code: string; message: string; hint: string | null }

/** Any error of a call as message and hint. The catalogue's errors carry their hint in `data.hint`. */
export function callProblem(error: unknown): CallProblem {
  if (error instanceof ORPCError) {
    const { code, message, data } = error as ORPCError<string, unknown>
    return { code, message: issuesOf(data) ?? message, hint: hintOf(data) }
  }
  if (error instanceof Error)
    return { code: 'UNREACHABLE', message: error.message, hint: 'The connection may have been lost; try again.' }
  return { code: 'UNREACHABLE', message: String(error), hint: null }
}

/** One line for a toast or for the space under a field. */
export const problemText = (problem: CallProblem): string =>
  problem.hint ? `${problem.message} ${problem.hint}` : problem.message

function hintOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('hint' in data)) return null
  return typeof data.hint === 'string' && data.hint !== '' ? data.hint : null
}

/** The contract's own checks come as `data.issues`; their first message says more than "Input validation failed". */
function issuesOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues)) return null
  const issue: unknown = data.issues[0]
  if (typeof issue !== 'object' || issue === null || !('message' in issue)) return null
  const path = 'path' in issue && Array.isArray(issue.path) ? issue.path.map(pathKey).join('.') : ''
  return path === '' ? String(issue.message) : `${path}: ${String(issue.message)}`
}

const pathKey = (part: unknown): string =>
  String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)
