/** Makes of what a person or a script hands over something that runs among the globals of this thread. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { constants, Script } from 'node:vm'
import type { Callable } from './calls.ts'

/** Code as it stands behind `folder`: relative imports are relative to it, and stacks name `name`. */
export type Origin = { folder: string; name: string }

/** What was handed over cannot run here: nothing of it did. */
export class NotShareable extends Error {}

/**
 * Runs code as a script whose top level is that of the interpreter: what it declares stays. Types are taken out where it does not
 * parse with them; `await` and `import` are allowed at the top level. Gives the value of its last expression, awaited.
 */
export async function runCode(code: string, origin: Origin): Promise<unknown> {
  const script = await parsedCode(code, origin)
  return script.runInThisContext() as Promise<unknown>
}

/** A function among the globals of this thread. Throws a `NotShareable` for one that uses what is not there. */
export async function functionOf(callable: Callable, origin: Origin): Promise<(...args: unknown[]) => unknown> {
  if (callable.by === 'export') return exportOf(callable.module, callable.name)
  const source = expressionOf(callable.text)
  if (source === null) throw new NotShareable('it is no function of JavaScript whose text could be handed over')
  const { freeNames } = await import('./free-names.ts')
  const missing = freeNames(source).filter((name) => !isHere(name))
  if (missing.length > 0) {
    const [it, are] = missing.length === 1 ? ['it', 'is'] : ['them', 'are']
    throw new NotShareable(
      `the function uses ${missing.join(', ')}, which ${are} not there: it is handed over as text, without what is around it. ` +
        `Hand ${it} over as arguments, or use prepareMain`,
    )
  }
  const found: unknown = scriptOf(source, origin).runInThisContext()
  if (typeof found !== 'function') throw new NotShareable('it is no function')
  return found as (...args: unknown[]) => unknown
}

async function exportOf(module: string, name: string): Promise<(...args: unknown[]) => unknown> {
  const isPath = /^([/\\]|[A-Za-z]:[/\\])/.test(module)
  const exports = (await import(isPath ? pathToFileURL(module).href : module)) as Record<string, unknown>
  const found = exports[name]
  if (typeof found !== 'function') throw new NotShareable(`${module} has no export "${name}" that is a function`)
  return found as (...args: unknown[]) => unknown
}

async function parsedCode(code: string, origin: Origin): Promise<Script> {
  const first = attempt(() => scriptOf(code, origin))
  if ('value' in first) return first.value
  if (!(first.error instanceof SyntaxError)) throw first.error
  const plain = await withoutTypes(code)
  const second = plain === code ? first : attempt(() => scriptOf(plain, origin))
  if ('value' in second) return second.value
  const { withTopLevelAwait } = await import('./top-level-await.ts')
  const rewritten = attempt(() => withTopLevelAwait(plain))
  // What the engine says of the code as it was written is nearer to it than what another parser says.
  if (!('value' in rewritten)) throw second.error
  return scriptOf(rewritten.value, origin)
}

async function withoutTypes(code: string): Promise<string> {
  const { isStripError, stripTypes } = await import('../strip-types.ts')
  const stripped = attempt(() => stripTypes(code))
  if ('value' in stripped) return stripped.value
  if (isStripError(stripped.error)) return code
  throw stripped.error
}

/** The text of a function as an expression; null when there is none: native, bound, or no function at all. */
function expressionOf(text: string): string | null {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) return null
  // A method's text has no `function` in front: it is one of an object.
  const asMethod = `Object.values({ ${text} })[0]`
  return [`(${text})`, asMethod].find((source) => 'value' in attempt(() => new Script(source))) ?? null
}

const isHere = (name: string): boolean => {
  if (name in globalThis) return true
  const found = attempt(() => new Script(`typeof ${name}`).runInThisContext() as string)
  // What was declared and never got a value throws when it is looked at; it is there.
  return 'value' in found ? found.value !== 'undefined' : true
}

const scriptOf = (source: string, { folder, name }: Origin): Script =>
  new Script(source, {
    filename: join(folder, `<${name}>`),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })

function attempt<Value>(make: () => Value): { value: Value } | { error: unknown } {
  try {
    return { value: make() }
  } catch (error) {
    return { error }
  }
}
