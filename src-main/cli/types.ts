import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { version } from '../version.ts'
import { UseError } from './failure.ts'
import { printJson, printLine } from './output.ts'
import { circumstancesOf } from './verb.ts'

/** `replaced`: the version that was there; null when there was none. */
export type InstalledTypes = { version: string; folder: string; files: string[]; replaced: string | null }

/** The description first: with it, what is cut off in the middle is known for ours the next time. */
const files = ['package.json', 'index.d.ts', 'sync.d.ts']

/** `types`: lets the compiler and the editor of a project know what scripts can import. Needs no host. */
export function addTypes(program: Command): void {
  program
    .command('types')
    .description("write the types of 'signalbox' and 'signalbox/sync' into a project")
    .argument('[dir]', "the project's folder (default: the current one)")
    .action((dir: string | undefined, _options: object, command: Command) => {
      const { json } = circumstancesOf(command)
      const installed = installTypes(builtTypes(), resolve(dir ?? '.'))
      if (json) printJson(installed)
      else printLine(wordsOf(installed))
    })
}

/** The build makes them: see build/sdk-types. */
function builtTypes(): string {
  if (import.meta.url.endsWith('/src-main/cli/types.ts'))
    throw new UseError(
      'The types are made when Signalbox is built, and this one runs from its sources. Run: npm run build',
    )
  return fileURLToPath(new URL('./types/', import.meta.url))
}

/**
 * Copies the types from `source` to where every compiler looks for them. Throws a `UseError` when `project` does not
 * allow it.
 */
export function installTypes(source: string, project: string): InstalledTypes {
  if (statSync(project, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UseError(`There is no folder ${project}. Say where your project is: signalbox types DIR`)
  try {
    const folder = ['node_modules', '@types', 'signalbox'].reduce(enter, project)
    const replaced = versionThere(folder)
    for (const name of files) replaceFile(join(folder, name), readFileSync(join(source, name), 'utf8'))
    return { version, folder, files, replaced }
  } catch (error) {
    if (error instanceof UseError) throw error
    throw asUseError(error, project)
  }
}

/** The folder of this name, made if it is missing. Not `mkdir` with `recursive`, for the reason that home.ts gives. */
function enter(folder: string, name: string): string {
  const path = join(folder, name)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) mkdirSync(path)
  return path
}

/** Null for an empty folder. Refuses what `types` has not written. */
function versionThere(folder: string): string | null {
  if (readdirSync(folder).length === 0) return null
  const there = readPackage(join(folder, 'package.json'))
  if (there?.writtenBy === 'signalbox types') return there.version ?? 'unknown'
  throw new UseError(`${folder} holds something else than our types. Remove it if you do not need it, and try again.`)
}

function readPackage(path: string): { version?: string; writtenBy?: string } | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { version?: string; writtenBy?: string } | null
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** An editor that reads meanwhile finds the old text or the new one. */
function replaceFile(path: string, text: string): void {
  const written = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(written, text)
    renameSync(written, path)
  } catch (error) {
    rmSync(written, { force: true })
    throw error
  }
}

function asUseError(error: unknown, project: string): UseError {
  const { code, path = project, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return new UseError(`${path} is in the way: it is not what has to be there. Move it, and try again.`)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UseError(`${path} cannot be written: you have no permission. Change that, or choose another folder.`)
    default:
      return new UseError(`${path} cannot be written (${message}). Choose another folder.`)
  }
}

function wordsOf({ folder, replaced }: InstalledTypes): string {
  const before = replaced === null || replaced === version ? '' : `, in place of those of ${replaced}`
  return `The types of Signalbox ${version} are in ${folder}${before}.`
}
