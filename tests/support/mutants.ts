import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One exact piece of a source file, and what stands in its place. */
export type Patch = {
  /** From the root of the project, for example `src-main/store/open.ts`. */
  file: string
  /** Must be in the file exactly once: a patch that fits no longer would prove nothing. */
  find: string
  replace: string
}

/** A program with one mistake in it. A fault test that does not notice it is blind. */
export type Mutant = {
  name: string
  /** What the mistake breaks, in words. */
  mistake: string
  patches: Patch[]
}

export type SourceTree = {
  /** Holds bin/, src-main/, src-preload/, examples/ and node_modules; what is started from here runs from source. */
  root: string
  remove(): void
}

const projectRoot = join(import.meta.dirname, '../..')
const copied = ['bin', 'src-main', 'src-preload', 'examples', 'package.json']

/**
 * Copies the program's source to a folder of its own and makes `patches` there. Throws when one does not fit exactly once, and
 * then leaves nothing behind. Whoever calls it removes it.
 */
export function copyTree(patches: Patch[]): SourceTree {
  const root = mkdtempSync(join(tmpdir(), 'signalbox-tree-'))
  const remove = () => rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  try {
    for (const name of copied) cpSync(join(projectRoot, name), join(root, name), { recursive: true })
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'), 'dir')
    for (const patch of patches) applyPatch(root, patch)
    return { root, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** The project itself, for the run that must find nothing. */
export const ownTree: SourceTree = { root: projectRoot, remove: () => undefined }

function applyPatch(root: string, { file, find, replace }: Patch): void {
  const path = join(root, file)
  const parts = readFileSync(path, 'utf8').split(find)
  if (parts.length !== 2) {
    throw new Error(`the patch of ${file} fits ${parts.length - 1} times instead of once; it looks for: ${find}`)
  }
  writeFileSync(path, parts.join(replace))
}
