import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { defineConfig } from '@playwright/test'

const browserNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** The system's Chromium, found through PATH; a machine without one fails the suite, it does not skip it. */
function findChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = folders.flatMap((folder) => browserNames.map((name) => join(folder, name)))
  const found = candidates.find(isExecutable)
  if (found === undefined) throw new Error(`No Chromium on PATH (looked for ${browserNames.join(', ')}). Install it.`)
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export default defineConfig({
  globalSetup: './tests/e2e/support/built.ts',
  outputDir: 'artefacts/playwright',
  reporter: process.env['CI'] ? [['list'], ['json', { outputFile: 'artefacts/playwright.json' }]] : [['list']],
  forbidOnly: process.env['CI'] !== undefined,
  workers: 2,
  timeout: 60_000,
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
  projects: [
    {
      name: 'browser',
      testDir: 'tests/e2e',
      // Writes the pictures of the README anew, which are kept with the source.
      testIgnore: process.env['PICTURES'] === undefined ? ['**/pictures.spec.ts'] : [],
      use: {
        launchOptions: {
          executablePath: findChromium(),
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      },
    },
    { name: 'electron', testDir: 'tests/e2e-electron' },
  ],
})
