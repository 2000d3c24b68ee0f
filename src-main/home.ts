import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { problem } from '../src-preload/problem.ts'

/**
 * The data folder: `--home`, else SIGNALBOX_HOME, else the platform's folder for application data. Absolute. A variable
 * that is set to nothing counts as not set, and nothing as `--home` is refused: both would name the current folder.
 */
export function chooseHome(asked: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (asked === '') throw problem('BAD_INPUT', { details: '--home is empty' })
  const { SIGNALBOX_HOME: preset = '' } = env
  return resolve(asked ?? (preset === '' ? envPaths('signalbox', { suffix: '' }).data : preset))
}

/** Where things lie inside a data folder. */
export const homePaths = (home: string) => ({
  database: join(home, 'signalbox.db'),
  lock: join(home, 'lock.db'),
  /** What the store held when it was last known good: lets a lost database be noticed. */
  lastGood: join(home, 'last-good.json'),
  /** Scripts that live in the app; their imports resolve from here. */
  scripts: join(home, 'scripts'),
  /** Compiled forms that can be rebuilt at any time. */
  cache: join(home, 'cache'),
  /** Folders for temporary files of what runs, removed when it has ended. */
  temp: join(home, 'temp'),
  /** What Chromium keeps for the window; one desktop app per data folder finds itself here. */
  window: join(home, 'window'),
  /** Token of the headless host, mode 0600. */
  token: join(home, 'token'),
  /** Holds room back for the moment at which the disk is full. */
  reserve: join(home, 'reserve'),
  /** Verified copies of the database. */
  backups: join(home, 'backups'),
  /** Stores that a restored one took the place of, each in a folder of its own. */
  setAside: join(home, 'set-aside'),
  /** The key of the secrets, mode 0600. */
  secretsKey: join(home, 'secrets.key'),
})

/** Creates the folder for its owner alone. Throws what the file system says. */
export function prepareHome(home: string): void {
  makeFolder(home)
  makeFolder(homePaths(home).scripts)
  makeFolder(homePaths(home).cache)
}

/**
 * Makes a folder and those above it, for this user alone. Not `mkdir` with `recursive`: on a file system that answers
 * ENOENT to every attempt, such as /proc, Node tries for ever.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new Error(`${path} is not a folder`)
    return
  }
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another host on the same folder may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
