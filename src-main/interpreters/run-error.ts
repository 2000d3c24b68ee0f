import { dirname, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect } from './lean-builtins.ts'
import type { RunError } from '../../src-preload/contract.ts'
import { Problem } from '../../src-preload/problem.ts'
import { entryPath } from '../entry.ts'

const MAX_TEXT = 64 * 1024
const MAX_NAME = 200
const MAX_CAUSES = 4
/** Stacks of one error, its causes' and parts' included: errors that name each other would go on for ever. */
const MAX_STACKS = 50

const ownFolder = dirname(entryPath('interpreter-process')) + sep
const ownFolderUrl = pathToFileURL(ownFolder).href

/** What was thrown, in the form that is stored and shown. Anything can be thrown, so anything is accepted. */
export function toRunError(thrown: unknown): RunError {
  const name = 'Error'
  const message = 'something was thrown that throws itself when it is looked at'
  return look(() => describe(thrown), { name, message, stack: null, hint: null })
}

/** What `find` finds out about a value of user code; `otherwise` when that runs into a proxy or a getter that throws. */
export function look<Found>(find: () => Found, otherwise: Found): Found {
  try {
    return find()
  } catch {
    return otherwise
  }
}

function describe(thrown: unknown): RunError {
  if (thrown instanceof Problem) return { name: 'StartError', message: thrown.message, stack: null, hint: thrown.hint }
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: bounded(`thrown: ${inspect(thrown)}`), stack: null, hint: null }
  }
  const hint = 'hint' in thrown && typeof thrown.hint === 'string' ? bounded(thrown.hint) : null
  const stack = bounded(stacks(thrown).join('\n'))
  return {
    name: bounded(String(thrown.name), MAX_NAME),
    message: bounded(String(thrown.message)),
    stack: stack === '' ? null : stack,
    hint,
  }
}

/** Whether the error comes from a line of the user's code, or of a package it uses. */
export const hasUserFrame = (error: Error): boolean =>
  (error.stack ?? '').split('\n').some((line) => /^\s+at .*(file:|[/\\])/.test(line) && !isForeignFrame(line))

/**
 * The stack with the user's frames only: node's and our own are cut, file URLs become paths, and the mark by which
 * a warm thread tells versions of a file apart is removed. Causes and the parts of an AggregateError follow, each after
 * words that say what it is.
 */
function stacks(error: Error, words = '', depth = 0, found: string[] = []): string[] {
  if (found.length >= MAX_STACKS) return found
  found.push(words + cleanStack(error))
  if (depth >= MAX_CAUSES) return found
  if (error.cause instanceof Error) stacks(error.cause, 'caused by: ', depth + 1, found)
  if (!(error instanceof AggregateError)) return found
  for (const one of error.errors) {
    if (found.length >= MAX_STACKS) break
    if (one instanceof Error) stacks(one, 'one of them: ', depth + 1, found)
  }
  return found
}

function cleanStack(error: Error): string {
  const stack = typeof error.stack === 'string' ? error.stack : `${error.name}: ${error.message}`
  return bounded(stack)
    .split('\n')
    .filter((line) => !isForeignFrame(line))
    .map((line) => line.replace(/file:\/\/\/[^\s)]+?(?=:\d+(:\d+)?\)?$)/, toPath))
    .join('\n')
}

const isForeignFrame = (line: string) =>
  /^\s+at /.test(line) && (/[( ]node:/.test(line) || line.includes(ownFolderUrl) || line.includes(ownFolder))

const toPath = (url: string) => fileURLToPath(url.replace(/\?signalbox=\d+$/, ''))

const bounded = (text: string, units = MAX_TEXT) => (text.length <= units ? text : `${text.slice(0, units)} …`)
