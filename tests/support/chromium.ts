import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/**
 * How tests start the system's Chromium, which is found through PATH. It is looked for when it is to be started, so that
 * tests without a browser need none; those with one fail on a machine that has none, they are not skipped.
 */
export const chromium = {
  get executablePath(): string {
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
    const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
    if (found === undefined) throw new Error(`No Chromium on PATH (looked for ${names.join(', ')}). Install it.`)
    return found
  },
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

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
