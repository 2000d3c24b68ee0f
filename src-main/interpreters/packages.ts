import type { ResolveFnOutput, ResolveHookContext } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { fs } from './lean-builtins.ts'

const PACKAGES = /[/\\]node_modules[/\\]/

type Resolve = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput

/** Whether an import names a package, and not a file, an address or something of the importing package itself. */
export const isBare = (specifier: string): boolean => /^(@[\w.~-]+\/)?[\w~-][\w.~-]*(\/|$)/.test(specifier)

/**
 * A package is looked for as Node does, beside the importing file and in the folders above it, and then in the project of the
 * job. What is not there is said with the name of the package, the folder and what to do; its `code` stays that of Node, by
 * which scripts recognise what they can do without.
 */
export function resolvePackage(
  specifier: string,
  context: ResolveHookContext,
  nextResolve: Resolve,
  project: string | null,
): ResolveFnOutput {
  try {
    return nextResolve(specifier, context)
  } catch (error) {
    if (!isMissing(error)) throw error
    const importer = context.parentURL?.startsWith('file:')
      ? fileURLToPath(context.parentURL.replace(/[?#].*$/, ''))
      : null
    const [outside = ''] = importer?.split(PACKAGES) ?? []
    if (project !== null && outside === (importer ?? '')) {
      const found = tryFrom(project, specifier, context, nextResolve)
      if (found !== null) return found
    }
    const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
    const folders = [importer === null ? null : dirname(importer), project].filter((folder) => folder !== null)
    const [first] = folders
    // It is there but not whole, or not built: Node says it better.
    if (first === undefined || folders.some((folder) => findAbove(folder, `node_modules/${name}`) !== null)) throw error
    throw missingPackage(name, first, project, importer, error)
  }
}

function tryFrom(
  project: string,
  specifier: string,
  context: ResolveHookContext,
  nextResolve: Resolve,
): ResolveFnOutput | null {
  try {
    return nextResolve(specifier, { ...context, parentURL: pathToFileURL(join(project, 'package.json')).href })
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function missingPackage(
  name: string,
  folder: string,
  project: string | null,
  importer: string | null,
  cause: { code: string },
): Error {
  const places = project === null || project === folder ? folder : `${folder} and ${project}`
  // Of a package that lacks another one, the project is around it.
  const [outside = folder] = folder.split(PACKAGES)
  const home = project ?? findAbove(outside, 'package.json') ?? outside
  const message = `The package "${name}" is not installed: it is in no node_modules of ${places}, nor of the folders above.`
  const hint =
    outside !== folder
      ? `${importer} needs it. Install what the project needs: cd ${home} && npm install`
      : `Install it: cd ${home} && npm install ${name}. Or name the folder that has it: --project FOLDER.`
  return Object.assign(new Error(message), { name: 'MissingPackageError', code: cause.code, hint })
}

/** The nearest folder, from `folder` upwards, that holds `entry`; null when none does. */
function findAbove(folder: string, entry: string): string | null {
  for (let here = folder; ; here = dirname(here)) {
    if (fs.existsSync(join(here, entry))) return here
    if (dirname(here) === here) return null
  }
}

const isMissing = (error: unknown): error is Error & { code: string } =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
