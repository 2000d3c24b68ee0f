import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { problem } from '../../src-preload/problem.ts'
import type { Problem } from '../../src-preload/problem.ts'
import { keyOfCode } from './interpreter-protocol.ts'
import type { Code } from './interpreter-protocol.ts'
import { fs } from './lean-builtins.ts'
import { fileState, registerModuleHooks } from './module-hooks.ts'
import type { LoadedFile } from './module-hooks.ts'
import { hasUserFrame, look } from './run-error.ts'
import type { RunContext } from './sdk/run-context.ts'

export type Main = (input: unknown, context: RunContext) => unknown

/** `unstartable`: nothing of the script ran. `threw`: its top level did. */
export type Loading =
  { how: 'loaded'; main: Main } | { how: 'unstartable'; error: unknown } | { how: 'threw'; error: unknown }

export type ScriptLoader = { load(code: Code): Promise<Loading> }

type LoaderOptions = {
  cacheFolder: string
  scriptsFolder: string
  /**
   * True in a pool: a module stays warm between runs until it, or a file beside it that it imported, has changed; then it
   * is imported anew under another version. Old versions stay in memory for as long as the thread lives: Node forgets no module.
   */
  isWarm: boolean
}

const HOW_TO_EXPORT = 'Write: export default async function (input, ctx) { … }'

/** Imports scripts: the default export of a file, or of text that stands for a file of the scripts folder. */
export function scriptLoader({ cacheFolder, scriptsFolder, isWarm }: LoaderOptions): ScriptLoader {
  const hooks = registerModuleHooks(cacheFolder)
  const warm = new Map<string, { loading: Promise<Loading>; files: () => LoadedFile[] }>()
  /** A `Code` object comes with one message: its runs share one look at the disk, not one each. */
  const known = new WeakMap<Code, Promise<Loading>>()
  let versions = 0

  return {
    load(code) {
      let loading = known.get(code)
      if (loading === undefined) known.set(code, (loading = isWarm ? loadWarm(code) : importMain(code, '')))
      return loading
    },
  }

  function loadWarm(code: Code): Promise<Loading> {
    const key = keyOfCode(code)
    const last = warm.get(key)
    const isUnchanged = last?.files().every(({ path, state }) => state === null || fileState(path) === state)
    if (last !== undefined && isUnchanged === true) return last.loading
    const version = `?signalbox=${++versions}`
    const loading = importMain(code, version)
    warm.set(key, { loading, files: () => hooks.loadedFiles(version) })
    // What failed is tried anew: a missing file may come, and loadedFiles() does not know of it.
    void loading.then(({ how }) => how !== 'loaded' && warm.get(key)?.loading === loading && warm.delete(key))
    return loading
  }

  async function importMain(code: Code, version: string): Promise<Loading> {
    const { project = null } = code
    const path = code.from === 'file' ? code.path : join(project ?? scriptsFolder, code.name)
    hooks.useProject(version, project)
    if (code.from === 'file') {
      const refusal = refuseFile(path)
      if (refusal !== null) return { how: 'unstartable', error: refusal }
    }
    const url = pathToFileURL(path).href + version
    if (code.from === 'text') hooks.serveText(url, code.text)
    let module: { default?: unknown }
    try {
      module = (await import(url)) as { default?: unknown }
    } catch (error) {
      return describeFailure(error, code, version)
    }
    // A CommonJS file's `exports.default` arrives one level deeper.
    const main = hasDefault(module.default) ? module.default.default : module.default
    if (typeof main === 'function') return { how: 'loaded', main: main as Main }
    const missing = `${basename(path)} has no default export that is a function.`
    return { how: 'unstartable', error: Object.assign(new TypeError(missing), { hint: HOW_TO_EXPORT, stack: '' }) }
  }

  /** A module that does not parse, or that imports what is not there, has not run; whatever else was thrown came from its top level. */
  async function describeFailure(error: unknown, code: Code, version: string): Promise<Loading> {
    // JSON.parse at a module's top level throws a SyntaxError too, but from a place in somebody's file.
    if (look(() => error instanceof SyntaxError && !hasUserFrame(error), false)) {
      const { checkScript } = await import('./check-script.ts')
      for (const { path, state } of hooks.loadedFiles(version).toReversed()) {
        const text = code.from === 'text' && state === null ? code.text : fs.readFileSync(path, 'utf8')
        const [found] = checkScript(path, text)
        if (found === undefined) continue
        const place = `${path}:${found.line}:${found.column}`
        return { how: 'unstartable', error: problem('SCRIPT_SYNTAX', { place, message: found.message }) }
      }
      return { how: 'unstartable', error }
    }
    const isMissing = look(
      () => error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND',
      false,
    )
    return { how: isMissing ? 'unstartable' : 'threw', error }
  }
}

/** Why a file cannot be read; null when it can. */
function refuseFile(path: string): Problem | null {
  try {
    if (fs.statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return problem('FILE_NOT_FOUND', { path })
    fs.accessSync(path, fs.constants.R_OK)
    return null
  } catch (error) {
    return problem('FILE_UNREADABLE', { path, why: (error as Error).message })
  }
}

const hasDefault = (value: unknown): value is { default: unknown } =>
  typeof value === 'object' && value !== null && 'default' in value
