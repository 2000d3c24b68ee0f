import { spawn } from 'node:child_process'
import { mkdirSync, rmdirSync, statfsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { yieldToHost } from './yield-to-host.ts'

/** Without `--max-temp` a process may fill this share of what is free when it begins: the store and the others go on. */
const FREE_SHARE = 0.5

/** Where a folder could not be entered, its own rights are what is in the way. `find` follows no link, as `chmod -R` would. */
const REMOVAL =
  'rm -rf -- "$@" 2>/dev/null || { find "$@" -type d ! -perm -700 -exec chmod u+rwx {} \\;; exec rm -rf -- "$@"; }'

/**
 * Folders for temporary files, one for each process of a supervisor's life: `<root>/<life>/<channel>`. They are removed in the
 * background, by a program: what a script leaves can be a million files, or deeper than any path is long.
 */
export class TempFolders {
  readonly #root: string
  readonly #own: string
  #unwanted: string[] = []
  #removing: Promise<void> | null = null

  constructor(root: string, life: string) {
    this.#root = root
    this.#own = join(root, life)
  }

  /** Throws what the file system says. */
  make(channel: number): string {
    const path = join(this.#own, String(channel))
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return path
  }

  /** Nobody uses it any more. */
  remove(path: string): void {
    if (isRemovedEmpty(path)) return
    this.#unwanted.push(path)
    this.#removing ??= this.#removeUnwanted()
  }

  /** What was left by lives whose processes were seen dead. */
  removeLives(lives: string[]): void {
    for (const life of lives) this.remove(join(this.#root, life))
  }

  /** The last one of this life: resolves when nothing is left, or cannot be removed. */
  async close(): Promise<void> {
    this.remove(this.#own)
    await this.#removing
  }

  async #removeUnwanted(): Promise<void> {
    while (this.#unwanted.length > 0) {
      const paths = this.#unwanted
      this.#unwanted = []
      await removeAll(paths)
    }
    this.#removing = null
  }
}

/** Most processes leave nothing: then there is no program to start. */
function isRemovedEmpty(path: string): boolean {
  try {
    rmdirSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** What cannot be removed is said, and tried again by the next host. */
async function removeAll(paths: string[]): Promise<void> {
  if (process.platform === 'win32') {
    for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(sayLeft)
    return
  }
  await new Promise<void>((resolve) => {
    // Without our tag: it is none of those that are killed at the end.
    const env = { PATH: process.env['PATH'] }
    const remover = spawn('/bin/sh', ['-c', REMOVAL, 'sh', ...paths], { stdio: ['ignore', 'ignore', 'inherit'], env })
    if (remover.pid !== undefined) yieldToHost(remover.pid)
    remover.once('error', (error) => {
      sayLeft(error)
      resolve()
    })
    remover.once('exit', () => resolve())
  })
}

const sayLeft = (error: unknown) => process.stderr.write(`temporary files could not be removed: ${String(error)}\n`)

/** How much may lie in a folder whose job does not say it. */
export function usualTempBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return Math.floor(bavail * bsize * FREE_SHARE)
}

/** Every name by which programs look for it: of POSIX, and of Windows. */
export const tempEnvironment = (folder: string) => ({ TMPDIR: folder, TEMP: folder, TMP: folder })
