import { parseArgs } from 'node:util'
import type { App, Dialog } from 'electron'
import { Problem, problem } from '../../src-preload/problem.ts'
import { chooseHome, homePaths, makeFolder } from '../home.ts'

/**
 * Chooses the data folder and makes this process its only desktop app; null when another one is there already, which
 * then shows its window. The lock that also keeps the headless host out is the engine's.
 */
export function claimHome(app: App, argv: string[]): string | null {
  const home = chooseHome(askedHome(argv))
  const { window } = homePaths(home)
  try {
    makeFolder(window)
  } catch (error) {
    throw problem('HOME_UNUSABLE', { home, why: error instanceof Error ? error.message : String(error) })
  }
  // The single-instance lock is one of this folder: apps on different data folders do not meet.
  app.setPath('userData', window)
  return app.requestSingleInstanceLock() ? home : null
}

/** Electron's own switches stand between ours, so unknown ones are let through. */
function askedHome(argv: string[]): string | undefined {
  const { values } = parseArgs({ args: argv.slice(1), options: { home: { type: 'string' } }, strict: false })
  return typeof values.home === 'string' ? values.home : undefined
}

/** Says in a box of the system why the app cannot go on, and ends it. */
export function refuseToStart(app: App, dialog: Dialog, reason: unknown): void {
  if (reason instanceof Problem) dialog.showErrorBox(reason.message, reason.hint)
  else
    dialog.showErrorBox(
      'Signalbox cannot start.',
      reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
    )
  app.exit(1)
}
