import { registerHooks } from 'node:module'
import type { LoadHookContext, ResolveFnOutput, ResolveHookContext } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { entryPath } from '../entry.ts'
import { isBare, resolvePackage } from './packages.ts'
import { fs } from './lean-builtins.ts'
import { isStripError, stripTypesCached } from './strip-types.ts'
import { noteCacheFolder } from './thread-facts.ts'

type Resolve = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput

/** What a version of a script was loaded from. `state` is null for text, which does not change under its version. */
export type LoadedFile = { path: string; state: string | null }

export type ModuleHooks = {
  /** Serves `text` under this URL instead of a file, so that relative imports and stack traces work as for the file. */
  serveText(url: string, text: string): void
  /** Modules of one version find packages in this folder as well; null: only beside themselves and above. */
  useProject(version: string, folder: string | null): void
  /** Files that the modules of one version (the URL's `?signalbox=N`, or '' without) came from, in the order of loading. */
  loadedFiles(version: string): LoadedFile[]
}

/**
 * Teaches this thread's module loader three things: TypeScript (types stripped, positions kept, cached on disk), the
 * bare specifiers `signalbox` and `signalbox/sync`, and neighbours imported as TypeScript projects write them (without
 * ending, or `.js` for a `.ts` file), the last only where Node alone would fail.
 */
export function registerModuleHooks(cacheFolder: string): ModuleHooks {
  const sdkUrls = new Map([
    ['signalbox', pathToFileURL(entryPath('sdk')).href],
    ['signalbox/sync', pathToFileURL(entryPath('sdk-sync')).href],
  ])
  const texts = new Map<string, string>()
  const loaded = new Map<string, LoadedFile[]>()
  const projects = new Map<string, string>()

  noteCacheFolder(cacheFolder)
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const sdkUrl = sdkUrls.get(specifier)
      if (sdkUrl !== undefined) return { url: sdkUrl, shortCircuit: true }
      if (texts.has(specifier)) return { url: specifier, shortCircuit: true }
      const version = versionOf(context.parentURL ?? '')
      const project = projects.get(version) ?? null
      const resolved = isBare(specifier)
        ? resolvePackage(specifier, context, nextResolve, project)
        : resolveLikeTypeScript(specifier, context, nextResolve)
      const url = resolved.url
      const isOwnFile =
        version !== '' && url.startsWith('file:') && !url.includes('/node_modules/') && !url.includes('?')
      // A file beside a script belongs to the script's version: when it changes, both are imported anew.
      return { ...resolved, url: isOwnFile ? url + version : url, shortCircuit: true }
    },
    load(url, context, nextLoad) {
      const text = texts.get(url)
      if (text === undefined && !url.startsWith('file:')) return nextLoad(url, context)
      const path = fileURLToPath(withoutVersion(url))
      if (!path.includes('/node_modules/')) {
        const files = loaded.get(versionOf(url))
        const file = { path, state: text === undefined ? fileState(path) : null }
        if (files === undefined) loaded.set(versionOf(url), [file])
        else files.push(file)
      }
      if (!/\.[mc]?ts$/.test(path)) {
        if (text !== undefined) return { format: 'module', source: text, shortCircuit: true }
        return nextLoad(url, context)
      }
      const source = text ?? fs.readFileSync(path, 'utf8')
      return { format: formatOf(path, context), source: strip(path, source), shortCircuit: true }
    },
  })

  function strip(path: string, source: string): string {
    try {
      return stripTypesCached(source, cacheFolder)
    } catch (error) {
      if (!isStripError(error)) throw error
      throw new SyntaxError(`${error.message} (${path}:${error.startLine}:${error.startColumn + 1})`, { cause: error })
    }
  }

  return {
    serveText: (url, text) => void texts.set(url, text),
    useProject: (version, folder) => void (folder !== null && projects.set(version, folder)),
    loadedFiles: (version) => loaded.get(version) ?? [],
  }
}

/** Tells two contents of a file apart; null when it is gone. */
export function fileState(path: string): string | null {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? null : `${stat.mtimeMs}-${stat.size}`
}

const versionOf = (url: string): string => /\?signalbox=\d+$/.exec(url)?.[0] ?? ''
const withoutVersion = (url: string): string => url.replace(/\?signalbox=\d+$/, '')

const formatOf = (path: string, context: LoadHookContext): string =>
  path.endsWith('.cts') || context.format === 'commonjs-typescript' ? 'commonjs' : 'module'

function resolveLikeTypeScript(specifier: string, context: ResolveHookContext, nextResolve: Resolve): ResolveFnOutput {
  try {
    return nextResolve(specifier, context)
  } catch (error) {
    const isPath = /^(\.{0,2}\/|file:)/.test(specifier)
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (!isPath || (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_UNSUPPORTED_DIR_IMPORT')) throw error
    const asked = new URL(specifier, withoutVersion(context.parentURL ?? 'file:///')).href
    const neighbours = [
      asked.replace(/\.([mc]?)js$/, '.$1ts'),
      `${asked}.ts`,
      `${asked}.js`,
      `${asked}/index.ts`,
      `${asked}/index.js`,
    ]
    const found = neighbours.find((url) => url !== asked && fs.existsSync(fileURLToPath(url)))
    if (found === undefined) throw error
    return { url: found }
  }
}
