import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

// The shell is the same browser without what a window of its own needs; a test costs two thirds of the processor with it.
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/**
 * How tests start the system's Chromium, which is found through PATH. On a machine without one it is what cannot be started
 * that says so: tests without a browser need none, and those with one fail, they are not skipped.
 */
export const chromium = {
  executablePath: findChromium() ?? `/no Chromium on PATH, install it (looked for ${names.join(', ')})`,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
