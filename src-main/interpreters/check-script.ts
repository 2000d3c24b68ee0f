import { parse } from 'acorn'
import type { Diagnostic } from '../../src-preload/contract.ts'
import { isStripError, stripTypes } from './strip-types.ts'

/**
 * The syntax errors of a module, without running any of it: none, or the first one. `name` decides by its ending whether
 * types are allowed. Positions are those of `text`, for stripping types keeps them.
 */
export function checkScript(name: string, text: string): Diagnostic[] {
  try {
    const source = /\.[mc]?ts$/.test(name) ? stripTypes(text) : text
    parse(source, {
      ecmaVersion: 'latest',
      sourceType: name.endsWith('.cts') || name.endsWith('.cjs') ? 'script' : 'module',
      allowHashBang: true,
      allowReturnOutsideFunction: name.endsWith('.cts') || name.endsWith('.cjs'),
    })
    return []
  } catch (error) {
    if (isStripError(error)) {
      return [{ line: error.startLine, column: error.startColumn + 1, message: firstLine(error.message) }]
    }
    if (isParseError(error)) {
      const message = error.message.replace(/ \(\d+:\d+\)$/, '')
      return [{ line: error.loc.line, column: error.loc.column + 1, message }]
    }
    throw error
  }
}

const isParseError = (error: unknown): error is SyntaxError & { loc: { line: number; column: number } } =>
  error instanceof SyntaxError && 'loc' in error

/** The parser lists every token it would have taken; the first line and a bounded part of it say enough. */
function firstLine(message: string): string {
  const line = message.split('\n', 1)[0] ?? message
  return line.length <= 120 ? line : `${line.slice(0, 120)} …`
}
