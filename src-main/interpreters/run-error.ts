import { dirname, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect } from './lean-builtins.ts'
import type { RunError } from '../../src-preload/contract.ts'
import { Problem } from '../../src-preload/problem.ts'
import { entryPath } from '../entry.ts'

const MAX_TEXT = 64 * 1024
const MAX_CAUSES = 4

const ownFolder = dirname(entryPath('interpreter-process')) + sep
const ownFolderUrl = pathToFileURL(ownFolder).href

/** What was thrown, in the form that is stored and shown. Anything can be thrown, so anything is accepted. */
export function toRunError(thrown: unknown): RunError {
  if (thrown instanceof Problem) return { name: 'StartError', message: thrown.message, stack: null, hint: thrown.hint }
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: bounded(`thrown: ${inspect(thrown)}`), stack: null, hint: null }
  }
  const hint = 'hint' in thrown && typeof thrown.hint === 'string' ? bounded(thrown.hint) : null
  const stack = bounded(fullStack(thrown))
  return {
    name: String(thrown.name),
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
 * a warm thread tells versions of a file apart is removed. Causes and the parts of an AggregateError follow, indented by words.
 */
function fullStack(error: Error, depth = 0): string {
  const parts = [cleanStack(error)]
  if (depth < MAX_CAUSES) {
    if (error.cause instanceof Error) parts.push(`caused by: ${fullStack(error.cause, depth + 1)}`)
    if (error instanceof AggregateError) {
      for (const one of error.errors) if (one instanceof Error) parts.push(`one of them: ${fullStack(one, depth + 1)}`)
    }
  }
  return parts.join('\n')
}

function cleanStack(error: Error): string {
  const stack = typeof error.stack === 'string' ? error.stack : `${error.name}: ${error.message}`
  return stack
    .split('\n')
    .filter((line) => !isForeignFrame(line))
    .map((line) => line.replace(/file:\/\/\/[^\s)]+?(?=:\d+(:\d+)?\)?$)/, toPath))
    .join('\n')
}

const isForeignFrame = (line: string) =>
  /^\s+at /.test(line) && (/[( ]node:/.test(line) || line.includes(ownFolderUrl) || line.includes(ownFolder))

const toPath = (url: string) => fileURLToPath(url.replace(/\?signalbox=\d+$/, ''))

const bounded = (text: string) => (text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)} …`)
