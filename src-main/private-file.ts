import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { problem } from '../src-preload/problem.ts'

/**
 * Writes a file of the data folder for its owner alone (0600). It is made anew, never written through: a file or link
 * that was left there is removed first. Throws HOME_UNUSABLE when something else is in the way.
 */
export function writePrivateFile(path: string, text: string): void {
  try {
    rmSync(path, { force: true })
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw problem('HOME_UNUSABLE', { home: dirname(path), why: `${path} cannot be made anew (${reasonOf(error)})` })
  }
}

/** The same for one that must not be lost: until the new one is whole, the old one is there. */
export function replacePrivateFile(path: string, text: string): void {
  writePrivateFile(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

const reasonOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error)
