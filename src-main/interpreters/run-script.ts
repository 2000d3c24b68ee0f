import { isTooDeep, maxJsonLevels } from '../../src-preload/json-depth.ts'
import { resourceDefaults } from '../../src-preload/limits.ts'
import { limitError } from '../core/resource-limit.ts'
import type { LimitPassed } from '../core/resource-limit.ts'
import type { Ending } from './interpreters.ts'
import type { Code } from './interpreter-protocol.ts'
import { parseJson, toJson } from './own-builtins.ts'
import { look, toRunError } from './run-error.ts'
import type { RunScope } from './run-scope.ts'
import type { ScriptLoader } from './script-loader.ts'
import { CancelledError } from './sdk/cancelled-error.ts'
import { placeOf } from './sdk/place.ts'
import { wishOf } from './sdk/retry-errors.ts'

/** Loads the script, calls it, and says how it ended; `onLoaded` comes between. Never throws: whatever user code throws is an ending. */
export async function runScript(
  scope: RunScope,
  code: Code,
  loader: ScriptLoader,
  onLoaded: () => void,
): Promise<Ending> {
  const loading = await loader.load(code)
  if (loading.how === 'unstartable') return { how: 'unstartable', error: toRunError(loading.error) }
  if (loading.how === 'threw') return threw(loading.error, scope)
  // Called bare: as a method it would show itself in the script's stack and receive a `this`.
  const { main } = loading
  onLoaded()
  let ending: Ending
  try {
    const value = await main(parseJson(scope.start.input), scope.context)
    ending = returned(value, scope)
  } catch (error) {
    ending = threw(error, scope)
  }
  if (scope.runtime !== null) await scope.runtime.end()
  return ending
}

/** The ending of a run whose code threw, here or where nobody awaited it. */
export function threw(error: unknown, scope: RunScope): Ending {
  const { start } = scope
  const openFiles = start.limits?.openFiles ?? null
  if (openFiles !== null && look(() => (error as { code?: unknown }).code === 'EMFILE', false)) {
    return overLimit(scope, { resource: 'open_files', used: null, allowed: openFiles }, toRunError(error).stack)
  }
  const cancelled = look(() => isCancellation(error, scope), false)
  const wish = look(() => wishOf(error), null)
  return { how: 'threw', error: toRunError(error), cancelled, ...(wish === null ? {} : { wish }) }
}

/** The same, for what came from where nobody awaits or catches: it is said in the log as well. */
export function threwUnawaited(error: unknown, scope: RunScope, isRejection: boolean): Ending {
  const ending = threw(error, scope)
  if (ending.how !== 'threw') return ending
  const { name, message, stack } = ending.error
  scope.lines('error', stack ?? message)
  if (isRejection) {
    const place = placeOfError(error)
    const words = `Nobody has awaited a promise that was rejected: ${name}: ${message}`.slice(0, 2_000)
    scope.send({ type: 'finding', kind: 'unhandled_rejection', message: words, place })
  }
  return ending
}

export const placeOfError = (error: unknown): string | null =>
  look(() => (error instanceof Error ? placeOf(error) : null), null)

/** Node's own waits reject with an AbortError of theirs, whose cause is the signal's reason. */
const isCancellation = (error: unknown, scope: RunScope): boolean =>
  error instanceof CancelledError || (error instanceof Error && error.name === 'AbortError' && scope.isAborted)

function overLimit(scope: RunScope, passed: LimitPassed, stack: string | null): Ending {
  scope.tellLimit(passed)
  return { how: 'threw', error: { ...limitError(passed), stack }, cancelled: false }
}

function returned(value: unknown, scope: RunScope): Ending {
  const result = resultJson(value)
  const allowed = scope.start.limits?.resultBytes ?? resourceDefaults.resultBytes
  // A UTF-16 unit is at most 3 bytes: small results need no counting.
  const used = result.length * 3 <= allowed ? 0 : Buffer.byteLength(result)
  return used <= allowed ? { how: 'returned', result } : overLimit(scope, { resource: 'result', used, allowed }, null)
}

function resultJson(value: unknown): string {
  if (value === undefined) return 'null'
  let json: string | undefined
  try {
    json = toJson(value)
  } catch (cause) {
    const why = toRunError(cause).message.split('\n', 1)[0]
    throw new TypeError(`The result cannot be written as JSON: ${why}.`, { cause })
  }
  if (json === undefined) throw new TypeError(`The result cannot be written as JSON: it is a ${typeof value}.`)
  if (isTooDeep(json)) throw new TypeError(`The result is nested deeper than ${maxJsonLevels} levels.`)
  return json
}
